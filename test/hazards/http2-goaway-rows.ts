import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { forwarded } from '../fixtures/check.ts';
import type { Http2Row } from '../fixtures/http2/check-http2.ts';
import { CODE, data, FLAG, FRAME, frame } from '../fixtures/http2/frames.ts';
import { headers, OPENING, pseudo, type RawHttp2Client } from '../fixtures/http2/raw-http2-client.ts';
import { ok, neverAnswer } from '../fixtures/origin.ts';

const GET = pseudo();
const POST = pseudo('POST');
const FORWARDED = forwarded('GET /', ['host: t.local']);
const SILENT = [{ name: 'a', answer: neverAnswer }];

/** A GOAWAY that refuses no stream. */
const ANNOUNCED = [2 ** 31 - 1, CODE.noError];
/** The last stream and the code of each GOAWAY. */
const goaways = (client: RawHttp2Client): number[][] =>
  client.goaways.map(({ payload }) => [payload.readUInt32BE(0), payload.readUInt32BE(4)]);

/** GOAWAY of either side, at drains, timeouts and limits. */
export const GOAWAY_ROWS: readonly Http2Row[] = [
  {
    name: 'an idle connection, before the first and after the last request (H2-39)',
    settings: { keepaliveTimeout: 150 },
    does: async (client, scene) => {
      client.request(1, GET);
      await client.answer(1);
      await client.closed();
      using other = await scene.http2Client();
      await other.closed();
      assert.equal(scene.router.snapshot().http2.goaways.idle, 2);
    },
    after: 'noError',
    upstream: [FORWARDED],
  },
  {
    name: 'drain: open streams complete, the last GOAWAY names the last of them, and later streams are not served (H2-40)',
    pods: [{ name: 'a', answer: [() => sleep(100), ok('late')] }],
    settings: { drainTimeout: 2_000 },
    does: async (client, scene) => {
      client.request(1, GET);
      await scene.origin('a').request();
      const drained = scene.router.drain();
      await client.goaway(2);
      assert.deepEqual(goaways(client), [ANNOUNCED, [1, CODE.noError]]);
      client.request(3, GET);
      assert.equal((await client.answer(1)).text, 'late');
      assert.equal(await drained, 0);
      assert.equal(client.endOf(3), 'gone');
      assert.equal(scene.router.snapshot().http2.goaways.drain, 1);
    },
    after: 'noError',
    upstream: [FORWARDED],
  },
  {
    name: 'drain: the request of a connection that opens during the drain is served (H2-40)',
    opening: [],
    settings: { drainTimeout: 2_000 },
    does: async (client, scene) => {
      while (scene.router.snapshot().gauges.downstream_connections === 0) await sleep(1);
      const drained = scene.router.drain();
      client.send(...OPENING, headers(1, GET));
      await client.goaway(2);
      assert.deepEqual(goaways(client), [ANNOUNCED, [1, CODE.noError]]);
      assert.equal(await drained, 0);
    },
    streams: { 1: '200 a GET /' },
    after: 'noError',
    upstream: [FORWARDED],
  },
  ...[
    { what: 'drain', settings: { drainTimeout: 2_000 }, drains: true },
    { what: 'maximum age', settings: { maxConnectionAge: 200 }, drains: false },
    { what: 'keep-alive timeout', settings: { keepaliveTimeout: 150 }, drains: false },
  ].map(
    ({ what, settings, drains }): Http2Row => ({
      name: `${what}: requests that were in transit when GOAWAY was sent are served (H2-76)`,
      answersPings: false,
      settings: { lingerTimeout: 8_000, ...settings },
      does: async (client, scene) => {
        client.request(1, GET);
        await client.answer(1);
        const drained = drains ? scene.router.drain() : 0;
        const { payload } = await client.frame('PING', ({ type }) => type === FRAME.ping);
        assert.deepEqual(goaways(client), [ANNOUNCED]);
        client.send(headers(3, GET), headers(5, POST, 'more'));
        await client.answer(3);
        client.send(frame(FRAME.ping, FLAG.ack, 0, payload), headers(7, GET), data(5, 'x', 'end'));
        await client.closed();
        assert.deepEqual(goaways(client), [ANNOUNCED, [5, CODE.noError]]);
        assert.equal(await drained, 0);
      },
      streams: { 3: '200 a GET /', 5: '200 a POST /', 7: 'gone' },
      after: 'noError',
      upstream: 'any',
    }),
  ),
  {
    name: 'a client that acknowledges no PING and continues to open streams is drained (H2-77)',
    answersPings: false,
    settings: { drainTimeout: 8_000, lingerTimeout: 200 },
    does: async (client, scene) => {
      client.request(1, GET);
      await client.answer(1);
      const drained = scene.router.drain();
      let last = 1;
      // The last request may be sent before the client reads the last GOAWAY.
      for (let id = 3; client.goaways.length < 2 && !client.ended; id += 2) {
        client.request(id, GET);
        if ((await client.answer(id)).status === 200) last = id;
      }
      assert.deepEqual(goaways(client), [ANNOUNCED, [last, CODE.noError]]);
      assert.equal(await drained, 0);
      assert.equal(scene.router.snapshot().http2.goaways.drain, 1);
    },
    after: 'noError',
    upstream: 'any',
  },
  {
    name: 'a connection without requests that acknowledges no PING is closed for another connection (H2-77)',
    answersPings: false,
    settings: { maxConnections: 1, keepaliveTimeout: 100, lingerTimeout: 8_000 },
    does: async (client, scene) => {
      await client.goaway();
      using other = await scene.http2Client();
      other.request(1, GET);
      await other.answer(1);
      assert.equal(client.ended, true);
      assert.deepEqual(goaways(client), [ANNOUNCED, [0, CODE.noError]]);
    },
    after: 'noError',
    upstream: [FORWARDED],
  },
  {
    name: 'drain: an upload of a later stream was in progress when the last GOAWAY was sent (H2-68)',
    pods: [{ name: 'a', answer: neverAnswer }],
    settings: { drainTimeout: 2_000 },
    does: async (client, scene) => {
      client.request(1, GET);
      const { connection } = await scene.origin('a').request();
      const drained = scene.router.drain();
      await client.goaway(2);
      client.send(headers(3, POST, 'more'), data(3, 'abc'), data(3, 'd', 'end'));
      await client.roundTrip();
      connection.socket.write(ok('late'));
      assert.equal((await client.answer(1)).text, 'late');
      assert.equal(await drained, 0);
    },
    after: 'noError',
    upstream: [FORWARDED],
  },
  {
    name: 'drain: streams that are open at its end are aborted (H2-40)',
    pods: SILENT,
    does: async (client, scene) => {
      client.request(1, GET);
      client.request(3, POST, 'more');
      await scene.origin('a').request(1);
      assert.equal(await scene.router.drain(), 1);
    },
    streams: { 1: '503 drain-timeout', 3: '503 drain-timeout, noError' },
    after: 'noError',
    upstream: 'any',
  },
  {
    name: 'GOAWAY of the client and no further frames: its streams complete, and then the connection ends (H2-41)',
    pods: [{ name: 'a', answer: [() => sleep(50), ok('late')] }],
    sends: [headers(1, GET), frame(FRAME.goaway, 0, 0, Buffer.alloc(8))],
    streams: { 1: '200 late' },
    after: 'noError',
    upstream: [FORWARDED],
  },
  {
    name: 'a connection at its maximum age: GOAWAY, and its requests complete (H2-47)',
    pods: [{ name: 'a', answer: [() => sleep(400), ok('late')] }],
    settings: { maxConnectionAge: 200 },
    does: async (client, scene) => {
      client.request(1, GET);
      await client.goaway();
      assert.equal(client.endOf(1), undefined);
      assert.equal((await client.answer(1)).text, 'late');
      assert.equal(scene.router.snapshot().http2.goaways.age, 1);
    },
    after: 'noError',
    upstream: [FORWARDED],
  },
  {
    name: 'too many connections: an idle connection is closed with a GOAWAY (H2-51)',
    settings: { maxConnections: 1 },
    does: async (client, scene) => {
      client.request(1, GET);
      await client.answer(1);
      using other = await scene.http2Client();
      other.request(1, GET);
      assert.equal((await other.answer(1)).status, 200);
      assert.equal(scene.router.snapshot().http2.goaways.crowded, 1);
    },
    after: 'noError',
    upstream: 'any',
  },
];
