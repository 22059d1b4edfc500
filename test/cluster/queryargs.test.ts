import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
import { WebSocket } from 'ws';
import { composeQuery } from '../../src/http1/queryargs.ts';
import { inTime } from '../fixtures/in-time.ts';
import { createKubectl } from '../fixtures/kubectl.ts';
import { podManifest } from '../fixtures/manifest.ts';
import { startRouter } from '../fixtures/router.ts';
import { type Seen, startTellingPod } from '../fixtures/telling-pod.ts';
import { randomFrom } from '../http1/random.ts';
import { applyPodAt } from './pod-and-service.ts';

const PROXY = '/api/v1/namespaces/default/services/s/proxy';
const QUERIES = Number(process.env['QUERIES'] ?? 300);
const AT_ONCE = 8;

test('random queries of WebSockets through kubectl proxy and the API server reach the pod (QA-11)', async (t) => {
  await using kubectl = await createKubectl(t);
  if (kubectl === undefined) return;
  await using pod = await startTellingPod();
  // The Host that arrives is the API server's: the pod asks for that one.
  const host = new URL(kubectl.api.url).hostname;
  const manifest = podManifest({ name: 'tail', hosts: host, paths: '/', port: pod.port });
  const router = await startRouter({
    pods: [manifest],
    secrets: [],
    settings: { decomposeQueryargs: 'on' },
  });
  applyPodAt(kubectl.api, router.port);
  const child = kubectl.start('proxy', '--port=0');
  const closed = once(child, 'close');
  const [line] = (await inTime(once(child.stdout, 'data'), 'kubectl proxy')) as [Buffer];
  const origin = `ws://${/127\.0\.0\.1:\d+/.exec(line.toString())?.[0]}`;
  const sent = randomTargets();
  const waiting = [...sent];
  const seen = new Map<string, Seen>();
  const work = async (): Promise<void> => {
    for (let next = waiting.pop(); next !== undefined; next = waiting.pop())
      seen.set(`${next.path}?${next.query}`, await firstOf(origin + PROXY + composeQuery(next)));
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  for (const { path, query } of sent) {
    const target = `${path}?${query}`;
    assert.equal(seen.get(target)?.url, target);
    assert.equal(seen.get(target)?.headers.host, new URL(kubectl.api.url).host);
  }
  assert.equal(router.snapshot().queryargs.refused, 0);
  child.kill();
  await closed;
  await router.drain();
  router.close();
});

/** Queries of all that a request line of podway may hold, on paths with and without a slash at their end. */
function randomTargets(): { path: string; query: string }[] {
  const random = randomFrom(11);
  return Array.from({ length: QUERIES }, (_, at) => {
    const length = 1 + random(120);
    const octets = Array.from({ length }, () => 0x21 + random(0x5e));
    const query = String.fromCharCode(...octets).replaceAll('#', '?');
    return { path: random(2) === 0 ? `/tail/${at}` : `/tail/${at}/`, query };
  });
}

async function firstOf(url: string): Promise<Seen> {
  const socket = new WebSocket(url);
  const [data] = (await inTime(once(socket, 'message'), url)) as [Buffer];
  socket.terminate();
  return JSON.parse(data.toString()) as Seen;
}
