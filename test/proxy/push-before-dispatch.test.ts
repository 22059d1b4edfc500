import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as turnEnds } from 'node:timers/promises';
import { get, post } from '../fixtures/check.ts';
import { startScene } from '../fixtures/scene.ts';

const PUSHED = 'HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\npoison';

/** The pod and the client write in one turn of the event loop that they share with the router. The router reads both in its next turn. */
async function pushAgainst(request: string) {
  await using scene = await startScene({ pods: [{ name: 'a' }] });
  using client = await scene.client();
  await client.exchange(get('/first'));
  const idle = await scene.origin('a').connection();
  // The router uses the connection again only after a pause.
  for (let turn = 0; turn < 5; turn += 1) await turnEnds();
  const answer = client.exchange(request);
  idle.socket.write(PUSHED);
  const { status, text } = await answer;
  await idle.closed();
  assert.equal(scene.origin('a').requests.filter(({ connection }) => connection === idle).length, 1);
  return { status, text, connections: scene.origin('a').connections.length };
}

test('bytes that a pod pushes before its next request is sent are never the response to it (UF-32)', async () => {
  const { status, text, connections } = await pushAgainst(get('/second'));
  assert.equal(status, 200);
  assert.notEqual(text, 'poison');
  assert.equal(connections, 2);
});

test('bytes that a pod pushes are not the response to a request that must not be sent twice, either', async () => {
  const { text } = await pushAgainst(post('/second', 'body'));
  assert.ok(!text.includes('poison'), text);
});
