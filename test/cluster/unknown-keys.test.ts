/** AU-18: the requests for keys of new namespaces, over HTTP, by a whole control plane. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { KubernetesApi } from '../fixtures/kubernetes-api.ts';
import type { LoggedRequest } from '../fixtures/kubernetes-api/request-log.ts';
import { podManifest } from '../fixtures/manifest.ts';
import { secret } from './objects.ts';
import { ControlHarness } from './control-harness.ts';

const FOREVER = Number.POSITIVE_INFINITY;
const isLookup = ({ verb, path }: LoggedRequest): boolean => verb === 'get' && path.includes('/secrets/');
const lookups = (api: KubernetesApi) => api.requests.filter(isLookup).map(({ path }) => path.split('/')[4]);

const podOf = (namespace: string, name = 'web') =>
  podManifest({ name, namespace, hosts: `${namespace}.local`, paths: '/', port: 80, address: '10.0.0.1' });

/** A harness that follows the API server, with both kinds watched. */
async function following(
  api: KubernetesApi,
  options: Parameters<typeof ControlHarness.follow>[1] = {},
): Promise<ControlHarness> {
  const harness = await ControlHarness.follow(api, options);
  await harness.until(() => harness.unready.length === 0);
  await Promise.all([api.untilWatching('pods'), api.untilWatching('secrets')]);
  return harness;
}

test('namespaces of the first list are not looked up, and each later namespace once', async () => {
  await using api = await KubernetesApi.start();
  for (let at = 0; at < 300; at += 1) api.apply(podOf(`first-${at}`));
  api.apply(secret('first-7'));
  await using harness = await following(api);
  assert.deepEqual([lookups(api), harness.unknown], [[], []]);
  assert.deepEqual(harness.keys, { 'first-7': 1 });
  api.apply(podOf('late'));
  api.apply(podOf('late', 'web-1'));
  await harness.until(() => harness.routes.length === 301 && harness.unknown.length === 0);
  assert.deepEqual(lookups(api), ['late']);
});

test('five hundred new namespaces cause one GET each, and all of them become known', async () => {
  await using api = await KubernetesApi.start();
  await using harness = await following(api, { env: { KEY_LOOKUPS_PER_SECOND: '10000' } });
  for (let at = 0; at < 500; at += 1) {
    if (at % 10 === 0) api.apply(secret(`n${at}`));
    api.apply(podOf(`n${at}`));
  }
  await harness.until(() => harness.routes.length === 500 && harness.unknown.length === 0);
  assert.equal(Object.keys(harness.keys).length, 50);
  assert.equal(new Set(lookups(api)).size, lookups(api).length, 'no namespace is looked up twice');
});

test('a namespace becomes known also with a role without `get`', async () => {
  const verbs = ['list', 'watch'] as const;
  await using api = await KubernetesApi.start({
    rules: [
      { resources: ['pods'], verbs, namespace: 'mine' },
      { resources: ['secrets'], verbs, namespace: 'mine', resourceNames: ['routing'] },
    ],
  });
  await using harness = await following(api, { namespace: 'mine' });
  api.apply(podOf('theirs'));
  api.apply(podOf('mine'));
  await harness.until(() => harness.routes.length === 1 && harness.unknown.length === 0);
  assert.deepEqual(lookups(api), ['mine']);
});

test('a list of Secrets after an outage decides for all waiting namespaces', async () => {
  await using api = await KubernetesApi.start();
  await using harness = await following(api);
  api.injectFault({ resource: 'secrets', verb: 'get', times: FOREVER }, { kind: 'stall' });
  for (const name of ['a', 'b', 'c']) api.apply(podOf(name));
  await harness.until(() => harness.unknown.length === 3);
  api.apply(secret('b'));
  api.compact();
  for (const watch of api.watches('secrets')) watch.end();
  await harness.until(() => harness.unknown.length === 0);
  assert.deepEqual(harness.keys, { b: 1 });
});

test('when pods can be listed only later, Secrets are listed again, and no namespace is looked up', async () => {
  await using api = await KubernetesApi.start({
    rules: [{ resources: ['secrets'], verbs: ['get', 'list', 'watch'] }],
  });
  for (let at = 0; at < 50; at += 1) api.apply(podOf(`n${at}`));
  const harness = await ControlHarness.follow(api);
  await using _ = harness;
  await api.untilWatching('secrets');
  api.apply(secret('n1'));
  api.rules = undefined;
  await harness.until(() => harness.unready.length === 0);
  assert.deepEqual([lookups(api), harness.unknown, harness.keys], [[], [], { n1: 1 }]);
});
