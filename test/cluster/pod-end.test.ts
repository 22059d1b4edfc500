import assert from 'node:assert/strict';
import { test } from 'node:test';
import { KubeConfig } from '../../src/cluster/api/kubeconfig/client-node.ts';
import { ApiServer } from '../../src/cluster/api/api-server.ts';
import { whenPodEnds } from '../../src/cluster/streams/pod-end.ts';
import { getPod } from '../../src/cluster/streams/pod-object.ts';
import { withTimeout } from '../fixtures/with-timeout.ts';
import { KubernetesApi } from '../fixtures/kubernetes-api.ts';
import { pod } from './objects.ts';
import { TestClock } from './test-clock.ts';

const TARGET = { namespace: 'default', pod: 'a', container: 'main' };

/** Waits for the end of pod a, with a clock whose sleeps take no time. */
async function waitFor(api: KubernetesApi, clock: TestClock, signal = new AbortController().signal) {
  const config = new KubeConfig();
  config.loadFromString(api.kubeconfig());
  const server = new ApiServer({ load: () => config, timeout: 10_000 });
  const before = await getPod(server, TARGET, signal);
  assert.ok(before);
  return whenPodEnds({ api: server, clock, target: TARGET, container: 'main', before, signal });
}

test('a pod that is deleted while no watch runs is missing from the next list, which ends the wait', async () => {
  await using api = await KubernetesApi.start();
  api.apply(pod('a'));
  const clock = new TestClock();
  const ending = waitFor(api, clock);
  const watch = await api.untilWatching('pods');
  api.compact();
  api.delete(pod('a'));
  watch.end();
  assert.equal(await withTimeout(ending, 'the end'), 'pod default/a was deleted');
});

test('without the permission to watch a pod podway polls it (TT-11)', async () => {
  await using api = await KubernetesApi.start({ rules: [{ verbs: ['get'], resources: ['pods'] }] });
  api.apply(pod('a'));
  const clock = new TestClock();
  const ending = waitFor(api, clock);
  await api.untilRequested(({ verb }) => verb === 'get', 4);
  api.delete(pod('a'));
  assert.equal(await withTimeout(ending, 'the end'), 'pod default/a was deleted');
  assert.ok(clock.backoffs.filter((it) => it === 5_000).length >= 3);
});

test('the signal ends the wait for the end of a pod', async () => {
  await using api = await KubernetesApi.start();
  api.apply(pod('a'));
  const over = new AbortController();
  const ending = waitFor(api, new TestClock(), over.signal);
  await api.untilWatching('pods');
  over.abort();
  assert.equal(await withTimeout(ending, 'the end'), undefined);
});
