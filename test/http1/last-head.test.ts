/** podway does not parse a repeated head of a connection again. For any bytes and splits the result must be that of parsing every head. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { ForwardedLines } from '../../src/http1/forwarded-lines.ts';
import { type GroupHead, LastHead, RecentHeads, type RememberedHead } from '../../src/http1/last-head.ts';
import { ConnectionHeads } from '../../src/http1/connection-heads.ts';
import { SharedRequests } from '../../src/http1/request-heads.ts';
import { RequestParser } from '../../src/http1/request-parser.ts';
import type { RequestHead } from '../../src/http1/request-head.ts';
import { type Outgoing, writeRequestHead } from '../../src/http1/request-writer.ts';
import type { ResponseFraming } from '../../src/http1/response-framing.ts';
import type { ResponseHead } from '../../src/http1/response-head.ts';
import { SharedResponses } from '../../src/http1/response-heads.ts';
import { ResponseParser } from '../../src/http1/response-parser.ts';
import { writeResponseHead } from '../../src/http1/response-writer.ts';
import { podBytes } from '../search/generate-response.ts';
import { generateRequest } from './generate-request.ts';
import { choices } from './random.ts';
import { READING } from './read-request.ts';

const RUNS = { numRuns: Number(process.env['PROPERTY_RUNS'] ?? 500), seed: 1 };
const LIMITS = { line: 8_192, head: 65_536, fields: 256 };

interface Parser<Head> {
  readonly error: string;
  take(): Head;
  parse(buf: Buffer, start: number, end: number): number;
}

/** Feeds the bytes of one connection, split at `cuts`. Returns the result of `seen` for each head, and the error at the end. */
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
      all.push(seen(parser.take()), next);
      at = next;
    }
  }
  return all;
}

/** A sequence of a few different heads, most of which are repeated. */
function connections(one: fc.Arbitrary<string>): fc.Arbitrary<string> {
  const few = fc.array(one, { minLength: 1, maxLength: 3 });
  return few.chain((texts) =>
    fc.array(fc.constantFrom(...texts), { minLength: 1, maxLength: 8 }).map((all) => all.join('')),
  );
}

const peer = { address: '192.0.2.1', network: '192.0.2.1', proto: 'http' } as const;
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
        const seen = (parser: Parser<RequestHead>) =>
          read(parser, text, cuts, ({ repeated, written, ...head }) => [
            head,
            ...(['keep-alive', 'close', 'keep-alive'] as const).map((it) =>
              writeRequestHead(Object.assign(head, { repeated, written }), outgoing, it),
            ),
          ]);
        const shared = new SharedRequests(READING, true);
        const expected = stripped(seen(new RequestParser(READING)));
        assert.deepEqual(stripped(seen(new ConnectionHeads(shared))), expected);
        assert.deepEqual(stripped(seen(new ConnectionHeads(shared))), expected, 'after another connection');
      },
    ),
    RUNS,
  );
});

/** The result without the fields in which a repeated head differs from a parsed one. */
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
      const seen = (parser: Parser<ResponseHead>) =>
        read(parser, text, cuts, (head) => [
          head.copy(),
          ...[...FRAMINGS, ...FRAMINGS].map((framing) => writeResponseHead(head, framing)),
        ]);
      const shared = new SharedResponses(LIMITS);
      const expected = seen(new ResponseParser(LIMITS));
      assert.deepEqual(seen(new ConnectionHeads(shared)), expected);
      assert.deepEqual(seen(new ConnectionHeads(shared)), expected, 'after another connection');
    }),
    RUNS,
  );
});

function requests(
  shared: SharedRequests,
  group: GroupHead<RequestHead> = { head: undefined },
): (text: string) => object {
  const heads = new ConnectionHeads(shared, group);
  return (text) => {
    assert.equal(heads.parse(Buffer.from(text), 0, text.length), text.length);
    return heads.take();
  };
}

