import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { Socket } from 'node:net';
import { test } from 'node:test';
import { aborted, Listener } from './listener.ts';

test('events arrive one by one, each on a line of JSON', async () => {
  await using listener = await Listener.start();
  const { socket, reader } = await listener.stream();
  await reader.readUntil(': podway\n\n');
  listener.streams[0]?.send({ event: 'answer', id: '7', data: { path: '/a\nevent: forged\n\n' } });
  const text = String(await reader.readUntil('}\n\n'));
  assert.match(text, /id: 7\nevent: answer\ndata: \{"path":"\/a\\nevent: forged\\n\\n"\}\n\n$/);
  socket.destroy();
  await aborted(listener.streams[0]?.signal);
});

test('the 17th stream is refused until one has ended (EX-05)', async () => {
  await using listener = await Listener.start();
  const opened = await Promise.all(Array.from({ length: 16 }, () => listener.stream()));
  assert.ok(opened.every(({ start }) => start.includes(' 200 ')));
  const refused = await listener.request('/events');
  assert.deepEqual([refused.status, refused.headers['retry-after']], [503, '1']);
  assert.equal((await listener.request('/data')).status, 200);
  opened[0]?.socket.destroy();
  await Promise.race(listener.streams.map(({ signal }) => aborted(signal)));
  assert.match((await listener.stream()).start, / 200 /);
  assert.equal((await listener.request('/events')).status, 503);
});

test('HEAD of a stream gets its head, and does not count as a stream', async () => {
  await using listener = await Listener.start({ streams: 1 });
  for (let count = 0; count < 3; count += 1) {
    const { status, headers, body } = await listener.request('/events', {}, 'HEAD');
    assert.deepEqual([status, headers['content-type'], body], [200, 'text/event-stream; charset=utf-8', '']);
  }
  assert.equal(listener.streams.length, 0);
  assert.match((await listener.stream()).start, / 200 /);
});

test('HEAD of a page gets its length, and no body', async () => {
  await using listener = await Listener.start();
  const { headers } = await listener.request('/data');
  const head = await listener.request('/data', {}, 'HEAD');
  assert.deepEqual(
    [head.status, head.headers['content-length'], head.body],
    [200, headers['content-length'], ''],
  );
});

test('a client that disconnects before its stream begins does not count', async () => {
  await using listener = await Listener.start({ streams: 1 });
  for (let count = 0; count < 3; count += 1) {
    const held = once(listener.server, 'held');
    const connected = once(listener.server, 'connection');
    const { socket } = await listener.raw('GET /held-events HTTP/1.1\r\nHost: localhost\r\n\r\n');
    const [[served]] = await Promise.all([connected, held]);
    socket.resetAndDestroy();
    await new Promise((resolve) => (served as Socket).once('close', resolve));
  }
  listener.held.resolve();
  assert.match((await listener.stream()).start, / 200 /);
  assert.equal(listener.streams.length, 1);
  assert.deepEqual(
    listener.asked.map(({ stage, status }) => [stage, status]),
    [
      ['answered', 0],
      ['answered', 0],
      ['answered', 0],
      ['began', 200],
    ],
  );
});

test('all streams of a connection end when the client closes it', async () => {
  await using listener = await Listener.start({ streams: 2 });
  const { socket, reader } = await listener.raw('GET /events HTTP/1.1\r\nHost: localhost\r\n\r\n'.repeat(20));
  await reader.readUntil(': podway\n\n');
  socket.destroy();
  while (listener.asked.length < 22) await new Promise(setImmediate);
  assert.ok(listener.streams.every(({ signal }) => signal.aborted));
  const opened = await Promise.all([listener.stream(), listener.stream()]);
  assert.ok(opened.every(({ start }) => start.includes(' 200 ')));
});

test('a stream that fails closes its connection, and sends no text of the failure', async () => {
  await using listener = await Listener.start({ streams: 1 });
  const { reader } = await listener.raw('GET /fails-later HTTP/1.1\r\nHost: localhost\r\n\r\n');
  await reader.ended;
  assert.doesNotMatch(reader.received.toString(), /secret/);
  assert.equal(listener.errors.length, 1);
  assert.match((await listener.stream()).start, / 200 /);
});
