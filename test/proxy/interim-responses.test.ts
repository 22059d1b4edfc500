import assert from 'node:assert/strict';
import { test } from 'node:test';
import { get, head } from '../rig/check.ts';
import { halfClose, ok, type Answer } from '../rig/origin.ts';
import { startScene } from '../rig/scene.ts';

const CONTINUE = 'HTTP/1.1 100 Continue\r\n\r\n';
const HINTS = 'HTTP/1.1 103 Early Hints\r\nLink: </a.css>\r\n\r\n';
const PROCESSING = 'HTTP/1.1 102 Processing\r\n\r\n';

/** Statuses that the client sees up to and with the final one. */
async function statuses(answer: Answer, version = '1.1'): Promise<number[]> {
  await using scene = await startScene({ pods: [{ name: 'o1', answer }] });
  using client = await scene.client();
  void client.send(head(`GET / HTTP/${version}`, 'Host: t.local'));
  const seen: number[] = [];
  do seen.push((await client.response()).status);
  while ((seen.at(-1) ?? 0) < 200);
  return seen;
}

test('UF-40 a 100 nobody asked for is swallowed', async () => {
  assert.deepEqual(await statuses([CONTINUE, ok('x')]), [200]);
});

test('UF-41 103 goes to HTTP/1.1 clients', async () => {
  assert.deepEqual(await statuses([HINTS, ok('x')]), [103, 200]);
  assert.deepEqual(await statuses([HINTS + HINTS + ok('x')]), [103, 103, 200]);
});

test('UF-41 103 does not go to HTTP/1.0 clients', async () => {
  assert.deepEqual(await statuses([HINTS, ok('x')], '1.0'), [200]);
});

test('a 103 keeps its fields', async () => {
  await using scene = await startScene({ pods: [{ name: 'o1', answer: [HINTS, ok('x')] }] });
  using client = await scene.client();
  assert.equal((await client.exchange(get('/'))).value('link'), '</a.css>');
  assert.equal((await client.response()).text, 'x');
});

test('UF-42 103, then FIN is 502', async () => {
  assert.deepEqual(await statuses([HINTS, halfClose]), [103, 502]);
});

test('UF-43 33 interim responses are 502', async () => {
  assert.equal((await statuses([PROCESSING.repeat(33), ok('x')])).at(-1), 502);
  assert.equal((await statuses([CONTINUE.repeat(33), ok('x')])).at(-1), 502);
});

test('32 interim responses are fine', async () => {
  assert.equal((await statuses([PROCESSING.repeat(32), ok('x')])).at(-1), 200);
});

test('UF-43 interim responses do not prolong the wait for the final one', async () => {
  await using scene = await startScene({
    pods: [
      {
        name: 'o1',
        answer: ({ connection }) => {
          const timer = setInterval(() => connection.socket.write(PROCESSING), 50);
          return connection.inbox.ended.then(() => clearInterval(timer));
        },
      },
    ],
    settings: { timeouts: { responseHead: 300 } },
  });
  using client = await scene.client();
  void client.send(get('/'));
  let status = 0;
  while (status < 200) ({ status } = await client.response());
  assert.equal(status, 504);
});
