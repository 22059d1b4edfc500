import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { forwarded } from '../fixtures/check.ts';
import { type Http2Row, summary } from '../fixtures/http2/check-http2.ts';
import {
  CODE,
  data,
  FRAME,
  frame,
  number32,
  reset,
  SETTING,
  settings,
  windowUpdate,
} from '../fixtures/http2/frames.ts';
import type { Field } from '../fixtures/http2/hpack.ts';
import { headers, pseudo, type RawHttp2Client } from '../fixtures/http2/raw-http2-client.ts';
import { ok, readBody, neverAnswer } from '../fixtures/origin.ts';
import { patternOf } from '../fixtures/pattern.ts';
import type { Scene } from '../fixtures/scene.ts';
import { EVENT_TIMEOUT } from '../fixtures/with-timeout.ts';

const GET = pseudo();
const POST = pseudo('POST');
/** A request to another pod. */
const OTHER = ofHost('u.local');
const UNKNOWN = ofHost('x.local');
const FORWARDED = forwarded('GET /', ['host: t.local']);
const BIG = patternOf('http2', 100_000).toString('latin1');
const SILENT = [{ name: 'a', answer: neverAnswer }];

function ofHost(host: string): Field[] {
  return pseudo().map(([name, value]) => [name, name === ':authority' ? host : value]);
}

/** Bytes of DATA that arrived on a stream. */
const received = (client: RawHttp2Client, id: number): number => client.answerOf(id).content.length;

/** The bytes that the router holds for clients, when they are at least `lowest` and their number no longer changes. */
async function atRest({ router }: Scene, lowest: number): Promise<number> {
  const now = () => router.snapshot().gauges.buffered_bytes;
  const deadline = performance.now() + EVENT_TIMEOUT;
  let before = -1;
  for (let same = 0; same < 3 || before < lowest; await sleep(10)) {
    if (performance.now() > deadline) assert.fail(`${before} bytes are held`);
    same = now() === before ? same + 1 : 0;
    before = now();
  }
  return before;
}

const BIG_AND_OTHER = [
  { name: 'a', answer: [ok(BIG)] },
  { name: 'b', hosts: 'u.local' },
];

/** Opens twenty streams whose windows are 0, and waits for the heads of their answers. */
async function openClosedWindows(client: RawHttp2Client): Promise<void> {
  client.send(settings([[SETTING.initialWindow, 0]]));
  client.send(...Array.from({ length: 20 }, (_, at) => headers(at * 2 + 1, GET)));
  await client.until('20 heads', () => (client.blocks.length === 20 ? true : undefined));
}

