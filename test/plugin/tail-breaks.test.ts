import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { test } from 'node:test';
import { withTimeout } from '../fixtures/with-timeout.ts';
import { Running } from './plugin-scene.ts';
import { StubListener } from './stub-listener.ts';
import { MAIN } from '../fixtures/program.ts';

function open(response: ServerResponse): void {
  response.writeHead(200, { 'content-type': 'text/event-stream' }).write(': podway\n\n');
}

function answer(id: string, path: string): string {
  const data = { time: 0, status: 404, reason: 'no-route', method: 'GET', host: 'a', path, requestId: id };
  return `id: ${id}\nevent: answer\ndata: ${JSON.stringify(data)}\n\n`;
}

/**
 * The events that each connection gets before it breaks, and the events of the last connection, which stays open;
 * undefined: there is no router.
 */
const EVENTS = [
  'id: 0.5\nevent: begin\ndata: {}\n\n',
  undefined,
  `${answer('0.6', '/first')}id: 0.7\nevent: answer\ndata: {"half`,
  `data: no JSON\n\n: beat\n\nevent: news\ndata: {}\n\n${answer('0.7', '/second')}`,
];

test('a tail resumes where the connection broke, also before the first answer, and reports a break once', async () => {
  let connections = 0;
  await using listener = await StubListener.start((request, response) => {
    const events = EVENTS[connections++];
    if (events === undefined) return void request.socket.resetAndDestroy();
    open(response);
    response.write(events, () => {
      if (connections < EVENTS.length) setImmediate(() => response.destroy());
    });
  });
  const tail = new Running(['tail', '--url', listener.url, '--status', '404']);
  await tail.until(/\/second /);
  const { code, stdout, stderr } = await tail.interrupt();
  assert.equal(code, 130);
  assert.deepEqual(
    listener.requests.map(({ url, headers }) => [url, headers['last-event-id']]),
    [undefined, '0.5', '0.5', '0.6'].map((id) => ['/tail?status=404', id]),
  );
  assert.match(stdout, /^TIME [^\n]*\n[^\n]*a\/first [^\n]*\n[^\n]*a\/second [^\n]*\n$/);
  assert.match(stderr, /^podway tail: \S+ cannot be reached: .*\(podway tries again\)$/m);
});

test('a tail ends when the reader of its output has gone', async () => {
  await using listener = await StubListener.start((_, response) => {
    open(response);
    response.write(answer('0.1', '/one'));
    const more = setInterval(() => response.write(answer('0.2', '/more')), 20);
    response.on('close', () => clearInterval(more));
  });
  const child = spawn(process.execPath, [MAIN, 'tail', '--url', listener.url], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  try {
    await once(child.stdout, 'data');
    child.stdout.destroy();
    const [code] = (await withTimeout(once(child, 'exit'), 'the end of podway')) as [number];
    assert.equal(code, 141);
  } finally {
    child.kill();
  }
});
