/**
 * A podway process, an API server on which requests for Secrets fail while Pods arrive, and clients that send requests without a key
 * all the time.
 */
import assert from 'node:assert/strict';
import { createServer, type Server } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { KubernetesApi } from '../fixtures/kubernetes-api.ts';
import type { Fault } from '../fixtures/kubernetes-api/fault.ts';
import { base64, podManifest, secretManifest } from '../fixtures/manifest.ts';
import { type Podway, startPodway } from './podway.ts';
import { sampleOf } from '../fixtures/wide.ts';

const KEY = { 'x-routing-api-key': base64('supersecret') };
const FOREVER = Number.POSITIVE_INFINITY;
const ONLY_PODS = [{ resources: ['pods'], verbs: ['get', 'list', 'watch'] }] as const;

interface Outage {
  readonly name: string;
  readonly begin: (api: KubernetesApi) => unknown;
  /** True: podway cannot find out whether a namespace has a key. */
  readonly total: boolean;
}

/** The ways in which the watch of Secrets can fail. */
const OUTAGES: readonly Outage[] = [
  {
    name: '503 for all requests for Secrets',
    begin: (api) => fails(api, { kind: 'status', code: 503 }),
    total: true,
  },
  { name: 'resets of all requests for Secrets', begin: (api) => fails(api, { kind: 'refuse' }), total: true },
  {
    name: '403 for all requests for Secrets',
    begin: (api) => {
      api.rules = ONLY_PODS;
      endWatches(api);
    },
    total: true,
  },
  {
    name: '503 for lists and watches of Secrets, GETs are answered',
    begin: (api) => {
      const fault = { kind: 'status', code: 503 } as const;
      api.injectFault({ resource: 'secrets', verb: 'list', times: FOREVER }, fault);
      api.injectFault({ resource: 'secrets', verb: 'watch', times: FOREVER }, fault);
      endWatches(api);
    },
    total: false,
  },
  {
    name: 'a half-open watch of Secrets, GETs hang',
    begin: (api) => {
      api.injectFault({ resource: 'secrets', verb: 'get', times: FOREVER }, { kind: 'stall' });
      fallSilent(api);
    },
    total: true,
  },
  { name: 'a half-open watch of Secrets, GETs are answered', begin: fallSilent, total: false },
];

function fails(api: KubernetesApi, fault: Fault): void {
  api.injectFault({ resource: 'secrets', times: FOREVER }, fault);
  endWatches(api);
}

function endWatches(api: KubernetesApi): void {
  for (const watch of api.watches('secrets')) watch.end();
}

function fallSilent(api: KubernetesApi): void {
  for (const watch of api.watches('secrets')) watch.stop();
}

async function startPod(): Promise<Server> {
  const server = createServer((_, response) => response.end('served'));
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return server;
}

/** Clients that send requests without a key again and again, and count the responses by host. */
class Clients {
  readonly seen = new Map<string, Map<string, number>>();
  readonly #over = new AbortController();
  readonly #loops: Promise<void>[];

  constructor(podway: Podway, hosts: readonly string[]) {
    this.#loops = hosts.map(async (host) => {
      const answers = new Map<string, number>();
      this.seen.set(host, answers);
      while (!this.#over.signal.aborted) {
        const answer = await ask(podway, host);
        answers.set(answer, (answers.get(answer) ?? 0) + 1);
        await sleep(10);
      }
    });
  }

  /** Resolves when every host has answered once. */
  async answered(): Promise<void> {
    while ([...this.seen.values()].some(({ size }) => size === 0)) await sleep(5);
  }

  async stop(): Promise<void> {
    this.#over.abort();
    await Promise.all(this.#loops);
  }
}