const WINDOWS: readonly Http2Row[] = [
  {
    name: 'a window of 0 on every stream: the router holds little, and other streams are served (H2-28)',
    pods: BIG_AND_OTHER,
    // The streams must not end before the test has read how much is held.
    settings: { clientIdleTimeout: 60_000, proxyBufferSize: 16_384, http2Streams: 32 },
    does: async (client, scene) => {
      await openClosedWindows(client);
      const held = await atRest(scene, 20 * 16_384);
      assert.ok(held <= 20 * (16_384 + 65_536), `${held} bytes are held`);
      client.request(101, OTHER);
      client.send(windowUpdate(101, 100));
      assert.equal((await client.answer(101)).text, 'b GET /');
    },
    upstream: 'any',
  },
  {
    name: 'a window of 0 on every stream: the streams end in time, and podway holds nothing (H2-28)',
    pods: BIG_AND_OTHER,
    settings: { clientIdleTimeout: 400, proxyBufferSize: 16_384, http2Streams: 32 },
    does: async (client, scene) => {
      await openClosedWindows(client);
      for (let at = 0; at < 20; at += 1) assert.equal(await client.ending(at * 2 + 1), 'internalError');
      assert.equal(scene.router.snapshot().gauges.buffered_bytes, 0);
    },
    upstream: 'any',
  },
  {
    name: 'a small answer to a window of 0 (H2-28)',
    settings: { clientIdleTimeout: 200 },
    does: async (client) => {
      client.send(settings([[SETTING.initialWindow, 0]]), headers(1, GET));
      assert.equal(await client.ending(1), 'internalError');
    },
    upstream: [FORWARDED],
  },
  {
    name: 'a window that opens byte by byte (H2-29)',
    does: async (client) => {
      client.send(settings([[SETTING.initialWindow, 0]]), headers(1, GET));
      for (let size = 0; size < 7; size += 1) {
        await client.until(`${size} bytes`, () => (received(client, 1) === size ? true : undefined));
        client.send(windowUpdate(1, 1));
      }
    },
    streams: { 1: '200 a GET /' },
    upstream: [FORWARDED],
  },
  {
    name: 'the initial window changes within an answer: to 0, and back (H2-29)',
    pods: [{ name: 'a', answer: [ok(BIG)] }],
    does: async (client) => {
      client.send(settings([[SETTING.initialWindow, 20_000]]), windowUpdate(0, 1_000_000), headers(1, GET));
      await client.until('20,000 bytes', () => (received(client, 1) === 20_000 ? true : undefined));
      client.send(settings([[SETTING.initialWindow, 0]]), settings([[SETTING.initialWindow, 30_000]]));
      await client.until('30,000 bytes', () => (received(client, 1) === 30_000 ? true : undefined));
      client.send(windowUpdate(1, 80_000));
    },
    streams: { 1: `200 ${BIG}` },
    upstream: [FORWARDED],
  },
  {
    name: 'the window of a stream above 2^31 (H2-29)',
    pods: [{ name: 'a', answer: neverAnswer }],
    sends: [headers(1, GET), windowUpdate(1, 0x7fffffff)],
    streams: { 1: 'flowControlError' },
    upstream: 'any',
  },
  {
    name: 'an upload that its pod does not read blocks no other stream, and the router holds one window of it (H2-30)',
    pods: [
      { name: 'a', answer: neverAnswer },
      { name: 'b', hosts: 'u.local' },
    ],
    does: async (client, scene) => {
      scene.origin('a').onConnection = ({ socket }) => void socket.pause();
      client.request(1, POST, 'more');
      let sent = 0;
      const grant = () =>
        65_535 +
        client.frames
          .filter(({ type, id }) => type === FRAME.windowUpdate && id === 1)
          .reduce((sum, { payload }) => sum + payload.readUInt32BE(0), 0);
      for (let quiet = 0; quiet < 20; quiet += 1) {
        for (; sent + 16_384 <= grant(); sent += 16_384, quiet = 0) client.send(data(1, 'x'.repeat(16_384)));
        await sleep(5);
      }
      const { request_held_bytes: held } = scene.router.snapshot().gauges;
      assert.ok(held > 0 && held <= 65_536 + 131_072, `${held} bytes are held`);
      for (let at = 0; at < 50; at += 1) {
        const id = 101 + at * 2;
        client.request(id, OTHER);
        assert.equal((await client.answer(id)).text, 'b GET /');
      }
      client.send(reset(1, CODE.cancel));
    },
    upstream: 'any',
  },
];

