import assert from 'node:assert/strict';
import { test } from 'node:test';
import { get } from '../fixtures/check.ts';
import { checkConversations } from '../fixtures/conversation.ts';
import { ok, type OriginRequest, until } from '../fixtures/origin.ts';
import { startScene } from '../fixtures/scene.ts';
import { echo, handshake, switching } from '../fixtures/websocket.ts';
import { HANDSHAKES, LISTED_UPGRADES, OTHER_UPGRADES, REFUSALS, TUNNELS } from './tunnel-rows.ts';

await checkConversations('a handshake reaches the pod, and the response reaches the client', HANDSHAKES);
await checkConversations('a failed handshake ends its connection', REFUSALS);
await checkConversations('other upgrades are dropped, and the request is forwarded', OTHER_UPGRADES);
await checkConversations('protocols that UPGRADES lists are tunnelled', LISTED_UPGRADES);
await checkConversations('a tunnel carries bytes, and forwards the end of each side', TUNNELS);

test('polling, an event stream and a WebSocket of one client, on one kept connection and on others (WS-29)', async () => {
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
  await events.reader.readUntil('data: 1\n\n');
  using client = await scene.client();
  for (const turn of [1, 2]) {
    const target = `/socket.io/?EIO=4&transport=polling&t=${turn}`;
    assert.equal((await client.exchange(get(target))).text, `polled ${target}`);
  }
  assert.equal((await client.exchange(handshake('/socket.io/?EIO=4&transport=websocket'))).status, 101);
  void client.send('2probe');
  assert.equal((await client.reader.read(6)).toString(), '2probe');
  end();
  await events.reader.readUntil('0\r\n\r\n');
});