async function ask(
  podway: Podway,
  host: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<string> {
  const { status, headers: got } = await podway.get('/', { host, ...headers });
  return [status, got['x-podway-reason']].filter(Boolean).join(' ');
}

const becomes = (podway: Podway, host: string, answer: string, headers = {}) =>
  podway.eventually(async () => assert.equal(await ask(podway, host, headers), answer));

test('a new keyed namespace serves no client without its key while Secrets cannot be watched', async (t) => {
  await using api = await KubernetesApi.start();
  const server = await startPod();
  t.after(() => server.close());
  const { port } = server.address() as AddressInfo;
  const pod = (namespace: string) =>
    podManifest({ name: 'web', namespace, hosts: `${namespace}.local`, paths: '/', port });
  const lone = (life: number) => ownedBy('the-set', pod('lone'), life);
  api.apply(pod('old'));
  api.apply(lone(0));
  await using podway = await startPodway({
    kubeconfig: JSON.parse(api.kubeconfig()) as unknown,
    env: { UNKNOWN_HOST: '404', API_TIMEOUT: '1s', WATCH_IDLE_TIMEOUT: '20s' },
  });
  await podway.until(200);
  await becomes(podway, 'old.local', '200');
  await becomes(podway, 'lone.local', '200');

  for (const [index, { name, begin, total }] of sampleOf(OUTAGES, 2).entries()) {
    await t.test(name, async () => {
      await api.untilWatching('secrets');
      const [keyed, free] = [`keyed-${index}`, `free-${index}`];
      const clients = new Clients(podway, ['old.local', `${keyed}.local`, `${free}.local`]);
      await clients.answered();
      begin(api);
      api.apply(secretManifest(keyed, { 'api-key': 'supersecret' }));
      api.apply(pod(keyed));
      api.apply(pod(free));
      api.delete(lone(index));
      api.apply(lone(index + 1));
      await becomes(podway, `${keyed}.local`, total ? '503 keys-unknown' : '403 key-refused');
      await becomes(podway, `${free}.local`, total ? '503 keys-unknown' : '200');
      await becomes(podway, 'lone.local', '200');
      if (total) await waits(podway, [free, keyed]);
      else await becomes(podway, `${keyed}.local`, '200', KEY);
      assert.equal(await ask(podway, 'old.local'), '200', 'a namespace that was open before is served');
      api.rules = undefined;
      api.clearFaults();
      await becomes(podway, `${keyed}.local`, '403 key-refused');
      await becomes(podway, `${keyed}.local`, '200', KEY);
      await becomes(podway, `${free}.local`, '200');
      await clients.stop();
      const answers = clients.seen.get(`${keyed}.local`);
      assert.equal(answers?.get('200'), undefined, 'served without a key');
      assert.ok((answers?.size ?? 0) > 1, JSON.stringify([...(answers ?? [])]));
      assert.deepEqual([...(clients.seen.get('old.local')?.keys() ?? [])], ['200']);
    });
  }
  await podway.eventually(async () =>
    assert.deepEqual(JSON.parse((await podway.admin('/readyz')).body), { ready: true }),
  );
});

/** A pod that its controller creates again, as a StatefulSet does. */
function ownedBy(uid: string, pod: ReturnType<typeof podManifest>, life: number) {
  const ownerReferences = [
    { apiVersion: 'apps/v1', kind: 'StatefulSet', name: 'web', uid, controller: true },
  ];
  return { ...pod, metadata: { ...pod.metadata, uid: `${pod.metadata.uid}-${life}`, ownerReferences } };
}

/** Checks that podway is ready, and that every page names the waiting namespaces and the reason. */
async function waits(podway: Podway, namespaces: readonly string[]): Promise<void> {
  const { status, body } = await podway.admin('/readyz');
  assert.equal(status, 200);
  assert.ok(body.includes(namespaces.join(', ')), body);
  const routes = JSON.parse((await podway.admin('/routes')).body) as { unknownNamespaces: unknown };
  assert.deepEqual(routes.unknownNamespaces, namespaces);
  assert.match((await podway.admin('/metrics')).body, /^podway_namespaces_keys_unknown 2$/m);
}

test('while a namespace is deleted, its Secret goes first, and its pods get no request without the key', async (t) => {
  await using api = await KubernetesApi.start();
  const server = await startPod();
  t.after(() => server.close());
  const { port } = server.address() as AddressInfo;
  const pod = (namespace: string, condition: 'ready' | 'terminating' = 'ready') =>
    podManifest({ name: 'web', namespace, hosts: `${namespace}.local`, paths: '/', port, condition });
  for (const namespace of ['doomed', 'opened']) {
    api.apply(secretManifest(namespace, { 'api-key': 'supersecret' }));
    api.apply(pod(namespace));
  }
  await using podway = await startPodway({
    kubeconfig: JSON.parse(api.kubeconfig()) as unknown,
    env: { UNKNOWN_HOST: '404', KEY_RELEASE_DELAY: '700ms' },
  });
  await podway.until(200);
  await Promise.all([api.untilWatching('pods'), api.untilWatching('secrets')]);
  await becomes(podway, 'doomed.local', '403 key-refused');
  const clients = new Clients(podway, ['doomed.local', 'opened.local']);
  const began = performance.now();
  for (const namespace of ['doomed', 'opened']) {
    api.delete(secretManifest(namespace, { 'api-key': 'supersecret' }));
  }
  await podway.eventually(async () => {
    const { keyedNamespaces } = JSON.parse((await podway.admin('/routes')).body) as {
      keyedNamespaces: readonly { namespace: string; opensIn?: number }[];
    };
    assert.deepEqual(
      keyedNamespaces.map(({ namespace, opensIn = -1 }) => [namespace, opensIn >= 0 && opensIn <= 700]),
      [
        ['doomed', true],
        ['opened', true],
      ],
    );
  });
  assert.equal(await ask(podway, 'opened.local', KEY), '200', 'its key is in force');
  api.apply(pod('doomed', 'terminating'));
  await becomes(podway, 'opened.local', '200');
  assert.ok(performance.now() - began >= 700);
  api.delete(pod('doomed'));
  await becomes(podway, 'doomed.local', '404 unknown-host');
  await clients.stop();
  assert.equal(clients.seen.get('doomed.local')?.get('200'), undefined);
  const log = podway.stdout;
  assert.match(log, /"namespace":"opened","opensIn":0\.7,"msg":"key Secret is gone/);
  assert.match(log, /"namespace":"opened","msg":"namespace no longer has a key and is open"/);
});