const ENDINGS: readonly Http2Row[] = [
  {
    name: 'priorities are ignored, and the field is forwarded (H2-38)',
    sends: [
      frame(FRAME.priority, 0, 3, Buffer.of(0, 0, 0, 1, 16)),
      frame(0x10, 0, 0, Buffer.concat([number32(1), Buffer.from('u=1')])),
      headers(1, [...GET, ['priority', 'u=1, i']]),
    ],
    streams: { 1: '200 a GET /' },
    upstream: [forwarded('GET /', ['host: t.local', 'priority: u=1, i'])],
  },
  {
    name: 'when a connection with open requests is lost, their pods are freed immediately (H2-42)',
    pods: SILENT,
    does: async (client, scene) => {
      for (let id = 1; id < 40; id += 2)
        client.request(id, id % 4 === 1 ? GET : POST, id % 4 === 1 ? 'end' : 'more');
      await scene.origin('a').request(19);
      client.reset();
      for (const connection of scene.origin('a').connections) await connection.closed();
      assert.equal(scene.router.log.length, 20);
      assert.deepEqual([...new Set(scene.router.log.map(({ reason }) => reason))], ['client-left']);
    },
    after: 'closed',
    upstream: 'any',
  },
  {
    name: 'when the client ends its side with open requests, their pods are freed immediately (H2-42)',
    pods: SILENT,
    does: async (client, scene) => {
      client.request(1, GET);
      client.request(3, POST, 'more');
      await scene.origin('a').request(1);
      client.socket.end();
      for (const connection of scene.origin('a').connections) await connection.closed();
      assert.deepEqual(
        scene.router.log.map(({ reason }) => reason),
        ['client-left', 'client-left'],
      );
    },
    after: 'noError',
    upstream: 'any',
  },
  {
    name: 'a request for an unknown host: by default the stream is reset, and other streams are served (H2-44)',
    does: async (client) => {
      client.request(1, UNKNOWN);
      client.request(3, GET);
      await client.answer(3);
    },
    streams: { 1: 'protocolError', 3: '200 a GET /' },
    upstream: [FORWARDED],
  },
  {
    name: 'a request for an unknown host: the setting requires an answer (H2-44)',
    settings: { unknownHost: '421' },
    sends: [headers(1, UNKNOWN)],
    streams: { 1: '421 unknown-host' },
  },
  {
    name: 'requests above the maximum of a worker are refused one by one (H2-45)',
    pods: SILENT,
    settings: { maxInFlight: 1 },
    does: async (client, scene) => {
      client.request(1, GET);
      await scene.origin('a').request();
      client.request(3, GET);
      const { fields } = await client.answer(3);
      assert.deepEqual(
        fields.find(([name]) => name === 'retry-after'),
        ['retry-after', '1'],
      );
      assert.equal(summary(client, 3), '503 overload-in-flight');
    },
    upstream: [FORWARDED],
  },
  {
    name: 'NO_ERROR from the client within its body is not the end of the body (H2-48)',
    pods: [{ name: 'a', answer: [readBody, ok('whole')] }],
    does: async (client, scene) => {
      client.request(1, POST, 'more');
      client.send(data(1, 'x'));
      await scene.origin('a').request();
      client.send(reset(1, CODE.noError));
      await scene.origin('a').connections[0]?.closed();
      assert.ok(!scene.origin('a').received.includes('\r\n0\r\n'));
    },
    upstream: 'any',
  },
  {
    name: 'a body that is complete by its length, and END_STREAM after the answer (H2-73)',
    pods: [{ name: 'a', answer: [readBody, ok('whole')] }],
    does: async (client) => {
      client.request(1, [...POST, ['content-length', '2']], 'more');
      client.send(data(1, 'ab'));
      assert.equal((await client.answer(1)).text, 'whole');
      await client.roundTrip();
      client.send(data(1, '', 'end'));
    },
    streams: { 1: '200 whole' },
    upstream: 'any',
  },
  {
    name: 'a body shorter than its length: its pod gets a truncated request (H2-49)',
    pods: [{ name: 'a', answer: [readBody, ok('whole')] }],
    does: async (client, scene) => {
      client.request(1, [...POST, ['content-length', '5']], 'more');
      client.send(data(1, 'x'));
      await scene.origin('a').request();
      client.send(data(1, 'y', 'end'));
      await scene.origin('a').connections[0]?.closed();
    },
    streams: { 1: 'protocolError' },
    upstream: 'any',
  },
  {
    name: 'when a request is cancelled, its pod is freed immediately (H2-50)',
    pods: SILENT,
    does: async (client, scene) => {
      client.request(1, GET);
      await scene.origin('a').request();
      client.send(reset(1, CODE.cancel));
      await scene.origin('a').connections[0]?.closed();
      assert.equal(scene.router.snapshot().http2.resets.client, 1);
    },
    upstream: [FORWARDED],
  },
];

export const FLOW_ROWS: readonly Http2Row[] = [...WINDOWS, ...ENDINGS];
