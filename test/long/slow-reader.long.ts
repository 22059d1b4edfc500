import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { get } from '../fixtures/check.ts';
import { ok } from '../fixtures/origin.ts';
import { startScene } from '../fixtures/scene.ts';

const SIZE = 60_000_000;
const BUFFER = 32_000_000;
/** Bytes per second. At this pace the kernel wakes the writer every few megabytes, far more often than the idle limit. */
const PACE = 10_000_000;
const IDLE = 2_000;

test('a client that takes longer than the idle limit to read its queue gets the whole response', async () => {
  await using scene = await startScene({
    pods: [{ name: 'o1', answer: [ok('x'.repeat(SIZE))] }],
    settings: {
      proxyBufferSize: BUFFER,
      proxyBufferMemory: 2 * BUFFER,
      clientIdleTimeout: IDLE,
      keepaliveTimeout: IDLE,
      lingerTimeout: IDLE,
    },
  });
  for (const request of [get('/'), get('/', 'Connection: close')]) {
    using client = await scene.client();
    client.socket.pause();
    let got = 0;
    client.socket.on('data', (chunk: Buffer) => {
      got += chunk.length;
      client.socket.pause();
    });
    const began = performance.now();
    await client.send(request);
    while (got < SIZE && client.reader.ending === undefined) {
      if (got < (performance.now() - began) * (PACE / 1000)) client.socket.resume();
      await sleep(1);
    }
    assert.ok(got >= SIZE, `${got} bytes, then ${client.reader.ending}`);
  }
});
