/** check reports missing rights to list by verb and resource. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Rule } from '../fixtures/kubernetes-api/authorise.ts';
import { secretManifest } from '../fixtures/manifest.ts';
import { jsonHere, checkHere, workload } from './checking.ts';
import { clusterOf, deployed, livePod } from './live-cluster.ts';

const WEB = { hosts: 'a.local', paths: '3000:/' };
const GIVEN = { 'web.json': workload({ name: 'web', hosts: 'b.local', paths: '3000:/' }) };

function list(...resources: readonly string[]): Rule {
  return { verbs: ['list'], resources };
}

test('without the right to list pods, check ends with exit code 2', async () => {
  await using api = await clusterOf(deployed('web', 1, WEB), { rules: [list('secrets', 'replicasets')] });
  const { code, stdout, stderr } = await checkHere({ api, files: GIVEN });
  assert.equal(code, 2);
  assert.equal(stdout, '');
  assert.match(
    stderr,
    /^podway check: grant apiGroups \[""\], resources \["pods"\], verbs \["list"\] in a ClusterRole bound cluster-wide\. list pods failed: the API server answered 403: /,
  );
});

test('without the right to list Secrets, check reports that and continues', async () => {
  await using api = await clusterOf(
    [...deployed('web', 1, WEB), secretManifest('shop', { 'api-key': 'k' })],
    { rules: [list('pods', 'replicasets')] },
  );
  const { code, document } = await jsonHere({
    api,
    files: { ...GIVEN, 'key.json': secretManifest('shop', { 'api-key': 'k' }) },
  });
  assert.equal(code, 1);
  assert.equal(document.keyedNamespaces, null);
  assert.deepEqual(
    document.changes.map(({ change }) => change),
    ['lost', 'won'],
  );
  assert.equal(document.notes.length, 1);
  assert.match(
    document.notes[0] ?? '',
    /^secrets are not checked: grant apiGroups \[""\], resources \["secrets"\], verbs \["list"\] in a ClusterRole bound cluster-wide; resourceNames \["routing"\] suffices/,
  );
});

test('without the right to list Secrets, it is not known whether keys distinguish requests', async () => {
  await using api = await clusterOf(deployed('web', 1, { ...WEB, namespace: 'ours' }), {
    rules: [list('pods', 'replicasets')],
  });
  const { code, stdout } = await checkHere({ api, files: { 'web.json': workload({ name: 'web', ...WEB }) } });
  assert.equal(code, 1);
  assert.match(
    stdout,
    /^conflict: a\.local\/: served by namespaces ours and shop in turn: it is not known whether keys distinguish their requests$/m,
  );
});

test('without the right to list ReplicaSets, Deployments and Rollouts are recognized by the names of their pods', async () => {
  const hash = { 'pod-template-hash': '5d8f' };
  const rollout = { 'rollouts-pod-template-hash': '5d8f' };
  await using api = await clusterOf(
    [
      livePod({ ...WEB, name: 'a', owner: 'ReplicaSet/web-5d8f', marks: hash }),
      livePod({ ...WEB, hosts: 'r.local', name: 'b', owner: 'ReplicaSet/web-5d8f', marks: rollout }),
      livePod({ ...WEB, hosts: 'j.local', name: 'c', owner: 'Job/nightly-29012345' }),
    ],
    { rules: [list('pods', 'secrets')] },
  );
  const files = { ...GIVEN, 'cron.json': workload({ kind: 'CronJob', name: 'nightly' }) };
  const { document } = await jsonHere({ api, files });
  assert.deepEqual(
    document.changes.map((it) => `${it.change} ${'host' in it ? it.host : ''}`),
    ['lost a.local', 'won b.local', 'lost j.local'],
  );
  assert.deepEqual(
    document.notes.flatMap(
      (it) => /^workloads of pods are recognized by their names: (grant .*?)\. list/.exec(it)?.[1] ?? [],
    ),
    [
      'grant apiGroups ["apps"], resources ["replicasets"], verbs ["list"] in a Role in namespace shop',
      'grant apiGroups ["batch"], resources ["jobs"], verbs ["list"] in a Role in namespace shop',
    ],
  );
});

test('rights in one namespace are enough to check that one', async () => {
  const rules: readonly Rule[] = [
    { verbs: ['list'], resources: ['pods', 'secrets', 'replicasets'], namespace: 'shop' },
  ];
  await using api = await clusterOf(
    [...deployed('web', 1, WEB), ...deployed('web', 1, { ...WEB, hosts: 'b.local', namespace: 'other' })],
    { rules },
  );
  const { code, document } = await jsonHere({ api, files: GIVEN, args: ['-n', 'shop'] });
  assert.equal(code, 1);
  assert.equal(document.namespace, 'shop');
  assert.deepEqual(document.conflicts, []);
  assert.deepEqual(document.notes, [
    'conflicts of namespace shop with other namespaces are not checked (-A checks all)',
  ]);
});

test('an API server that is not reachable, and a missing kubeconfig, end with exit code 2', async () => {
  const api = await clusterOf([]);
  await api.down();
  const away = await checkHere({ api });
  assert.equal(away.code, 2);
  assert.match(away.stderr, /^podway check: the API server at 127\.0\.0\.1:\d+ cannot be reached: /);
  const none = await checkHere({ args: ['--live', '--kubeconfig', '/nonexistent'] });
  assert.equal(none.code, 2);
  assert.match(none.stderr, /^podway check: the kubeconfig \/nonexistent cannot be read \(ENOENT\)$/m);
});
