import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkExchanges, head } from '../fixtures/check.ts';
import { startScene } from '../fixtures/scene.ts';

const KEY = 'X-ROUTING-API-KEY: c3VwZXJzZWNyZXQ=';
const spec = {
  pods: [{ name: 'o1' }, { name: 'app', namespace: 'a', paths: '/app' }],
  keys: { a: 'supersecret' },
};

function expecting(path: string, ...lines: string[]): string {
  return head(
    `POST ${path} HTTP/1.1`,
    'Host: t.local',
    'Expect: 100-continue',
    'Content-Length: 5',
    ...lines,
  );
}

test('with the key: 100 is sent first, then the body is forwarded, without Expect (P24)', async () => {
  await using scene = await startScene(spec);
  using client = await scene.client();
  assert.equal((await client.exchange(expecting('/app', KEY), 'POST')).status, 100);
  assert.equal((await client.exchange('abcde', 'POST')).status, 200);
  const request = scene.origin('app').requests[0];
  assert.equal((await request?.body)?.content.toString(), 'abcde');
  assert.deepEqual(request?.values('expect'), []);
});

await checkExchanges('no 100 before the router has accepted the request', spec, [
  { name: 'without the key (P24)', send: expecting('/app'), status: 403, after: 'closed' },
  { name: 'unknown path (P24)', send: expecting('/').replace('t.local', 'unknown'), status: 'closed' },
]);

test('a client that does not wait gets no 100, only its response', async () => {
  await using scene = await startScene(spec);
  using client = await scene.client();
  void client.send(`${expecting('/')}abcde`);
  let response = await client.response();
  if (response.status === 100) response = await client.response();
  assert.equal(response.status, 200);
});

test('a refused client may continue to send for a while, and reads the refusal after that (DF-26)', async () => {
  await using scene = await startScene(spec);
  using client = await scene.client();
  client.socket.pause();
  await client.send(head('POST /app HTTP/1.1', 'Host: t.local', 'Content-Length: 200000'));
  while (scene.router.log.length === 0) await new Promise((resolve) => setImmediate(resolve));
  for (let turn = 0; turn < 20; turn += 1) {
    assert.equal(await client.send('x'.repeat(1000)), true);
    await new Promise((resolve) => setImmediate(resolve));
  }
  client.socket.resume();
  assert.equal((await client.response()).status, 403);
  await client.closed();
});
