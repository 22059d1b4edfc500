import assert from 'node:assert/strict';
import { rm } from 'node:fs/promises';
import { test } from 'node:test';
import { type CertificateSpec, makeCertificate, type MadeCertificate } from '../fixtures/certificates.ts';
import { KubernetesApi } from '../fixtures/kubernetes-api.ts';
import { podManifest } from '../fixtures/manifest.ts';
import { ControlHarness } from './control-harness.ts';
import { TemporaryFolder } from './temporary-folder.ts';
import { followApi, followFolder } from './recorded-source.ts';
import { secret } from './objects.ts';

const made = (names: string, more: CertificateSpec = {}) =>
  makeCertificate({ names: names.split(' '), ...more });
const first = await made('a.x');
const renewed = await made('a.x');

function tlsSecret(
  namespace: string,
  { chain, key }: Pick<MadeCertificate, 'chain' | 'key'>,
  name = 'routing-tls',
) {
  const base64 = (text: string) => Buffer.from(text).toString('base64');
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    type: 'kubernetes.io/tls',
    metadata: { name, namespace },
    data: { 'tls.crt': base64(chain), 'tls.key': base64(key) },
  };
}

const RULES = (...names: readonly string[]) =>
  [
    { verbs: ['get', 'list', 'watch'], resources: ['pods'] },
    { verbs: ['get', 'list', 'watch'], resources: ['secrets'], resourceNames: ['routing', ...names] },
  ] as const;

test('each name of Secrets is followed by its own watch, and no other Secret is read', async () => {
  await using api = await KubernetesApi.start({ rules: RULES('routing-tls', 'second') });
  for (const name of ['routing-tls', 'second', 'third']) api.apply(tlsSecret('shop', first, name));
  api.apply(secret('shop'));
  await using following = await followApi(api, { tlsSecrets: ['routing-tls', 'second'] });
  await following.until(() => following.tlsSecrets.length >= 6);
  await following.synced();
  assert.deepEqual(following.tlsSecrets.toSorted(), [
    'routing-tls: init',
    'routing-tls: init-apply shop/routing-tls',
    'routing-tls: init-done',
    'second: init',
    'second: init-apply shop/second',
    'second: init-done',
  ]);
  assert.deepEqual(
    following.secrets,
    ['init', 'init-apply shop/routing', 'init-done'],
    'keys have their own watch',
  );
  const selected = api.requests.filter(({ path }) => path.endsWith('/secrets'));
  assert.deepEqual([...new Set(selected.map(({ query }) => query.get('fieldSelector') ?? ''))].toSorted(), [
    'metadata.name=routing',
    'metadata.name=routing-tls',
    'metadata.name=second',
  ]);
  for (const path of [
    'secrets',
    'namespaces/shop/secrets/third',
    'secrets?fieldSelector=metadata.name%3Dthird',
  ]) {
    const refused = await fetch(`${api.url}/api/v1/${path}`);
    assert.equal(refused.status, 403, path);
    await refused.body?.cancel();
  }
  assert.equal(
    following.source.describe(),
    `pods with routable=true, secrets named routing, secrets named routing-tls and secrets named second in all namespaces of ${api.url}`,
  );
});

test('after a change of a Secret its new certificate is served, and after its deletion no certificate', async () => {
  await using api = await KubernetesApi.start();
  api.apply(podManifest({ name: 'a', hosts: 'a.x', paths: '/', port: 80 }));
  await using harness = await ControlHarness.follow(api, {
    tlsSecrets: ['routing-tls'],
    env: { TLS_PORT: '8443' },
  });
  await harness.until(() => harness.unready.length === 0);
  assert.deepEqual(harness.servedChains('a.x'), []);
  api.apply(tlsSecret('default', first));
  await harness.until(() => harness.servedChains('a.x')[0] === first.chain);
  api.apply(tlsSecret('default', renewed));
  await harness.until(() => harness.servedChains('a.x')[0] === renewed.chain);
  api.apply(tlsSecret('default', { chain: first.chain, key: 'x' }));
  await harness.until(() => harness.rejected.includes('tls-not-pem tls.crt'));
  assert.deepEqual(harness.servedChains('a.x'), [renewed.chain], 'the last good certificate (TL-11)');
  api.delete(tlsSecret('default', renewed));
  await harness.until(() => harness.servedChains('a.x').length === 0);
});

test('podway is ready once certificates have been listed; a missing permission is reported, and keys and pods are followed', async () => {
  await using api = await KubernetesApi.start({ rules: RULES() });
  api.apply(podManifest({ name: 'a', hosts: 'a.x', paths: '/', port: 80 }));
  api.apply(tlsSecret('default', first));
  await using harness = await ControlHarness.follow(api, {
    tlsSecrets: ['routing-tls'],
    env: { TLS_PORT: '8443' },
  });
  await harness.until(
    () => harness.routes.length > 0 && harness.problems.includes('secrets/routing-tls forbidden'),
  );
  assert.deepEqual(harness.unready, ['pods, secrets and secrets/routing-tls have not all been listed yet']);
  assert.ok(harness.lines.some((it) => it.includes('resourceNames [\\"routing-tls\\"] suffices')));
  api.rules = RULES('routing-tls');
  await harness.until(() => harness.unready.length === 0 && harness.servedChains('a.x').length > 0);
});

