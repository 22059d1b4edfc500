import assert from 'node:assert/strict';
import { test } from 'node:test';
import { get } from '../rig/check.ts';
import { ok, silence, until, type Answer } from '../rig/origin.ts';
import { startScene } from '../rig/scene.ts';
import { echo, echoing, handshake, switching } from '../rig/websocket.ts';

const REFUSALS: readonly (readonly [name: string, answer: string, status: number, text: string])[] = [
  [
    '401 with a length',
    ok('who?', 'WWW-Authenticate: Basic', 'Set-Cookie: a=1').replace('200 OK', '401 No'),
    401,
    'who?',
  ],
  ['403 chunked', 'HTTP/1.1 403 No\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nno\r\n0\r\n\r\n', 403, 'no'],
  ['426 with its version', ok('', 'Sec-WebSocket-Version: 13').replace('200 OK', '426 Upgrade'), 426, ''],
  ['503', ok('busy').replace('200 OK', '503 Busy'), 503, 'busy'],
  ['SM-53 200: the pod ignores the upgrade', ok('plain'), 200, 'plain'],
];

for (const [name, answer, status, text] of REFUSALS) {
  test(`W3 WS-04 ${name}: the answer goes through, then the connection ends`, async () => {
    await using scene = await startScene({ pods: [{ name: 'o1', answer: [answer] }] });
    using client = await scene.client();
    const response = await client.exchange(handshake('/'));
    assert.deepEqual([response.status, response.text], [status, text]);
    if (status === 401) assert.equal(response.value('www-authenticate'), 'Basic');
    if (status === 426) assert.equal(response.value('sec-websocket-version'), '13');
    await client.closed();
  });
}

const BAD: readonly (readonly [name: string, answer: string])[] = [
  ['WS-20 no Accept', switching().replace(/Sec-WebSocket-Accept: .*\r\n/, '')],
  ['no Upgrade', switching().replace('Upgrade: websocket\r\n', '')],
  ['another protocol', switching().replace('Upgrade: websocket', 'Upgrade: h2c')],
  ['garbage', 'nonsense\r\n\r\n'],
];

for (const [name, answer] of BAD) {
  test(`a 101 that is none (${name}) is 502`, async () => {
    await using scene = await startScene({ pods: [{ name: 'o1', answer: [answer] }] });
    using client = await scene.client();
    const response = await client.exchange(handshake('/'));
    assert.equal(response.status, 502);
    await scene.origin('o1').connections[0]?.closed();
  });
}

test('WS-21 a 103 may come before the 101', async () => {
  const answer: Answer = ['HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n', switching(), echo];
  await using scene = await startScene({ pods: [{ name: 'o1', answer }] });
  using client = await scene.client();
  assert.equal((await client.exchange(handshake('/'))).status, 103);
  assert.equal((await client.response()).status, 101);
});

test('the fields of the 101 reach the client', async () => {
  await using scene = await startScene({
    pods: [{ name: 'o1', answer: [switching('Sec-WebSocket-Protocol: chat', 'Set-Cookie: a=1'), echo] }],
  });
  using client = await scene.client();
  const response = await client.exchange(handshake('/', 'Sec-WebSocket-Protocol: chat'));
  assert.equal(response.value('sec-websocket-protocol'), 'chat');
  assert.equal(response.value('set-cookie'), 'a=1');
  assert.match(response.value('upgrade') ?? '', /^websocket$/i);
  assert.match(response.value('connection') ?? '', /^upgrade$/i);
});

test('W4 bytes in the segment of the handshake arrive once, after the 101', async () => {
  await using scene = await startScene({ pods: [{ name: 'o1', answer: echoing }] });
  using client = await scene.client();
  assert.equal((await client.exchange(`${handshake('/')}early`)).status, 101);
  assert.equal((await client.inbox.take(5)).toString(), 'early');
});

test('W4 WS-08 bytes in the segment of the 101 arrive', async () => {
  await using scene = await startScene({ pods: [{ name: 'o1', answer: [`${switching()}welcome`, echo] }] });
  using client = await scene.client();
  await client.exchange(handshake('/'));
  assert.equal((await client.inbox.take(7)).toString(), 'welcome');
});

test('SM-42 early bytes wait for a late 101', async () => {
  const { promise, resolve } = Promise.withResolvers<void>();
  await using scene = await startScene({
    pods: [{ name: 'o1', answer: [until(promise), switching(), echo] }],
  });
  using client = await scene.client();
  await client.send(`${handshake('/')}early `);
  const { connection } = await scene.origin('o1').request();
  await client.send('bytes');
  assert.match(connection.inbox.received.toString('latin1'), /\r\n\r\n$/, 'nothing behind the head yet');
  resolve();
  await client.response();
  assert.equal((await client.inbox.take(11)).toString(), 'early bytes');
});

test('SM-41 WS-30 early bytes of a refused handshake go nowhere', async () => {
  const refusal = ok('no').replace('200 OK', '403 Forbidden');
  await using scene = await startScene({ pods: [{ name: 'o1', answer: [refusal] }] });
  using client = await scene.client();
  void client.send(handshake('/') + get('/admin'));
  const response = await client.response();
  assert.equal(response.status, 403);
  assert.equal(response.value('connection'), 'close');
  await client.closed();
  assert.equal(scene.origin('o1').requests.length, 1);
  assert.doesNotMatch(scene.origin('o1').received, /admin/);
});

test('early bytes are bounded: the client is held back', async () => {
  await using scene = await startScene({ pods: [{ name: 'o1', answer: [silence] }] });
  using client = await scene.client();
  let written = false;
  await client.send(handshake('/'));
  void client.send(Buffer.alloc(32 * 1024 * 1024)).then(() => (written = true));
  await scene.origin('o1').request();
  await new Promise((resolve) => setTimeout(resolve, 300));
  assert.equal(written, false);
  client.reset();
});

test('W10 WS-26 a pod that refuses the connection costs no handshake', async () => {
  await using scene = await startScene({
    pods: [
      { name: 'a', refuses: true },
      { name: 'b', answer: echoing },
    ],
  });
  for (let turn = 0; turn < 2; turn += 1) {
    using client = await scene.client();
    assert.equal((await client.exchange(handshake('/'))).status, 101);
  }
});

test('WS-22 a pod that does not answer the handshake is 504', async () => {
  await using scene = await startScene({
    pods: [{ name: 'o1', answer: [silence] }],
    settings: { timeouts: { responseHead: 200 } },
  });
  using client = await scene.client();
  assert.equal((await client.exchange(handshake('/'))).status, 504);
  await client.closed();
  await scene.origin('o1').connections[0]?.closed();
});

test('WS-23 a client that leaves before the 101 frees the pod', async () => {
  await using scene = await startScene({ pods: [{ name: 'o1', answer: [silence] }] });
  using client = await scene.client();
  await client.send(handshake('/'));
  await scene.origin('o1').request();
  client.reset();
  await scene.origin('o1').connections[0]?.closed();
});
