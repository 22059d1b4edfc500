import assert from 'node:assert/strict';
import { forwarded } from '../fixtures/check.ts';
import type { Http2Row } from '../fixtures/http2/check-http2.ts';
import { CODE, data, FRAME, reset, SETTING, settings, windowUpdate } from '../fixtures/http2/frames.ts';
import type { Field } from '../fixtures/http2/hpack.ts';
import { headers, pseudo, type RawHttp2Client } from '../fixtures/http2/raw-http2-client.ts';
import type { OriginRequest } from '../fixtures/origin.ts';
import type { Scene } from '../fixtures/scene.ts';
import { acceptOf, echo } from '../fixtures/websocket.ts';

const CONNECT: readonly Field[] = [...pseudo('CONNECT', '/chat'), [':protocol', 'websocket']];
const HANDSHAKE: readonly Field[] = [
  ...CONNECT,
  ['sec-websocket-version', '13'],
  ['sec-websocket-protocol', 'chat'],
  ['origin', 'http://t.local'],
];

/**
 * The pod accepts the handshake with the correct answer to the key of the router, unless `accept` returns another
 * answer.
 */
const agree =
  (accept = (key: string) => acceptOf(key)) =>
  (request: OriginRequest): void => {
    request.connection.socket.write(
      'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n' +
        `Sec-WebSocket-Accept: ${accept(request.value('sec-websocket-key') ?? '')}\r\nSec-WebSocket-Protocol: chat\r\n\r\n`,
    );
  };

const ECHOING = [{ name: 'a', answer: [agree(), echo] }];

/** The bytes that the pod received, with placeholders for the key and the ids. */
function handshakeSeen(scene: Scene): string {
  return scene
    .origin('a')
    .received.replace(/sec-websocket-key: [\w+/]{22}==/, 'sec-websocket-key: <key>')
    .replace(/X-Podway-Hops: [^\r]*/, 'X-Podway-Hops: <hop>')
    .replace(/X-Request-Id: [^\r]*/, 'X-Request-Id: <id>');
}

async function opened(client: RawHttp2Client, id = 1): Promise<void> {
  client.request(id, HANDSHAKE, 'more');
  await client.until('the head', () => client.blocks.find((block) => block.id === id));
  assert.equal(client.answerOf(id).status, 200);
}

async function echoed(client: RawHttp2Client, id: number, text: string): Promise<void> {
  const before = client.answerOf(id).text;
  client.send(data(id, text));
  await client.until('the echo', () => (client.answerOf(id).text === before + text ? true : undefined));
}

const refused = (
  name: string,
  answer: string | ((request: OriginRequest) => void),
  expected: string,
): Http2Row => ({
  name,
  pods: [{ name: 'a', answer: typeof answer === 'string' ? [answer] : answer }],
  sends: [headers(1, HANDSHAKE, 'more')],
  streams: { 1: expected },
  upstream: 'any',
});

