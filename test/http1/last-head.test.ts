/** A connection's repeated head is not read again: whatever comes in whatever pieces, the outcome is that of reading every head. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { ForwardedLines } from '../../src/http1/forwarded-lines.ts';
import { LastHead, RecentHeads } from '../../src/http1/last-head.ts';
import { RequestParser, type RequestReading } from '../../src/http1/request-parser.ts';
import { type Outgoing, writeRequestHead } from '../../src/http1/request-writer.ts';
import type { ResponseFraming } from '../../src/http1/response-framing.ts';
import { ResponseParser } from '../../src/http1/response-parser.ts';
import { writeResponseHead } from '../../src/http1/response-writer.ts';
import { podBytes } from '../search/generate-response.ts';
import { generateRequest } from './generate-request.ts';
import { choices } from './random.ts';
import { READING } from './read-request.ts';

const RUNS = { numRuns: Number(process.env['PROPERTY_RUNS'] ?? 500), seed: 1 };
const LIMITS = { line: 8_192, head: 65_536, fields: 256 };

interface Parser<Head> {
  readonly head: Head;
  readonly error: string;
  parse(buf: Buffer, start: number, end: number): number;
}

/** Feeds what comes on one connection in the pieces that `cuts` make of it; what `seen` makes of each head, and the error at the end. */
function read<Head>(
  parser: Parser<Head>,
  text: string,
  cuts: readonly number[],
  seen: (head: Head) => unknown,
): unknown {
  const all: unknown[] = [];
  let at = 0;
  for (const cut of [...cuts.filter((it) => it < text.length).sort((a, b) => a - b), text.length]) {
    const bytes = Buffer.from(text.slice(0, cut), 'latin1');
    while (at < cut) {
      const next = parser.parse(bytes, at, cut);
      if (next < 0) return [...all, parser.error];
      if (next === 0) break;
      all.push(seen(parser.head), next);
      at = next;
    }
  }
  return all;
}

/** Few different ones, one after the other: most come again. */
function connections(one: fc.Arbitrary<string>): fc.Arbitrary<string> {
  const few = fc.array(one, { minLength: 1, maxLength: 3 });
  return few.chain((texts) =>
    fc.array(fc.constantFrom(...texts), { minLength: 1, maxLength: 8 }).map((all) => all.join('')),
  );
}

const peer = { address: '192.0.2.1', proto: 'http' } as const;
const OUTGOINGS: readonly Outgoing[] = [false, true].map((trusted) => ({
  forwarded: new ForwardedLines({ ...peer, trusted }),
  requestId: 'id',
  hop: 'i/r',
  forwardKey: trusted,
  upgrade: '',
  route: '/',
  auth: undefined,
  trace: undefined,
}));

test('requests', () => {
  const plain = fc.constantFrom(
    'GET / HTTP/1.1\r\nHost: t.local\r\n\r\n',
    'GET /a?b HTTP/1.1\r\nHost: t.local\r\n\r\n',
    'GET /a?c HTTP/1.1\r\nhost:t.local\r\nX-ROUTING-API-KEY: x\r\n\r\n',
    'HEAD / HTTP/1.0\r\n\r\n',
    '\r\nPOST / HTTP/1.1\r\nHost: t.local\r\nConnection: x\r\nX: 1\r\n\r\n',
  );
  const generated = choices.map((random) => generateRequest(random));
  fc.assert(
    fc.property(
      connections(fc.oneof(plain, generated)),
      fc.array(fc.nat(600), { maxLength: 6 }),
      fc.constantFrom(...OUTGOINGS),
      (text, cuts, outgoing) => {
        const seen = (reading: RequestReading) =>
          read(new RequestParser(reading), text, cuts, ({ repeated, written, ...head }) => [
            head,
            ...(['keep-alive', 'close', 'keep-alive'] as const).map((it) =>
              writeRequestHead(Object.assign(head, { repeated, written }), outgoing, it),
            ),
          ]);
        assert.deepEqual(stripped(seen({ ...READING, recent: new RecentHeads() })), stripped(seen(READING)));
      },
    ),
    RUNS,
  );
});

/** Without what tells a repeated head from one that was read. */
function stripped(seen: unknown): unknown {
  return JSON.parse(JSON.stringify(seen, (key, it) => (key === 'repeated' || key === 'written' ? 0 : it)));
}

const FRAMINGS: readonly ResponseFraming[] = (['length', 'none', 'close', 'chunked'] as const).flatMap(
  (body) =>
    (['keep-alive', 'close'] as const).map((connection) => ({
      body,
      connection,
      minor: 1 as const,
      trailers: false,
      date: `${body} ${connection}`,
      upgrade: '',
      hsts: '',
    })),
);

test('responses', () => {
  const answers = fc.oneof(
    fc.constantFrom(
      'HTTP/1.1 200 OK\r\nContent-Length: 0\r\nDate: x\r\n\r\n',
      'HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n',
      'HTTP/1.0 404 Oh\r\nX: 1\r\n\r\n',
      'HTTP/1.1 103 X\r\nLink: x\r\n\r\n',
    ),
    choices.map((random) => podBytes('token', 'GET', random).bytes.slice(0, 2_000)),
  );
  fc.assert(
    fc.property(connections(answers), fc.array(fc.nat(600), { maxLength: 6 }), (text, cuts) => {
      const seen = (recent: RecentHeads | undefined) =>
        read(new ResponseParser(LIMITS, recent), text, cuts, (head) => [
          head.copy(),
          ...[...FRAMINGS, ...FRAMINGS].map((framing) => writeResponseHead(head, framing)),
        ]);
      assert.deepEqual(seen(new RecentHeads()), seen(undefined));
    }),
    RUNS,
  );
});

function requests(recent: RecentHeads): (text: string) => object {
  const parser = new RequestParser({ ...READING, recent });
  return (text) => {
    assert.equal(parser.parse(Buffer.from(text), 0, text.length), text.length);
    return parser.head;
  };
}

const GET = 'GET / HTTP/1.1\r\nHost: t.local\r\n\r\n';

test('a head that comes again is the same object, what may change or is long is not', () => {
  const recent = new RecentHeads();
  const cases: readonly (readonly [string, string, boolean])[] = [
    ['GET', GET, true],
    ['a length of 0 is a body', GET.replace('\r\n\r\n', '\r\nContent-Length: 0\r\n\r\n'), false],
    ['an upgrade', GET.replace('\r\n\r\n', '\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n'), false],
    ['2,048 octets', GET.replace('/', `/${'x'.repeat(2_048 - GET.length)}`), true],
    ['2,049 octets', GET.replace('/', `/${'x'.repeat(2_049 - GET.length)}`), false],
  ];
  for (const [name, text, isSame] of cases) {
    const receive = requests(recent);
    const first = receive(text);
    assert.equal(receive(text) === first, isSame, name);
  }
});

test('1,024 connections remember a head, and the first of them forgets for the next', () => {
  const recent = new RecentHeads();
  const first = requests(recent);
  const head = first(GET);
  for (let at = 1; at < 1_024; at += 1) requests(recent)(GET);
  assert.equal(first(GET), head);
  requests(recent)(GET);
  assert.notEqual(first(GET), head);
});

test('what was forgotten is not found', () => {
  const last = new LastHead(new RecentHeads());
  const bytes = Buffer.from(GET);
  last.remember({ text: GET, repeated: false });
  assert.equal(last.find(bytes, 0, bytes.length)?.text, GET);
  last.forget();
  assert.equal(last.find(bytes, 0, bytes.length), undefined);
});
