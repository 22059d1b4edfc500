import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { get } from '../fixtures/check.ts';
import { headers, pseudo } from '../fixtures/http2/raw-http2-client.ts';
import { ok } from '../fixtures/origin.ts';
import { type Scene, startScene } from '../fixtures/scene.ts';
import { memory } from '../fixtures/transports.ts';

const EARLY = `HTTP/1.1 103 Early Hints\r\nLink: ${'x'.repeat(60_000)}\r\n\r\n`;
/** As many as a pod may send before its response (MAX_INTERIM_RESPONSES). */
const pods = [{ name: 'o1', answer: [EARLY.repeat(32), ok('last')] }];
/** The queue of one connection and one further head for each stream of it would be less. */
const FEW = 400_000;

/** Bytes that wait for clients when no further ones arrive. */
async function waitingAtRest({ router }: Scene): Promise<number> {
  let waiting = 0;
  for (let same = 0; same < 20; await sleep(10)) {
    const now = router.snapshot().gauges.buffered_bytes;
    same = now > 0 && now === waiting ? same + 1 : 0;
    waiting = now;
  }
  return waiting;
}

test('interim responses for an HTTP/1.1 client that does not read do not accumulate', async () => {
  await using scene = await startScene({ pods });
  using client = await memory().connect(scene.router);
  client.socket.pause();
  await client.send(get('/'));
  const waiting = await waitingAtRest(scene);
  assert.ok(waiting < FEW, `${waiting} bytes`);
  client.socket.resume();
  assert.equal((await client.response()).status, 103);
});

test('interim responses for an HTTP/2 client that does not read do not accumulate', async () => {
  const streams = 20;
  await using scene = await startScene({ pods, settings: { http2Plain: true } });
  using client = await scene.http2Client();
  client.socket.pause();
  client.send(...Array.from({ length: streams }, (_, at) => headers(at * 2 + 1, pseudo())));
  const waiting = await waitingAtRest(scene);
  assert.ok(waiting < FEW, `${waiting} bytes`);
  client.socket.resume();
  for (let at = 0; at < streams; at += 1) assert.equal((await client.answer(at * 2 + 1)).text, 'last');
});
