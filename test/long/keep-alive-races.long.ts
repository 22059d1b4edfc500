import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { startPodway } from '../process/podway.ts';
import { KeepAliveClient } from '../fixtures/keep-alive-client.ts';
import { type Closing, ClosingPod } from '../fixtures/load/closing-pod.ts';
import { parameter, printFigures } from '../fixtures/load/figures.ts';
import { podManifest } from '../fixtures/manifest.ts';

const REQUESTS = parameter('REQUESTS', 20_000);
const CLIENTS = parameter('CLIENTS', 64);
/** The idle limit of connections to the pod, in milliseconds: the same for podway and for the pod. */
const IDLE = 300;

/** `pause`: milliseconds between a response and the next request. */
const CASES: readonly { name: string; closing: Closing; pause: () => number; share: number }[] = [
  { name: 'after random counts', closing: { kind: 'count', max: 8 }, pause: () => 0, share: 1 },
  {
    name: "exactly at podway's idle limit",
    closing: { kind: 'idle', after: IDLE },
    pause: () => IDLE - 15 + Math.random() * 30,
    share: 0.1,
  },
];

for (const { name, closing, pause, share } of CASES) {
  test(`pods that close ${name}: no GET fails, no POST is executed twice`, async (t) => {
    using pod = await ClosingPod.start(closing);
    const manifest = podManifest({
      name: 'web',
      namespace: 'shop',
      hosts: 't.local',
      paths: '/',
      port: pod.port,
    });
    const env = { UPSTREAM_KEEPALIVE_TIMEOUT: `${IDLE}ms`, EJECTION_TIME: '1ms', EJECTION_MAX_TIME: '1ms' };
    await using podway = await startPodway({ manifests: { 'pod.json': manifest }, env });
    await podway.until(200);
    const failures: string[] = [];
    let sent = 0;
    let posts = 0;
    let refused = 0;
    const ask = async (client: KeepAliveClient): Promise<void> => {
      sent += 1;
      const token = sent % 2 === 0 ? `token-${sent}` : '';
      const asked = token === '' ? client.get('t.local') : client.post('t.local', '/', token);
      const answer = await asked.catch((error: unknown) => ({ status: 0, body: String(error) }));
      if (token === '') {
        if (answer.status !== 200) failures.push(`GET: ${answer.status} ${answer.body.trim()}`);
        return;
      }
      posts += 1;
      if (answer.status !== 200) refused += 1;
      else if (!pod.tokens.has(token)) failures.push(`${token} was answered, but never arrived`);
    };
    const clients = Array.from({ length: CLIENTS }, () => new KeepAliveClient(podway.port, podway.address));
    // All clients send at once: then each of them has a connection to the pod, and all connections are idle equally long.
    while (sent < REQUESTS * share) {
      await Promise.all(clients.map(ask));
      await sleep(pause());
    }
    for (const client of clients) client.close();
    const twice = [...pod.tokens].filter(([, count]) => count > 1);
    printFigures(t, {
      requests: sent,
      posts,
      'POSTs answered 502': refused,
      'pod connections': pod.connections,
    });
    assert.deepEqual(twice, []);
    assert.deepEqual(failures.slice(0, 5), []);
  });
}
