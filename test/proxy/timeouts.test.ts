import assert from 'node:assert/strict';
import { test } from 'node:test';
import { get, head } from '../fixtures/check.ts';
import { neverAnswer } from '../fixtures/origin.ts';
import type { SettingsOverrides } from '../fixtures/settings.ts';
import { startScene, type Scene } from '../fixtures/scene.ts';

/** Milliseconds: long enough not to expire by accident, short enough for a test to wait. */
const SHORT = 200;

function scene(settings: SettingsOverrides, ...answer: (string | typeof neverAnswer)[]): Promise<Scene> {
  return startScene({
    pods: [{ name: 'o1', ...(answer.length > 0 && { answer }) }],
    settings,
  });
}

test('an incomplete request head is 408 (N18)', async () => {
  await using running = await scene({ requestHeadTimeout: SHORT });
  using client = await running.client();
  assert.equal((await client.exchange('GET / HTTP/1.1\r\nHost:')).status, 408);
  await client.closed();
});

test('a slow request head does not get more time', async () => {
  await using running = await scene({ requestHeadTimeout: SHORT });
  using client = await running.client();
  const drip = setInterval(() => void client.send('X'), 20);
  void client.send('GET / HTTP/1.1\r\nHost: t.local\r\n');
  assert.equal((await client.response()).status, 408);
  clearInterval(drip);
});

test('an idle connection is closed without a response, even if it was never used', async () => {
  await using running = await scene({ keepaliveTimeout: SHORT });
  using fresh = await running.client();
  using used = await running.client();
  const { head: answer } = await used.exchange(get('/'));
  assert.match(answer.start, /200/);
  const before = used.reader.received.length;
  assert.equal((await used.closed()).received.length, before);
  assert.equal((await fresh.closed()).received.length, 0);
});

test('a kept connection serves again after a pause below the limit (P40)', async () => {
  await using running = await scene({ keepaliveTimeout: 2000, upstreamKeepaliveTimeout: 20 });
  using client = await running.client();
  await client.exchange(get('/'));
  await (await running.origin('o1').connection()).closed();
  assert.equal((await client.exchange(get('/'))).status, 200);
});

test('a response body that stalls aborts the client connection', async () => {
  await using running = await scene(
    { upstreamIdleTimeout: SHORT },
    'HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc',
    neverAnswer,
  );
  using client = await running.client();
  await client.send(get('/'));
  const { received } = await client.closed();
  assert.match(received.toString('latin1'), /abc$/);
  await running.origin('o1').connections[0]?.closed();
});

test('the time of a request body is limited between two reads, not in total (P30)', async () => {
  await using running = await scene({ clientIdleTimeout: 300 });
  using client = await running.client();
  await client.send(head('POST / HTTP/1.1', 'Host: t.local', 'Transfer-Encoding: chunked'));
  for (let sent = 0; sent < 10; sent += 1) {
    await client.send('1\r\nx\r\n');
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  assert.equal((await client.exchange('0\r\n\r\n', 'POST')).status, 200);
});
