import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Random, randomFrom } from '../http1/random.ts';
import { type Podway, startPodway } from '../process/podway.ts';
import { KubernetesApi } from '../fixtures/kubernetes-api.ts';
import { parameter, printFigures } from '../fixtures/load/figures.ts';
import { podManifest } from '../fixtures/manifest.ts';
import { Origin } from '../fixtures/origin.ts';
import { RawClient } from '../fixtures/raw-client.ts';
import { assertNoKey, assertNoPartOfKey, keyRequest, manifestOf, rotated } from '../search/key-requests.ts';
import { type Secrets, SITES } from '../search/key-model.ts';

const REQUESTS = parameter('REQUESTS', 50_000);
/** Milliseconds between two changes of a key. */
const ROTATION = parameter('ROTATION', 50);
const CLIENTS = 8;
const A_CONNECTION = 50;
const PAGES = ['/', '/routes', '/metrics', '/healthz', '/readyz', '/nothing'];

test(`${REQUESTS} requests around keys that change every ${ROTATION} ms: no output of podway contains one (AU-29)`, async (t) => {
  const random = randomFrom(Date.now() % 1_000_000_000);
  await using api = await KubernetesApi.start();
  const origins = await startOrigins(api);
  try {
    await using podway = await startPodway({
      kubeconfig: JSON.parse(api.kubeconfig()),
      env: { ACCESS_LOG: 'json', LOG_LEVEL: 'trace', EVENTS: 'true' },
    });
    await podway.until(200);
    const rotations = rotating(api, random);
    const statuses = await ask(podway, random);
    rotations.stop();
    const events = await (await fetch(`${api.url}/api/v1/events`)).text();
    podway.kill('SIGTERM');
    const { code, stdout, stderr } = await podway.ended;
    assert.equal(code, 0);
    assertNoKey('stdout', stdout);
    assertNoKey('stderr', stderr);
    assertNoKey('Events', events);
    for (const origin of origins) assertNoPartOfKey(origin);
    printFigures(t, {
      requests: REQUESTS,
      statuses: JSON.stringify(Object.fromEntries(statuses)),
      rotations: rotations.count(),
      'log bytes read': stdout.length,
      'Event bytes read': events.length,
    });
    for (const status of [200, 403]) assert.ok((statuses.get(status) ?? 0) > REQUESTS / 10, `${status}`);
  } finally {
    for (const origin of origins) await origin.close();
  }
});

async function startOrigins(api: KubernetesApi): Promise<Origin[]> {
  const origins: Origin[] = [];
  for (const [paths, namespaces] of Object.entries(SITES)) {
    for (const namespace of namespaces) {
      const origin = await Origin.start(`${namespace}${paths.replace('/', '-')}`);
      origins.push(origin);
      const { name, port } = origin;
      api.apply(podManifest({ name, namespace, hosts: 't.local', paths, port }));
    }
  }
  return origins;
}

function rotating(api: KubernetesApi, random: Random) {
  let secrets: Secrets = {};
  let count = 0;
  const timer = setInterval(() => {
    count += 1;
    secrets = rotated(secrets, random, (namespace, fields) => {
      if (fields === undefined) api.delete(manifestOf(namespace, {}));
      else api.apply(manifestOf(namespace, fields));
    });
  }, ROTATION);
  return { count: () => count, stop: () => clearInterval(timer) };
}

/** Sends the requests and reads every admin page at the same time. Resolves with the number of answers by status. */
async function ask(podway: Podway, random: Random): Promise<Map<number, number>> {
  const statuses = new Map<number, number>();
  let left = REQUESTS;
  const client = async (): Promise<void> => {
    while (left > 0) {
      using connection = await RawClient.connect(podway.port, podway.address);
      for (let asked = 0; asked < A_CONNECTION && left > 0; asked += 1) {
        left -= 1;
        const response = await connection.exchange(keyRequest(random).bytes);
        statuses.set(response.status, (statuses.get(response.status) ?? 0) + 1);
        if (response.value('connection') === 'close') break;
      }
      assertNoKey('an answer', connection.reader.received.toString('latin1'));
    }
  };
  const assertNoKeyIn = async (): Promise<void> => {
    while (left > 0) for (const page of PAGES) assertNoKey(page, JSON.stringify(await podway.admin(page)));
  };
  await Promise.all([assertNoKeyIn(), ...Array.from({ length: CLIENTS }, client)]);
  return statuses;
}
