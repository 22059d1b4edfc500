import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
import { WebSocket } from 'ws';
import type { QueryMode } from '../../src/apiproxy/handshake-targets.ts';
import { composeQuery } from '../../src/http1/queryargs.ts';
import { LocalProxy } from '../fixtures/api-proxy.ts';
import { withTimeout } from '../fixtures/with-timeout.ts';
import { KubernetesApi } from '../fixtures/kubernetes-api.ts';
import { createKubectl } from '../fixtures/kubectl.ts';
import { podManifest } from '../fixtures/manifest.ts';
import { startRouter } from '../fixtures/router.ts';
import { type RecordedRequest, startRecordingPod } from '../fixtures/recording-pod.ts';
import { randomFrom } from '../http1/random.ts';
import { applyPodAt } from './pod-and-service.ts';

const PROXY = '/api/v1/namespaces/default/services/s/proxy';
const QUERIES = Number(process.env['QUERIES'] ?? 100);
const AT_ONCE = 8;

test('random queries of WebSockets through kubectl proxy and the API server reach the pod (QA-11)', async (t) => {
  await using kubectl = await createKubectl(t);
  if (kubectl === undefined) return;
  await using pod = await startRecordingPod();
  // The pod gets the Host of the API server, so it declares that host.
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
  const [line] = (await withTimeout(once(child.stdout, 'data'), 'kubectl proxy')) as [Buffer];
  const origin = `ws://${/127\.0\.0\.1:\d+/.exec(line.toString())?.[0]}`;
  const sent = randomTargets(QUERIES);
  const waiting = [...sent];
  const seen = new Map<string, RecordedRequest>();
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

/**
 * Queries with all characters that a request line of podway may contain, on paths with and without a slash at the end.
 */
function randomTargets(count: number): { path: string; query: string }[] {
  const random = randomFrom(11);
  return Array.from({ length: count }, (_, at) => {
    const length = 1 + random(120);
    const octets = Array.from({ length }, () => 0x21 + random(0x5e));
    const query = String.fromCharCode(...octets).replaceAll('#', '?');
    return { path: random(2) === 0 ? `/tail/${at}` : `/tail/${at}/`, query };
  });
}

async function firstOf(url: string): Promise<RecordedRequest> {
  const socket = new WebSocket(url);
  const [data] = (await withTimeout(once(socket, 'message'), url)) as [Buffer];
  socket.terminate();
  return JSON.parse(data.toString()) as RecordedRequest;
}

/** The target that the pod gets from a handshake for exactly this target, which a URL would change. */
async function exactly(origin: string, target: string): Promise<string> {
  const socket = new WebSocket(origin.replace('http', 'ws'), {
    finishRequest: (sent) => {
      sent.path = PROXY + target;
      sent.end();
    },
  });
  const [data] = (await withTimeout(once(socket, 'message'), target)) as [Buffer];
  socket.terminate();
  return (JSON.parse(data.toString()) as RecordedRequest).url;
}

async function checkPodway(mode: QueryMode): Promise<void> {
  const targets = randomTargets(20).map(({ path, query }) => `${path}?${query}`);
  await using api = await KubernetesApi.start();
  await using pod = await startRecordingPod();
  const host = new URL(api.url).hostname;
  const router = await startRouter({
    pods: [podManifest({ name: 'tail', hosts: host, paths: '/', port: pod.port })],
    secrets: [],
    settings: { decomposeQueryargs: 'on' },
  });
  applyPodAt(api, router.port);
  {
    await using proxy = await LocalProxy.start(() => api.kubeconfig(), { query: mode });
    for (const target of targets) assert.equal(await exactly(proxy.origin, target), target);
  }
  await router.drain();
  const restored = mode === 'queryargs' ? targets.length : 0;
  assert.deepEqual(router.snapshot().queryargs, { restored, refused: 0 });
  router.close();
}

for (const mode of ['tunnel', 'queryargs'] as const)
  test(`random queries of WebSockets through podway proxy reach the pod: ${mode}`, () => checkPodway(mode));