const GET = 'GET / HTTP/1.1\r\nHost: t.local\r\n\r\n';

test('a repeated head is the same object, unless it may change or is long', () => {
  const shared = new SharedRequests(READING, true);
  const cases: readonly (readonly [string, string, boolean])[] = [
    ['GET', GET, true],
    ['a length of 0', GET.replace('\r\n\r\n', '\r\nContent-Length: 0\r\n\r\n'), false],
    ['an upgrade', GET.replace('\r\n\r\n', '\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n'), false],
    ['2,048 octets', GET.replace('/', `/${'x'.repeat(2_048 - GET.length)}`), true],
    ['2,049 octets', GET.replace('/', `/${'x'.repeat(2_049 - GET.length)}`), false],
  ];
  for (const [name, text, isSame] of cases) {
    const receive = requests(shared);
    const first = receive(text);
    assert.equal(receive(text) === first, isSame, name);
  }
});

test('1,024 connections remember a head, and the oldest one is forgotten for the next', () => {
  const shared = new SharedRequests(READING, true);
  const first = requests(shared);
  const head = first(GET);
  for (let at = 1; at < 1_024; at += 1) requests(shared)(GET);
  assert.equal(first(GET), head);
  requests(shared)(GET);
  assert.notEqual(first(GET), head);
});

test('connections of a group share the head that was sent last; other connections do not', () => {
  const shared = new SharedRequests(READING, true);
  const group: GroupHead<RequestHead> = { head: undefined };
  const [one, two, other] = [requests(shared, group), requests(shared, group), requests(shared)];
  const first = one(GET);
  assert.equal(two(GET), first);
  assert.notEqual(other(GET), first);
  // A head of the same length with the same octet in the middle.
  const similar = two(GET.replace('GET', 'PUT'));
  assert.notEqual(similar, first);
  assert.equal(one(GET), first);
  assert.equal(one(GET.replace('GET', 'PUT')), similar);
});

test('a connection that forgets the head of another leaves it to the group', () => {
  const shared = new SharedRequests(READING, true);
  const group: GroupHead<RequestHead> = { head: undefined };
  const source = requests(shared, group)(GET);
  for (let at = 1; at < 1_024; at += 1) requests(shared)(GET);
  // This connection takes the place of the first one, which makes the group forget the first one's head.
  assert.equal(group.head, source);
  requests(shared, group)(GET);
  assert.equal(group.head, undefined);
  const second = requests(shared, group)(GET);
  for (let at = 0; at < 1_000; at += 1) assert.equal(requests(shared, group)(GET), second);
});

test('two connections whose heads arrive alternately, octet by octet, share no head', () => {
  const shared = new SharedRequests(READING, true);
  const texts = [GET, GET.replace('/', '/other?x')];
  const connections = texts.map((text) => ({ heads: new ConnectionHeads(shared), bytes: Buffer.from(text) }));
  const longest = Math.max(...texts.map(({ length }) => length));
  for (let end = 1; end <= longest; end += 1)
    for (const { heads, bytes } of connections) {
      if (end > bytes.length) continue;
      assert.equal(heads.parse(bytes, 0, end), end === bytes.length ? end : 0);
      if (end === bytes.length) assert.equal(heads.take().text, bytes.toString());
    }
});

test('a refused head does not affect the next connection', () => {
  const shared = new SharedRequests(READING, true);
  assert.equal(new ConnectionHeads(shared).parse(Buffer.from('GET \0'), 0, 5), -1);
  requests(shared)(GET);
});

test('a forgotten head is not found', () => {
  const group: GroupHead<RememberedHead> = { head: undefined };
  const last = new LastHead(new RecentHeads(), group);
  const bytes = Buffer.from(GET);
  last.remember({ text: GET, repeated: false });
  assert.equal(last.find(bytes, 0, bytes.length)?.text, GET);
  last.forget();
  assert.equal(group.head, undefined);
  assert.equal(last.find(bytes, 0, bytes.length), undefined);
});
