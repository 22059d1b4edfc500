/**
 * Legal messages of every shape arrive byte for byte, except for the documented hop-by-hop changes. The test states what a pod gets and
 * what a client gets from the documentation, without the router's own writer.
 *
 * ROUND_TRIPS=20000 makes a long run with a new seed; ROUND_TRIP_SEED repeats a run.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { relayedLines } from '../fixtures/answer-heads.ts';
import type { RawBody } from '../fixtures/socket-reader.ts';
import { digest, patternOf } from '../fixtures/pattern.ts';
import { startScene } from '../fixtures/scene.ts';
import { reducedCount } from '../fixtures/wide.ts';

const SHORT = reducedCount(150);
const numRuns = Number(process.env['ROUND_TRIPS'] ?? SHORT);
const seed = Number(process.env['ROUND_TRIP_SEED'] ?? (numRuns > SHORT ? Date.now() % 1_000_000_000 : 1));

const TOKEN = "!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
const VISIBLE = Array.from({ length: 256 }, (_, code) => String.fromCharCode(code))
  .filter((char) => /[!-~\x80-\xff]/.test(char))
  .join('');
const BODY_MAX = 1024 * 1024;

const chars = (alphabet: string): fc.Arbitrary<string> => fc.constantFrom(...alphabet.split(''));
const token = fc.string({ unit: chars(TOKEN), minLength: 1, maxLength: 20 });
const value = fc
  .array(fc.string({ unit: chars(VISIBLE), minLength: 1, maxLength: 20 }), { maxLength: 4 })
  .map((words) => words.join(' \t'));
const known = fc.constantFrom(
  'Cookie',
  'cookie',
  'Accept',
  'Set-Cookie',
  'Date',
  'Content-Type',
  'X-Custom',
  'via',
);
const field = fc.tuple(fc.oneof(known, token), value).map(([name, text]) => `${name}: ${text}`);
const fields = fc.array(field, { maxLength: 20 });
/** Most sizes are small; some are larger than every buffer. */
const size = fc.oneof({ weight: 6, arbitrary: fc.nat(2000) }, { weight: 1, arbitrary: fc.nat(BODY_MAX) });
const cuts = fc.array(fc.nat(BODY_MAX), { maxLength: 5 });
/** Offsets at which segments end: most in the head or around its end, some anywhere. */
const segments = fc.array(fc.oneof({ weight: 4, arbitrary: fc.nat(800) }, fc.nat(BODY_MAX)), {
  maxLength: 6,
});

/** Fields that belong to one hop or that the router sets, in lower case. A name that differs only by `_` is removed, too. */
const HOP = [
  'connection',
  'keep-alive',
  'proxy-connection',
  'upgrade',
  'transfer-encoding',
  'content-length',
  'trailer',
];
const REQUEST_ONLY = ['te', 'expect', 'host', 'proxy-authorization', 'http2-settings', 'x-routing-api-key'];
const SET_HERE = ['x-request-id', 'forwarded', 'x-real-ip', 'x-forwarded-for'];
const RESPONSE_ONLY = ['x-pad', 'proxy-authenticate', 'proxy-authentication-info'];

/** The lines that are forwarded end to end. A generated name is rarely a special one; such a line is left out. */
function endToEnd(lines: readonly string[]): string[] {
  const special = new Set([...HOP, ...REQUEST_ONLY, ...SET_HERE, ...RESPONSE_ONLY]);
  return lines.filter((line) => {
    const name = line.slice(0, line.indexOf(':')).toLowerCase().replaceAll('_', '-');
    return !special.has(name) && !/^x-(accel|forwarded)-/.test(name);
  });
}

function asChunks(body: Buffer, places: readonly number[], trailers: readonly string[]): Buffer {
  const parts: Buffer[] = [];
  let from = 0;
  for (const place of [...places, body.length].sort((a, b) => a - b)) {
    const to = Math.min(place, body.length);
    if (to <= from) continue;
    parts.push(Buffer.from(`${(to - from).toString(16)}\r\n`), body.subarray(from, to), Buffer.from('\r\n'));
    from = to;
  }
  return Buffer.concat([...parts, Buffer.from(['0', ...trailers, '', ''].join('\r\n'), 'latin1')]);
}

/** Names that have a meaning in a head are refused or dropped in trailers (RFC 9110 6.5.1). These names have none. */
const fieldsOfLines = fields.map((lines) => lines.map((line) => `X-T-${line}`));
const message = fc.record({
  lines: fields.map(endToEnd),
  size,
  isChunked: fc.boolean(),
  cuts,
  trailers: fieldsOfLines,
});
type Message = typeof message extends fc.Arbitrary<infer T> ? T : never;

/** The framing line of a message, and its body on the wire. */
function onTheWire(it: Message, body: Buffer): { readonly framing: string; readonly octets: Buffer } {
  return it.isChunked
    ? { framing: 'Transfer-Encoding: chunked', octets: asChunks(body, it.cuts, it.trailers) }
    : { framing: `Content-Length: ${body.length}`, octets: body };
}

function bytesOf(start: string, lines: readonly string[], octets: Buffer): Buffer {
  return Buffer.concat([Buffer.from([start, ...lines, '', ''].join('\r\n'), 'latin1'), octets]);
}

