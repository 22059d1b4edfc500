import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkExchanges, get, head } from '../rig/check.ts';
import { ok, type OriginRequest, until } from '../rig/origin.ts';
import { startScene } from '../rig/scene.ts';
import { echo, handshake, SAMPLE_KEY, switching } from '../rig/websocket.ts';

const REFUSAL = head(
  'HTTP/1.1 426 Upgrade Required',
  'X-Origin: o1',
  'Sec-WebSocket-Version: 13',
  'Connection: close',
  'Content-Length: 0',
);
/** The handshake is the pod's to judge: it gets these lines as they are, and its refusal goes back. */
const ODD_HANDSHAKES: readonly (readonly [name: string, from: string, to: string])[] = [
  ['a key of three bytes', SAMPLE_KEY, 'YWJj'],
  ['a key that is no base64', SAMPLE_KEY, '!!!'],
  ['version 12', 'Sec-WebSocket-Version: 13', 'Sec-WebSocket-Version: 12'],
  ['no version', 'Sec-WebSocket-Version: 13', 'X-No: version'],
];

await checkExchanges(
  'WS-03 an odd key or version is the pod’s to refuse',
  { pods: [{ name: 'o1', answer: [REFUSAL] }] },
  ODD_HANDSHAKES.map(([name, from, to]) => ({
    name: `WS-03 ${name}`,
    send: handshake('/').replace(from, to),
    status: 426,
    origin: 'o1',
    after: 'closed',
    also: (response) => assert.equal(response.value('sec-websocket-version'), '13'),
  })),
);

test('WS-29 polling, an event stream and a WebSocket of one client, on one kept connection and beside it', async () => {
  const { promise: over, resolve: end } = Promise.withResolvers<void>();
  const answer = async (request: OriginRequest): Promise<void> => {
    const { socket } = request.connection;
    if (request.target.startsWith('/events')) {
      socket.write(
        'HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n',
      );
      socket.write('9\r\ndata: 1\n\n\r\n');
      await until(over)(request);
      socket.write('0\r\n\r\n');
    } else if (request.value('upgrade') === undefined) {
      await request.body;
      socket.write(ok(`polled ${request.target}`));
    } else {
      socket.write(switching());
      await echo(request);
    }
  };
  await using scene = await startScene({ pods: [{ name: 'o1', answer }] });
  using events = await scene.client();
  void events.send(get('/events'));
  await events.inbox.until('data: 1\n\n');
  using client = await scene.client();
  for (const turn of [1, 2]) {
    const target = `/socket.io/?EIO=4&transport=polling&t=${turn}`;
    assert.equal((await client.exchange(get(target))).text, `polled ${target}`);
  }
  assert.equal((await client.exchange(handshake('/socket.io/?EIO=4&transport=websocket'))).status, 101);
  void client.send('2probe');
  assert.equal((await client.inbox.take(6)).toString(), '2probe');
  end();
  await events.inbox.until('0\r\n\r\n');
});
