import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
import { WebSocket } from 'ws';
import type { QueryMode } from '../../src/apiproxy/query-ways.ts';
import { applyPodAt } from '../cluster/pod-and-service.ts';
import { LocalProxy } from '../fixtures/api-proxy.ts';
import { inTime } from '../fixtures/in-time.ts';
import { KubernetesApi } from '../fixtures/kubernetes-api.ts';
import { podManifest } from '../fixtures/manifest.ts';
import { startRouter } from '../fixtures/router.ts';
import { type Seen, startTellingPod } from '../fixtures/telling-pod.ts';
import { randomFrom } from '../http1/random.ts';

const PROXY = '/api/v1/namespaces/default/services/s/proxy';
const QUERIES = 20;

/** All that may stand in a request line. */
function randomTargets(seed: number): string[] {
  const random = randomFrom(seed);
  return Array.from({ length: QUERIES }, (_, at) => {
    const octets = Array.from({ length: 1 + random(80) }, () => 0x21 + random(0x5e));
    const query = String.fromCharCode(...octets).replaceAll('#', '?');
    return `/tail/${at}${random(2) === 0 ? '' : '/'}?${query}`;
  });
}

/** What the pod sees of a handshake for exactly this target: a URL would change it. */
async function open(origin: string, target: string): Promise<string> {
  const socket = new WebSocket(origin.replace('http', 'ws'), {
    finishRequest: (sent) => {
      sent.path = PROXY + target;
      sent.end();
    },
  });
  const [data] = (await inTime(once(socket, 'message'), target)) as [Buffer];
  socket.terminate();
  return (JSON.parse(data.toString()) as Seen).url;
}

async function check(mode: QueryMode): Promise<void> {
  await using api = await KubernetesApi.start();
  await using pod = await startTellingPod();
  const host = new URL(api.url).hostname;
  const router = await startRouter({
    pods: [podManifest({ name: 'tail', hosts: host, paths: '/', port: pod.port })],
    secrets: [],
    settings: { decomposeQueryargs: 'on' },
  });
  applyPodAt(api, router.port);
  {
    await using proxy = await LocalProxy.start(() => api.kubeconfig(), { query: mode });
    for (const target of randomTargets(7)) assert.equal(await open(proxy.origin, target), target);
  }
  await router.drain();
  const restored = mode === 'queryargs' ? QUERIES : 0;
  assert.deepEqual(router.snapshot().queryargs, { restored, refused: 0 });
  router.close();
}

for (const mode of ['tunnel', 'queryargs'] as const)
  test(`queries reach the pod behind a podway as they were: ${mode}`, () => check(mode));
