import assert from 'node:assert/strict';
import { test } from 'node:test';
import { KubernetesApi } from '../fixtures/kubernetes-api.ts';
import { podManifest } from '../fixtures/manifest.ts';
import { samplesOf } from '../telemetry/exposition.ts';
import { startPodway } from './podway.ts';

function pod(name: string, hosts: string) {
  return podManifest({ name, namespace: 'shop', hosts, paths: '/', port: 8080 });
}

interface PodEvent {
  readonly involvedObject: { readonly name: string; readonly uid: string };
  readonly message: string;
}

test('EVENTS=true reports each rejection once per change; without it podway writes no Event', async () => {
  await using api = await KubernetesApi.start();
  api.apply(pod('good', 'good.local'));
  api.apply(pod('bad', 'bad_host good.local'));
  const kubeconfig = JSON.parse(api.kubeconfig());
  await using podway = await startPodway({ kubeconfig, env: { EVENTS: 'true', EVENTS_PER_SECOND: '1000' } });
  await using silent = await startPodway({ kubeconfig });
  await Promise.all([podway.until(200), silent.until(200)]);
  const written = async (count: number) => {
    await podway.eventually(async () => {
      const samples = samplesOf((await podway.admin('/metrics')).body);
      assert.equal(samples.get('podway_events_total{outcome="written"}'), count);
    });
  };
  await written(1);
  const { items } = (await (await fetch(`${api.url}/api/v1/events`)).json()) as { items: PodEvent[] };
  assert.deepEqual(
    items.map(({ involvedObject, message }) => [involvedObject.name, involvedObject.uid, message]),
    [
      [
        'bad',
        pod('bad', '').metadata.uid,
        'bad_host: refused (host-malformed); expected labels of a-z, 0-9 and inner hyphens, joined by dots; IPv4; [IPv6]; or *.example.com',
      ],
    ],
  );

  api.apply({ ...pod('bad', 'bad_host good.local'), status: pod('good', '').status });
  api.apply(pod('bad', 'bad_host worse_host'));
  await written(2);
  const creates = api.requests.filter(({ verb }) => verb === 'create');
  assert.equal(creates.length, 2);
  assert.ok(creates.every(({ path }) => path === '/api/v1/namespaces/shop/events'));
});
