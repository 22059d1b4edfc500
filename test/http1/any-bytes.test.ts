/** Properties of everything here that reads strangers' bytes: it never throws, and how the bytes were cut never matters. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { ChunkedDecoder } from '../../src/http1/chunked-decoder.ts';
import { writeRequestHead } from '../../src/http1/request-writer.ts';
import { ResponseParser } from '../../src/http1/response-parser.ts';
import { writeResponseHead } from '../../src/http1/response-writer.ts';
import { generateRequest, randomFrom } from './generate-request.ts';
import { readMessages } from './read-messages.ts';
import { readRequest } from './read-request.ts';
import { readWithNode } from './read-with-node.ts';

const bytes = fc.uint8Array({ maxLength: 300 }).map((octets) => Buffer.from(octets).toString('latin1'));
/** Octets that matter come up often enough to get somewhere. */
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
const generated = fc.integer().map((seed) => generateRequest(randomFrom(seed)));
const anything = fc.oneof(bytes, syntax, generated);
const cutsOf = fc.array(fc.nat(400), { maxLength: 12 });

const forwarding = {
  clientAddress: '192.0.2.1',
  trusted: true,
  proto: 'http',
  port: 80,
  requestId: 'id',
  forwardKey: true,
} as const;

function cutsIn(text: string, cuts: readonly number[]): number[] {
  return cuts.filter((cut) => cut > 0 && cut < text.length).sort((a, b) => a - b);
}

test('a request says the same however it is cut', () => {
  fc.assert(
    fc.property(anything, cutsOf, (text, cuts) => {
      assert.deepEqual(readRequest(text, cutsIn(text, cuts)), readRequest(text));
    }),
    { numRuns: 3_000 },
  );
});

test('a chunked body says the same however it is cut', () => {
  fc.assert(
    fc.property(anything, cutsOf, (text, cuts) => {
      const outcomes = [[], cutsIn(text, cuts)].map((places) => {
        const decoder = new ChunkedDecoder();
        let data = '';
        let fed = 0;
        for (const cut of [...places, text.length]) {
          const piece = Buffer.from(text.slice(fed, cut), 'latin1');
          const size = decoder.decode(piece, 0, piece.length);
          if (size < 0) return 'refused';
          data += piece.toString('latin1', decoder.dataStart, decoder.dataStart + size);
          if (decoder.done) return { data, end: fed + decoder.consumed, trailers: decoder.trailers };
          fed = cut;
        }
        return { data };
      });
      assert.deepEqual(outcomes[1], outcomes[0]);
    }),
    { numRuns: 3_000 },
  );
});

test('a response is read or refused, and what was read is written as one head of lines', () => {
  fc.assert(
    fc.property(anything, (text) => {
      const parser = new ResponseParser({ line: 8_192, head: 65_536, fields: 256 });
      const octets = Buffer.from(`HTTP/1.1 200 OK\r\n${text}\r\n\r\n`, 'latin1');
      const end = parser.parse(octets, 0, octets.length);
      if (end <= 0) return;
      const options = { body: 'none', connection: 'close', minor: 1, trailers: true, date: 'D' } as const;
      checkLines(writeResponseHead(parser.head, options));
    }),
    { numRuns: 3_000 },
  );
});

/** The bytes that leave have no bare CR or LF, no empty line but the last, and a colon and a space in every field. */
function checkLines(head: string): void {
  assert.ok(head.endsWith('\r\n\r\n'));
  const lines = head.slice(0, -4).split('\r\n');
  for (const [at, line] of lines.entries()) {
    assert.doesNotMatch(line, /[\r\n\0]/);
    if (at > 0) assert.match(line, /^[!#$%&'*+.^_`|~\w-]+: /);
  }
}

test('what is written for a request is read as that request, by us and by node:http', async () => {
  const random = randomFrom(7);
  const written: string[] = [];
  const expected: { method: string; target: string; end: number }[] = [];
  while (written.length < 1_000) {
    const outcome = readRequest(generateRequest(random));
    if (
      outcome.kind !== 'head' ||
      outcome.head.form === 'authority' ||
      !/^(GET|PUT|POST|HEAD)$/.test(outcome.head.method)
    )
      continue;
    const { head } = outcome;
    const text = writeRequestHead(head, forwarding, head.websocket);
    checkLines(text);
    // HTTP/1.0 without Host is answered before it could be forwarded.
    if (!head.hasHost) continue;
    const body =
      head.framing === 'length'
        ? 'x'.repeat(head.contentLength)
        : head.framing === 'chunked'
          ? '0\r\n\r\n'
          : '';
    written.push(text + body);
    expected.push({ method: head.method, target: head.path + head.query, end: text.length });
  }
  const theirs = await readWithNode(written);
  for (const [at, text] of written.entries()) {
    const wanted = expected[at] as (typeof expected)[number];
    const ours = readMessages(text).messages[0];
    assert.deepEqual(
      [ours?.method, ours?.target, ours?.complete],
      [wanted.method, wanted.target, true],
      text,
    );
    assert.deepEqual(theirs[at]?.[0], ours, text);
    assert.equal(theirs[at]?.length, 1, text);
  }
});