export const TUNNEL_ROWS: readonly Http2Row[] = [
  {
    name: 'a WebSocket: the pod gets a handshake of HTTP/1.1, and bytes flow in both directions (H2-61)',
    pods: ECHOING,
    does: async (client, scene) => {
      await opened(client);
      assert.deepEqual(
        client.answerOf(1).fields.filter(([name]) => name !== 'date'),
        [
          [':status', '200'],
          ['sec-websocket-protocol', 'chat'],
        ],
      );
      assert.equal(
        handshakeSeen(scene),
        forwarded('GET /chat', [
          'host: t.local',
          'sec-websocket-version: 13',
          'sec-websocket-protocol: chat',
          'origin: http://t.local',
        ]).replace(
          'X-Podway-Hops',
          'sec-websocket-key: <key>\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nX-Podway-Hops',
        ),
      );
      await echoed(client, 1, 'hello');
      client.send(windowUpdate(0, 200_000), windowUpdate(1, 200_000));
      for (let at = 0; at < 10; at += 1) await echoed(client, 1, 'x'.repeat(10_000));
      assert.equal(scene.router.snapshot().gauges.tunnels, 1);
      client.send(data(1, '', 'end'));
      assert.equal(await client.ending(1), 'end');
    },
    upstream: 'any',
  },
  {
    name: "the client's own key is not forwarded (H2-61)",
    pods: ECHOING,
    does: async (client, scene) => {
      client.request(1, [...HANDSHAKE, ['sec-websocket-key', 'dGhlIHNhbXBsZSBub25jZQ==']], 'more');
      await client.until('the head', () => client.blocks[0]);
      assert.ok(!scene.origin('a').received.includes('dGhlIHNhbXBsZSBub25jZQ=='));
    },
    upstream: 'any',
  },
  refused(
    'the pod refuses (H2-62)',
    'HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\n\r\nno',
    '403 no, noError',
  ),
  refused(
    'the pod answers without a switch (H2-62)',
    'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi',
    '502 bad-upgrade-response, noError',
  ),
  refused(
    'the pod accepts another key (H2-62)',
    agree(() => acceptOf('x')),
    '502 bad-upgrade-response, noError',
  ),
  refused(
    'the pod switches without Sec-WebSocket-Accept (H2-62)',
    'HTTP/1.1 101 X\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n',
    '502 bad-upgrade-response, noError',
  ),
  {
    name: 'a handshake whose stream has ended (H2-63)',
    sends: [headers(1, HANDSHAKE)],
    streams: { 1: '400 bad-upgrade' },
  },
  {
    name: 'a handshake of another version (H2-63)',
    sends: [headers(1, CONNECT, 'more'), headers(3, [...CONNECT, ['sec-websocket-version', '8']], 'more')],
    streams: { 1: '400 bad-upgrade, noError', 3: '400 bad-upgrade, noError' },
  },
  {
    name: 'another protocol (H2-63)',
    sends: [headers(1, [...pseudo('CONNECT'), [':protocol', 'connect-udp']], 'more')],
    streams: { 1: '501 unknown-protocol, noError' },
  },
  {
    name: 'a protocol without CONNECT, and without an authority (H2-63)',
    sends: [
      headers(1, [...pseudo('GET'), [':protocol', 'websocket']], 'more'),
      headers(
        3,
        [...CONNECT.filter(([name]) => name !== ':authority'), ['sec-websocket-version', '13']],
        'more',
      ),
    ],
    streams: { 1: 'protocolError', 3: 'protocolError' },
  },
  {
    name: 'a handshake with the length of a body (H2-63)',
    sends: [headers(1, [...HANDSHAKE, ['content-length', '5']], 'more')],
    streams: { 1: '400 bad-upgrade, noError' },
  },
  {
    name: 'WebSockets that are not allowed are not offered (H2-63)',
    settings: { upgrades: [] },
    does: async (client) => {
      client.request(1, HANDSHAKE, 'more');
      const { payload } = await client.frame('SETTINGS', ({ type }) => type === FRAME.settings);
      const offers = Array.from({ length: payload.length / 6 }, (_, at) => payload.readUInt16BE(at * 6));
      const at = offers.indexOf(8);
      assert.ok(at < 0 || payload.readUInt32BE(at * 6 + 2) === 0);
    },
    streams: { 1: 'protocolError' },
  },
  {
    name: "END_STREAM of the client is a FIN for the pod, and the pod's FIN is END_STREAM for the client (H2-64)",
    pods: [
      {
        name: 'a',
        answer: [
          agree(),
          async ({ connection }) => {
            await connection.reader.ended;
            connection.socket.end('bye');
          },
        ],
      },
    ],
    does: async (client, scene) => {
      scene.origin('a').sendsFinAfterPeer = false;
      await opened(client);
      client.send(data(1, 'last', 'end'));
    },
    streams: { 1: '200 bye' },
    upstream: 'any',
  },
  {
    name: 'a reset of the client ends the connection to the pod (H2-64)',
    pods: ECHOING,
    does: async (client, scene) => {
      await opened(client);
      client.send(reset(1, CODE.cancel));
      await scene.origin('a').connections[0]?.closed();
      assert.equal(scene.router.log[0]?.reason, 'client-left');
    },
    upstream: 'any',
  },
  {
    name: 'a reset of the pod is CANCEL for the client (H2-64)',
    pods: [
      {
        name: 'a',
        answer: [
          agree(),
          async ({ connection }) => {
            await connection.reader.read(1);
            connection.socket.resetAndDestroy();
          },
        ],
      },
    ],
    does: async (client) => {
      await opened(client);
      client.send(data(1, 'x'));
    },
    streams: { 1: '200, cancel' },
    upstream: 'any',
  },
  {
    name: 'a tunnel without traffic is reset with CANCEL (H2-64)',
    pods: ECHOING,
    settings: { tunnelIdleTimeout: 150 },
    does: (client) => opened(client),
    streams: { 1: '200, cancel' },
    upstream: 'any',
  },
  {
    name: 'a pod refuses while the client sends DATA and END_STREAM: the router keeps no state of the stream (H2-67)',
    pods: [{ name: 'a', answer: ['HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\n\r\nno'] }],
    settings: { http2Streams: 2 },
    does: async (client, scene) => {
      client.send(settings([[SETTING.initialWindow, 0]]));
      for (let id = 1; id < 20; id += 2) {
        const sent = Array.from({ length: 3 }, () => data(id, Buffer.alloc(16_000)));
        client.send(headers(id, HANDSHAKE, 'more'), ...sent, data(id, 'x', 'end'));
        await client.until('the head', () => client.blocks.find((block) => block.id === id));
        client.send(windowUpdate(id, 1_000));
        assert.equal((await client.answer(id)).text, 'no');
      }
      await client.roundTrip();
      const { http2_streams: streams, request_held_bytes: held } = scene.router.snapshot().gauges;
      assert.deepEqual({ streams, held }, { streams: 0, held: 0 });
    },
    upstream: 'any',
  },
  {
    name: 'many WebSockets on one connection, and one does not read: the others continue, and the router holds little (H2-65)',
    pods: ECHOING,
    does: async (client, scene) => {
      client.send(windowUpdate(0, 10_000_000));
      for (let at = 0; at < 30; at += 1) await opened(client, at * 2 + 1);
      // About as many bytes as the window of the first stream, which the client does not enlarge.
      for (let at = 0; at < 16; at += 1) client.send(data(1, 'x'.repeat(4_000)));
      for (let at = 1; at < 30; at += 1) await echoed(client, at * 2 + 1, `hello ${at}`);
      const { buffered_bytes: buffered, request_held_bytes: held } = scene.router.snapshot().gauges;
      assert.ok(buffered + held < 200_000, `${buffered} and ${held} bytes are held`);
    },
    upstream: 'any',
  },
];
