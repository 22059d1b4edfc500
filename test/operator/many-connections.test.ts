import assert from 'node:assert/strict';
import { once } from 'node:events';
import { promisify } from 'node:util';
import { test } from 'node:test';
import { Listener } from './listener.ts';

const QUESTION = 'GET /data HTTP/1.1\r\nHost: localhost\r\n\r\n';

async function openAt(listener: Listener): Promise<number> {
  const { server } = listener;
  return promisify<number>((done) => server.getConnections(done))();
}

test('a request is answered while 128 other connections are silent, and at most as many stay open as there are descriptors', async () => {
  await using listener = await Listener.start({ connections: 64 });
  for (let count = 0; count < 128; count += 1) await listener.raw();
  assert.equal((await listener.request('/data')).status, 200);
  assert.ok((await openAt(listener)) <= 64);
});

test('a connection with half a head counts as silent', async () => {
  await using listener = await Listener.start({ connections: 8 });
  const first = await listener.raw('GET /data HTTP/1.1\r\nHost: loc');
  for (let count = 1; count < 20; count += 1) await listener.raw('GET /data HTTP/1.1\r\nHost: loc');
  assert.equal((await listener.request('/data')).status, 200);
  await first.reader.ended;
  assert.ok((await openAt(listener)) <= 8);
});

test('a connection whose head does not end in time is closed (slowloris)', async () => {
  await using listener = await Listener.start();
  assert.ok(listener.server.headersTimeout <= 10_000);
  listener.server.headersTimeout = 50;
  const { reader } = await listener.raw('GET /data HTTP/1.1\r\nHost: localhost\r\nX-');
  assert.match((await reader.readHead())?.start ?? '', / 408 /);
  await reader.ended;
});

test('streams stay open when other clients connect', async () => {
  await using listener = await Listener.start({ streams: 4, connections: 8 });
  const streams = [];
  for (let count = 0; count < 4; count += 1) streams.push(await listener.stream());
  for (let count = 0; count < 50; count += 1) await listener.raw();
  assert.equal((await listener.request('/data')).status, 200);
  assert.ok(listener.streams.every(({ signal }) => !signal.aborted));
  assert.equal(listener.streams.length, streams.length);
});

test('the last of 33 concurrent requests gets 503 with Retry-After, and streams do not count', async () => {
  await using listener = await Listener.start();
  for (let count = 0; count < 16; count += 1) await listener.stream();
  for (let count = 0; count < 32; count += 1) {
    const held = once(listener.server, 'held');
    await listener.raw(`GET /held?id=${count} HTTP/1.1\r\nHost: localhost\r\n\r\n`);
    await held;
  }
  const refused = await listener.request('/data');
  assert.deepEqual([refused.status, refused.headers['retry-after']], [503, '1']);
  listener.held.resolve();
  while (listener.asked.filter(({ status }) => status === 200).length < 48) await new Promise(setImmediate);
  assert.equal((await listener.request('/data')).status, 200);
});

test('pipelined requests count like others', async () => {
  await using listener = await Listener.start();
  const { reader } = await listener.raw(QUESTION.repeat(1_000));
  for (let count = 0; count < 1_000; count += 1) {
    const head = await reader.readHead();
    assert.match(head?.start ?? '', / (200|503) /);
    await reader.read(
      Number(head?.fields.find(({ name }) => name.toLowerCase() === 'content-length')?.value),
    );
  }
  assert.equal((await listener.request('/data')).status, 200);
});