/** The bytes, split into the segments in which they are sent. */
function cutInto(octets: Buffer, places: readonly number[]): Buffer[] {
  const rising = [...new Set(places)].filter((it) => it > 0 && it < octets.length).sort((a, b) => a - b);
  return [0, ...rising].map((from, at) => octets.subarray(from, rising[at] ?? octets.length));
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

const bodyMatches = (got: RawBody, sent: Buffer): void => assert.equal(digest(got.content), digest(sent));

const exchange = fc.record({
  method: fc.oneof(fc.constantFrom('POST', 'PUT', 'PATCH', 'DELETE'), token),
  target: fc.string({ unit: chars(TOKEN.replace(/[#^`|%]/g, '')), maxLength: 30 }),
  query: fc.string({ unit: chars(VISIBLE.replace(/[#\x80-\xff]/g, '')), maxLength: 30 }),
  request: message,
  acceptsTrailers: fc.boolean(),
  status: fc.integer({ min: 200, max: 599 }).filter((it) => ![204, 205, 304].includes(it)),
  reason: value,
  response: message,
  asked: segments,
  answered: segments,
});

test(`legal requests and responses of every shape, ${numRuns} of them, seed ${seed}`, async () => {
  await using scene = await startScene({ pods: [{ name: 'o1' }], settings: { clientMaxBodySize: 0 } });
  const origin = scene.origin('o1');
  await fc.assert(
    fc.asyncProperty(exchange, async (it) => {
      fc.pre(!['CONNECT', 'TRACE', 'HEAD'].includes(it.method) && !/^\.{1,2}$/.test(it.target));
      const [up, down] = [patternOf('up', it.request.size), patternOf('down', it.response.size)];
      const [asked, answered] = [onTheWire(it.request, up), onTheWire(it.response, down)];
      const statusLine = `HTTP/1.1 ${it.status} ${it.reason}`;
      const dated = it.response.lines.some((line) => /^date:/i.test(line));
      const answer = bytesOf(
        statusLine,
        [...it.response.lines, ...(dated ? [] : ['Date: then']), answered.framing],
        answered.octets,
      );
      origin.answer = [
        async (request) => request.body,
        ...cutInto(answer, it.answered).flatMap((segment) => [segment, turn]),
      ];
      const line = `${it.method} /${it.target}?${it.query} HTTP/1.1`;
      const te = it.acceptsTrailers ? ['TE: trailers', 'Connection: TE'] : [];

      const sent = bytesOf(line, ['Host: t.local', ...it.request.lines, asked.framing, ...te], asked.octets);
      using client = await scene.client();
      for (const segment of cutInto(sent, it.asked)) {
        await client.send(segment);
        await turn();
      }
      const response = await client.response(it.method);
      const request = origin.requests.at(-1);
      assert.ok(request);
      assert.equal(request.head.start, line);
      const hops = request.head.lines.findIndex((it) => /^X-Podway-Hops: test\/[0-9a-f]{8}$/.test(it));
      assert.deepEqual(request.head.lines.toSpliced(hops, 1).slice(0, -1), [
        'Host: t.local',
        ...it.request.lines,
        asked.framing,
        ...(it.acceptsTrailers ? ['Connection: TE', 'TE: trailers'] : []),
        'X-Forwarded-For: 127.0.0.1',
        'X-Forwarded-Proto: http',
        'X-Forwarded-Host: t.local',
        'X-Forwarded-Port: 80',
      ]);
      assert.match(request.head.lines.at(-1) ?? '', /^X-Request-Id: [0-9a-f]{24}$/);
      const body = await request.body;
      bodyMatches(body, up);
      assert.deepEqual(body.trailers, []);

      assert.equal(response.head.start, statusLine);
      const lines = [...it.response.lines, ...(dated ? [] : ['Date: then']), answered.framing];
      assert.deepEqual(response.head.lines, relayedLines(lines));
      bodyMatches(response, down);
      assert.deepEqual(
        response.trailers,
        it.acceptsTrailers && it.response.isChunked ? it.response.trailers : [],
      );
    }),
    { numRuns, seed },
  );
});

const bodiless = fc.record({
  answer: fc.constantFrom(['HEAD', 200], ['HEAD', 404], ['GET', 204], ['GET', 304], ['POST', 304]),
  target: fc.string({ unit: chars(TOKEN.replace(/[#^`|%.]/g, '')), maxLength: 30 }),
  request: fields.map(endToEnd),
  response: fields.map(endToEnd),
  length: fc.nat(BODY_MAX),
  answered: segments,
});

test('a response without a body arrives unchanged, and its connections stay open', async () => {
  await using scene = await startScene({ pods: [{ name: 'o1' }] });
  const origin = scene.origin('o1');
  using client = await scene.client();
  await fc.assert(
    fc.asyncProperty(bodiless, async (it) => {
      const [method, status] = it.answer as [string, number];
      const dated = it.response.some((line) => /^date:/i.test(line));
      const lines = [...it.response, ...(dated ? [] : ['Date: then'])];
      const framing = status === 204 ? [] : [`Content-Length: ${it.length}`];
      const answer = bytesOf(`HTTP/1.1 ${status} X`, [...lines, ...framing], Buffer.alloc(0));
      origin.answer = cutInto(answer, it.answered).flatMap((segment) => [segment, turn]);
      const start = `${method} /${it.target} HTTP/1.1`;
      void client.send(
        bytesOf(start, ['Host: t.local', ...it.request, 'Content-Length: 0'], Buffer.alloc(0)),
      );
      const response = await client.response(method);
      assert.equal(response.head.start, `HTTP/1.1 ${status} X`);
      assert.deepEqual(response.head.lines, relayedLines([...lines, ...framing]));
      const request = origin.requests.at(-1);
      assert.equal(request?.head.start, start);
      assert.deepEqual(request?.head.lines.slice(0, it.request.length + 1), ['Host: t.local', ...it.request]);
      assert.equal(client.reader.takeUnread().length, 0, 'no byte after it');
    }),
    { numRuns, seed },
  );
});
