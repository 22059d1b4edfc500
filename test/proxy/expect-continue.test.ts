import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkExchanges, head } from '../rig/check.ts';
import { ok, readBody } from '../rig/origin.ts';
import { startScene } from '../rig/scene.ts';

const KEY = 'X-ROUTING-API-KEY: c3VwZXJzZWNyZXQ=';
const spec = {
  pods: [{ name: 'o1' }, { name: 'app', namespace: 'a', paths: '/app' }],
  keys: { a: 'supersecret' },
  settings: { limits: { requestBody: 1000 } },
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

for (const [name, send] of [
  ['DF-11', expecting('/')],
  ['DF-11 in other case', expecting('/').replace('100-continue', '100-Continue')],
  ['P24 with the key', expecting('/app', KEY)],
] as const) {
  test(`${name}: 100 comes first, then the body goes on, without Expect`, async () => {
    await using scene = await startScene(spec);
    using client = await scene.client();
    assert.equal((await client.exchange(send, 'POST')).status, 100);
    const response = await client.exchange('abcde', 'POST');
    assert.equal(response.status, 200);
    const request = scene.origin(name.startsWith('P24') ? 'app' : 'o1').requests[0];
    assert.equal((await request?.body)?.content.toString(), 'abcde');
    assert.deepEqual(request?.values('expect'), []);
  });
}

await checkExchanges('no 100 before the router has agreed to the request', spec, [
  { name: 'P24 without the key', send: expecting('/app'), status: 403, after: 'closed' },
  { name: 'P24 unknown path', send: expecting('/').replace('t.local', 'unknown'), status: 'closed' },
  {
    name: 'DF-15 too large',
    send: expecting('/').replace('Length: 5', 'Length: 5000'),
    status: 413,
    after: 'closed',
  },
  ...['foo', 'y 100-continue', '100-continue, foo', '100-continue\r\nExpect: 100-continue'].map((value) => ({
    name: `DF-13 SM-38 Expect: ${JSON.stringify(value)}`,
    send: expecting('/').replace('100-continue', value),
    status: [417, 400],
    after: 'closed' as const,
  })),
  {
    name: 'DF-13 foo is 417',
    send: expecting('/').replace('100-continue', 'foo'),
    status: 417,
    after: 'closed',
  },
]);

await checkExchanges('no 100 for those who cannot use it', spec, [
  {
    name: 'DF-12 HTTP/1.0',
    send: `${expecting('/').replace('HTTP/1.1', 'HTTP/1.0')}abcde`,
    status: 200,
    origin: 'o1',
  },
  {
    name: 'DF-12 GET without a body',
    send: head('GET / HTTP/1.1', 'Host: t.local', 'Expect: 100-continue'),
    status: 200,
    origin: 'o1',
    after: 'kept',
  },
]);

test('a client that does not wait needs no 100, but gets its answer', async () => {
  await using scene = await startScene(spec);
  using client = await scene.client();
  void client.send(`${expecting('/')}abcde`);
  let response = await client.response();
  if (response.status === 100) response = await client.response();
  assert.equal(response.status, 200);
});

test('SM-37 P42 a pod that answers before the body: its answer goes out, and the connection ends', async () => {
  await using scene = await startScene({
    pods: [{ name: 'o1', answer: [ok('no').replace('200 OK', '413 Too Large'), readBody] }],
  });
  using client = await scene.client();
  const response = await client.exchange(head('POST / HTTP/1.1', 'Host: t.local', 'Content-Length: 500000'));
  assert.equal(response.status, 413);
  assert.equal(response.text, 'no');
  assert.equal(response.value('connection'), 'close');
  await client.closed();
  await scene.origin('o1').connections[0]?.closed();
});

test('DF-26 a refused client may go on sending for a while, and reads the refusal after that', async () => {
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