test('certificates stay while the API server is away (TL-16)', async () => {
  await using api = await KubernetesApi.start();
  api.apply(podManifest({ name: 'a', hosts: 'a.x', paths: '/', port: 80 }));
  api.apply(tlsSecret('default', first));
  await using harness = await ControlHarness.follow(api, {
    tlsSecrets: ['routing-tls'],
    env: { TLS_PORT: '8443' },
  });
  await harness.until(() => harness.servedChains('a.x').length > 0);
  await api.down();
  await harness.until(() => harness.source.states()['secrets/routing-tls']?.phase === 'backing-off');
  assert.deepEqual(harness.servedChains('a.x'), [first.chain]);
  await api.up();
  api.apply(tlsSecret('default', renewed));
  await harness.until(() => harness.servedChains('a.x')[0] === renewed.chain);
});

test('no private key is ever in the log, in a metric or on a page (TL-18)', async () => {
  await using api = await KubernetesApi.start();
  api.apply(podManifest({ name: 'a', hosts: 'a.x', paths: '/', port: 80 }));
  api.apply(tlsSecret('default', first));
  api.apply(tlsSecret('other', { chain: first.chain, key: renewed.key }));
  await using harness = await ControlHarness.follow(api, {
    tlsSecrets: ['routing-tls'],
    env: { TLS_PORT: '8443' },
  });
  await harness.until(() => harness.servedChains('a.x').length > 0);
  const shown = [await harness.renderedPages(), ...harness.lines].join('\n');
  assert.match(shown, /podway_tls_certificates 1\n/);
  assert.match(
    shown,
    /podway_tls_certificate_not_after_seconds\{namespace="default",secret="routing-tls"\} 4733510400\n/,
  );
  for (const { key } of [first, renewed])
    for (const line of key.split('\n')) assert.ok(line.length < 20 || !shown.includes(line));
  assert.ok(!shown.includes('PRIVATE'));
});

test('one Secret may hold both the keys and the certificates of a namespace', async () => {
  const both = {
    ...tlsSecret('shop', first, 'routing'),
    data: { ...tlsSecret('shop', first).data, 'api-key': Buffer.from('k').toString('base64') },
  };
  await using api = await KubernetesApi.start({ rules: RULES() });
  api.apply(podManifest({ name: 'a', namespace: 'shop', hosts: 'a.x', paths: '/', port: 80 }));
  api.apply(both);
  const env = { TLS_PORT: '8443', TLS_SECRETS: 'routing' };
  await using harness = await ControlHarness.follow(api, { tlsSecrets: ['routing'], env });
  await harness.until(() => harness.unready.length === 0 && harness.servedChains('a.x').length > 0);
  assert.deepEqual(harness.keys, { shop: 1 });
  await using folder = await TemporaryFolder.create({ 'a.yaml': [both] });
  await using following = await followFolder(folder.path, { tlsSecrets: ['routing'] });
  await following.until(() => following.tlsSecrets.length >= 3 && following.secrets.length >= 3);
  assert.deepEqual(
    [following.secrets[1], following.tlsSecrets[1]],
    ['init-apply shop/routing', 'routing: init-apply shop/routing'],
  );
});

test('certificates of a folder of manifests are served, too, also those of a file that a separate thread reads', async () => {
  const padding = '#'.repeat(300_000);
  const yaml = (object: unknown) => `${padding}\n---\n${JSON.stringify(object)}\n`;
  await using folder = await TemporaryFolder.create({ 'a.yaml': [tlsSecret('shop', first)] });
  await using following = await followFolder(folder.path, { tlsSecrets: ['routing-tls'] });
  await following.synced();
  await following.until(() => following.tlsSecrets.length >= 3);
  await folder.writeText('b.yaml', yaml(tlsSecret('other', first)));
  await folder.write('c.yaml', tlsSecret('other', first, 'not-meant'));
  await following.until(() => following.tlsSecrets.length >= 4);
  await rm(folder.file('a.yaml'));
  await following.until(() => following.tlsSecrets.length >= 5);
  assert.deepEqual(following.tlsSecrets, [
    'routing-tls: init',
    'routing-tls: init-apply shop/routing-tls',
    'routing-tls: init-done',
    'routing-tls: apply other/routing-tls',
    'routing-tls: delete shop/routing-tls',
  ]);
  assert.deepEqual(following.secrets, ['init', 'init-done']);
  assert.deepEqual(following.problems, []);
});
