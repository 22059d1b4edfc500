/** `podway grants` and `podway check` with HOST_GRANTS=enforce, against an API server and manifests. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseAllDocuments } from 'yaml';
import { check } from '../../src/cli/check.ts';
import { grants } from '../../src/cli/grants.ts';
import { KubernetesApi } from '../fixtures/kubernetes-api.ts';
import { podManifest } from '../fixtures/manifest.ts';
import { runPodway } from '../process/podway.ts';
import { endsHere, folderOf } from '../whatif/checking.ts';

const PODS = [
  podManifest({ name: 'a-0', namespace: 'a', hosts: 'a.org', paths: '/', port: 3_000 }),
  podManifest({ name: 'a-1', namespace: 'a', hosts: 'shared.org', paths: '/', port: 3_000 }),
  podManifest({ name: 'b-0', namespace: 'b', hosts: 'shared.org', paths: '/b', port: 3_000 }),
];

function namespace(name: string, grants?: string) {
  const annotations = grants === undefined ? {} : { routingHosts: grants };
  return { apiVersion: 'v1', kind: 'Namespace', metadata: { name, annotations } } as const;
}

async function cluster(namespaces: readonly ReturnType<typeof namespace>[]): Promise<KubernetesApi> {
  const api = await KubernetesApi.start();
  for (const object of [...PODS, ...namespaces]) api.apply(object);
  return api;
}

function run(api: KubernetesApi, args: readonly string[], env: Readonly<Record<string, string>> = {}) {
  const [name, ...rest] = args;
  return endsHere(name === 'check' ? check : grants, { args: rest, env, api });
}

interface Annotated {
  readonly metadata: { readonly name: string; readonly annotations: Readonly<Record<string, string>> };
}

test('from a cluster: with the printed grants, HOST_GRANTS=enforce routes every declared route', async () => {
  await using api = await cluster([namespace('a', 'a.org old.org'), namespace('b')]);
  const { code, stdout, stderr } = await run(api, ['grants']);
  assert.equal(stderr, '');
  assert.equal(code, 1);
  assert.match(stdout, /^# decide: several namespaces declare shared\.org: \/ a; \/b b$/m);
  const objects = parseAllDocuments(stdout)
    .map((it) => it.toJS() as Annotated | null)
    .filter((it) => it !== null);
  assert.deepEqual(
    objects.map(({ metadata: { name, annotations } }) => [name, annotations]),
    [
      ['a', { routingHosts: 'a.org old.org shared.org' }],
      ['b', { routingHosts: 'shared.org/b' }],
    ],
  );
  const enforced = { HOST_GRANTS: 'enforce' };
  const before = await run(api, ['check', '--live'], enforced);
  assert.match(before.stdout, /^rejected: Pod b\/b-0: host-not-granted: shared\.org\/b /m);
  for (const object of objects) api.apply(object as never);
  const after = await run(api, ['check', '--live'], enforced);
  assert.doesNotMatch(after.stdout, /host-not-granted/);
  assert.match(
    (await run(api, ['grants'])).stdout,
    /^# podway grants: every route of \S+ is granted already$/m,
  );
});

test('from manifests, as JSON', async () => {
  await using folder = await folderOf({ 'pods.json': { apiVersion: 'v1', kind: 'List', items: PODS } });
  const env = { HOST_GRANTS_DEFAULT: '{namespace}.org', HOSTS_ANNOTATION: 'routingHosts' };
  const { code, stdout, stderr } = await runPodway({
    args: ['grants', '-f', folder.path, '-o', 'json'],
    env,
  });
  assert.equal(code, 1);
  assert.equal(stderr, 'decide: several namespaces declare shared.org: / a; /b b\n');
  const { items } = JSON.parse(stdout) as { readonly items: readonly Annotated[] };
  assert.deepEqual(
    items.map(({ metadata: { name, annotations } }) => [name, annotations]),
    [
      ['a', { routingHosts: 'shared.org' }],
      ['b', { routingHosts: 'shared.org/b' }],
    ],
  );
});

test('a check counts the grants of the Namespaces among its manifests', async () => {
  await using api = await cluster([namespace('a', 'a.org shared.org'), namespace('b')]);
  await using folder = await folderOf({ 'b.json': namespace('b', 'shared.org/b') });
  const { code, stdout } = await run(api, ['check', '--live', '-f', folder.path, '-n', 'b'], {
    HOST_GRANTS: 'enforce',
  });
  assert.equal(code, 1);
  assert.match(stdout, /^won: shared\.org\/b \(new host\): Pod b\/b-0$/m);
  assert.match(stdout, /^no longer rejected: Pod b\/b-0: host-not-granted: shared\.org\/b/m);
});

test('a user without the right to list Namespaces gets a note, and no route is rejected because of it', async () => {
  await using api = await cluster([]);
  api.rules = [{ verbs: ['list'], resources: ['pods', 'secrets', 'replicasets', 'jobs', 'deployments'] }];
  const { stdout } = await run(api, ['check', '--live'], { HOST_GRANTS: 'enforce' });
  assert.match(
    stdout,
    /^note: namespaces are not checked: grant apiGroups \[""\], resources \["namespaces"\]/m,
  );
  assert.doesNotMatch(stdout, /host-not-granted/);
  const printed = await run(api, ['grants']);
  assert.match(printed.stdout, /^# note: the output omits annotations that Namespaces already have$/m);
});

for (const [args, problem] of [
  [['grants', '-n', 'a'], 'expected no namespace: the owner of a host depends on all namespaces'],
  [['grants', '-o', 'text'], 'expected yaml or json for -o, not text'],
  [['grants', 'x'], 'expected -f before x'],
] as const) {
  test(`misused: podway ${args.join(' ')}`, async () => {
    const { code, stderr } = await endsHere(grants, { args: args.slice(1) });
    assert.equal(code, 2);
    assert.equal(stderr, `podway grants: ${problem} (podway grants --help)\n`);
  });
}
