/**
 * Properties of all code in src/http1 that reads bytes of clients: it never throws; the splits between reads do not change the
 * result; what must be refused is refused; and a written head is read back as the head from which it was written.
 *
 * PROPERTY_RUNS=1000000 makes a long run of each property with a new seed; PROPERTY_SEED repeats a run.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { ChunkedDecoder } from '../../src/http1/chunked-decoder.ts';
import { ForwardedLines } from '../../src/http1/forwarded-lines.ts';
import { requestedProtocol } from '../../src/http1/upgrade.ts';
import { writeRequestHead } from '../../src/http1/request-writer.ts';
import { ResponseParser } from '../../src/http1/response-parser.ts';
import { writeResponseHead } from '../../src/http1/response-writer.ts';
import { podBytes } from '../search/generate-response.ts';
import { generateRequest } from './generate-request.ts';
import { choices } from './random.ts';
import { mutate } from './mutate.ts';
import { readMessages } from './read-messages.ts';
import { fieldsOf, readRequest } from './read-request.ts';
import { readWithNode } from './read-with-node.ts';
import { reducedCount } from '../fixtures/wide.ts';

const SHORT = reducedCount(3_000);
const numRuns = Number(process.env['PROPERTY_RUNS'] ?? SHORT);
const seed = Number(process.env['PROPERTY_SEED'] ?? (numRuns > SHORT ? Date.now() % 1_000_000_000 : 1));
const RUNS = { numRuns, seed };

const LIMITS = { line: 8_192, head: 65_536, fields: 256 };

const bytes = fc.uint8Array({ maxLength: 300 }).map((octets) => Buffer.from(octets).toString('latin1'));
/** Octets with a meaning are frequent enough to reach the deeper states. */
const syntax = fc
  .array(
    fc.constantFrom(
      'GET ',
      '/',
      ' HTTP/1.1',
      'HTTP/1.1 200 OK',
      '\r\n',
      '\r',
      '\n',
      'Host',
      ': ',
      ':',
      'a',
      ',',
      ';',
      '"',
      '3',
      '0',
      '\xff',
      '\0',
      'Content-Length',
      'Transfer-Encoding',
      'chunked',
      'Connection',
      'close',
    ),
    { maxLength: 40 },
  )
  .map((parts) => parts.join(''));
const generated = choices.map((random) => generateRequest(random));
const anything = fc.oneof(bytes, syntax, generated);
const cutsOf = fc.array(fc.nat(400), { maxLength: 12 });

const forwarding = {
  forwarded: new ForwardedLines({ address: '192.0.2.1', network: '192.0.2.1', trusted: true, proto: 'http' }),
  requestId: 'id',
  hop: 'i/r',
  forwardKey: true,
  route: '/',
  auth: undefined,
  trace: undefined,
};

function cutsIn(text: string, cuts: readonly number[]): number[] {
  return cuts.filter((cut) => cut > 0 && cut < text.length).sort((a, b) => a - b);
}

test('a request is read in the same way for all splits of its bytes', () => {
  fc.assert(
    fc.property(anything, cutsOf, (text, cuts) => {
      assert.deepEqual(readRequest(text, cutsIn(text, cuts)), readRequest(text));
    }),
    RUNS,
  );
});

for (const reading of ['strict', 'lenient'] as const) {
  test(`a chunked body, read ${reading}, is the same for all splits of its bytes`, () => {
    fc.assert(
      fc.property(anything, cutsOf, (text, cuts) => {
        const outcomes = [[], cutsIn(text, cuts)].map((places) => {
          const decoder = new ChunkedDecoder(reading);
          let data = '';
          let fed = 0;
          for (const cut of [...places, text.length]) {
            const piece = Buffer.from(text.slice(fed, cut), 'latin1');
            const size = decoder.decode(piece, 0, piece.length);
            if (size < 0) return 'refused';
            data += piece.toString('latin1', decoder.dataStart, decoder.dataStart + size);
            const { loose, trailers } = decoder;
            if (decoder.done) return { data, end: fed + decoder.consumed, trailers, loose };
            fed = cut;
          }
          return { data };
        });
        assert.deepEqual(outcomes[1], outcomes[0]);
      }),
      RUNS,
    );
  });
}

/** What a connection to a pod reads from `text` in pieces; each read gets the earlier pieces again. */
function readResponse(text: string, cuts: readonly number[]): unknown {
  const parser = new ResponseParser(LIMITS);
  for (const cut of [...cuts, text.length]) {
    const octets = Buffer.from(text.slice(0, cut), 'latin1');
    const end = parser.parse(octets, 0, octets.length);
    if (end < 0) return parser.error;
    if (end === 0) continue;
    const { status, minor, framing, contentLength, loose } = parser.head;
    return { end, loose, status, minor, framing, contentLength, fields: fieldsOf(parser.head) };
  }
  return 'more';
}

test('a response is read in the same way for all splits of its bytes', () => {
  /** Heads, each with a few bytes after it. */
  const answer = choices.map((random) =>
    mutate(podBytes('token', 'GET', random).bytes.slice(0, 2_000), random),
  );
  fc.assert(
    fc.property(fc.oneof(anything, answer), cutsOf, (text, cuts) => {
      assert.deepEqual(readResponse(text, cutsIn(text, cuts)), readResponse(text, []));
    }),
    RUNS,
  );
});

test('an accepted request has no part that must be refused', () => {
  fc.assert(
    fc.property(anything, (text) => {
      const outcome = readRequest(text);
      if (outcome.kind !== 'head') return;
      const [start = '', ...lines] = text
        .slice(0, outcome.end)
        .replace(/^(\r\n)+/, '')
        .split('\r\n');
      assert.match(start, /^[!#$%&'*+.^_`|~\w-]+ [!-~\x80-\xff]+ HTTP\/1\.[01]$/);
      const fields = lines.slice(0, -2);
      for (const line of fields) assert.match(line, /^[!#$%&'*+.^_`|~\w-]+:[\t -~\x80-\xff]*$/);
      const named = (name: string) => fields.filter((line) => line.toLowerCase().startsWith(`${name}:`));
      const [hosts, lengths, codings] = ['host', 'content-length', 'transfer-encoding'].map(named);
      assert.ok(hosts?.length === 1 || (hosts?.length === 0 && start.endsWith('1.0')), 'one Host');
      assert.ok((lengths?.length ?? 0) + (codings?.length ?? 0) <= 1, 'one framing');
      for (const line of lengths ?? []) assert.match(line, /:[\t ]*\d{1,16}[\t ]*$/);
      for (const line of codings ?? []) assert.match(line, /:[\t ]*chunked[\t ]*$/i);
      assert.ok(codings?.length === 0 || start.endsWith('1.1'), 'no coding on HTTP/1.0');
    }),
    RUNS,
  );
});

test('a response is read or refused, and an accepted one is written as one head of lines', () => {
  fc.assert(
    fc.property(anything, (text) => {
      const parser = new ResponseParser(LIMITS);
      const octets = Buffer.from(`HTTP/1.1 200 OK\r\n${text}\r\n\r\n`, 'latin1');
      const end = parser.parse(octets, 0, octets.length);
      if (end <= 0) return;
      const options = {
        body: 'none',
        connection: 'close',
        minor: 1,
        trailers: true,
        date: 'D',
        upgrade: '',
        hsts: '',
      } as const;
      checkLines(writeResponseHead(parser.head, options));
    }),
    RUNS,
  );
});

/** Checks that the written bytes have no bare CR or LF, an empty line only at the end, and a colon and a space in every field. */
function checkLines(head: string): void {
  assert.ok(head.endsWith('\r\n\r\n'));
  const lines = head.slice(0, -4).split('\r\n');
  for (const [at, line] of lines.entries()) {
    assert.doesNotMatch(line, /[\r\n\0]/);
    if (at > 0) assert.match(line, /^[!#$%&'*+.^_`|~\w-]+: /);
  }
}

/** A request that can be forwarded and the head that is written for it; undefined for other requests. */
function rewritten(text: string): { text: string; method: string; target: string } | undefined {
  const outcome = readRequest(text);
  if (outcome.kind !== 'head') return undefined;
  const { head } = outcome;
  // node:http may not know other methods; podway answers HTTP/1.0 without Host itself.
  if (head.form === 'authority' || !head.hasHost || !/^(GET|PUT|POST|HEAD)$/.test(head.method))
    return undefined;
  const written = writeRequestHead(
    head,
    { ...forwarding, upgrade: requestedProtocol(head, ['websocket', 'tcp']) },
    'keep-alive',
  );
  checkLines(written);
  const body = { none: '', length: 'x'.repeat(Math.min(head.contentLength, 100_000)), chunked: '0\r\n\r\n' }[
    head.framing
  ];
  if (head.contentLength > 100_000) return undefined;
  return { text: written + body, method: head.method, target: head.path + head.query };
}

test('the head that is written for a request is read as that request, by podway and by node:http', async () => {
  const batch = fc.array(generated, { minLength: 200, maxLength: 200 });
  let compared = 0;
  await fc.assert(
    fc.asyncProperty(batch, async (texts) => {
      const forwarded = texts.map(rewritten).filter((it) => it !== undefined);
      const theirs = await readWithNode(forwarded.map(({ text }) => text));
      for (const [at, { text, method, target }] of forwarded.entries()) {
        const ours = readMessages(text).messages;
        assert.equal(ours.length, 1, text);
        assert.deepEqual([ours[0]?.method, ours[0]?.target, ours[0]?.complete], [method, target, true], text);
        assert.deepEqual(theirs[at], ours, text);
      }
      compared += forwarded.length;
    }),
    { numRuns: Math.ceil(numRuns / 200), seed },
  );
  assert.ok(compared > numRuns / 4, `only ${compared} were compared: the generator is out of date`);
});
