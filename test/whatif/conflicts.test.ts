/** Conflicts: two namespaces declare the same, both among the given manifests, or one of them in a cluster. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { secretManifest } from '../fixtures/manifest.ts';
import { jsonHere, type Template, workload } from './checking.ts';
import { clusterOf, deployed } from './live-cluster.ts';

interface Place extends Template {
  readonly namespace: string;
}

interface Case {
  readonly name: string;
  /** Deployments in the cluster, each named `live`. */
  readonly live: readonly Place[];
  /** Deployments among the manifests, each named `web`. */
  readonly given: readonly Place[];
  /** Keys of namespaces in the cluster. */
  readonly keys?: Readonly<Record<string, string>>;
  /** `kind host/path: namespaces`. */
  readonly conflicts: readonly string[];
}

const CASES: readonly Case[] = [
  {
    name: 'a route of another namespace, both without a key',
    live: [{ namespace: 'ours', hosts: 'a.local', paths: '3000:/' }],
    given: [{ namespace: 'theirs', hosts: 'a.local', paths: '3000:/' }],
    conflicts: ['shared a.local/: ours, theirs'],
  },
  {
    name: 'a route of another namespace, with different keys',
    live: [{ namespace: 'ours', hosts: 'a.local', paths: '3000:/' }],
    given: [{ namespace: 'theirs', hosts: 'a.local', paths: '3000:/' }],
    keys: { ours: 'one', theirs: 'two' },
    conflicts: [],
  },
  {
    name: 'a route of another namespace, where only one has a key',
    live: [{ namespace: 'ours', hosts: 'a.local', paths: '3000:/' }],
    given: [{ namespace: 'theirs', hosts: 'a.local', paths: '3000:/' }],
    keys: { ours: 'one' },
    conflicts: [],
  },
  {
    name: 'a route of another namespace that has the same key',
    live: [{ namespace: 'ours', hosts: 'a.local', paths: '3000:/' }],
    given: [{ namespace: 'theirs', hosts: 'a.local', paths: '3000:/' }],
    keys: { ours: 'one', theirs: 'one' },
    conflicts: ['shared a.local/: ours, theirs'],
  },
  {
    name: 'a route that is already shared is not reported',
    live: [
      { namespace: 'ours', hosts: 'a.local', paths: '3000:/' },
      { namespace: 'theirs', hosts: 'a.local', paths: '3000:/' },
    ],
    given: [{ namespace: 'theirs', hosts: 'a.local', paths: '3000:/' }],
    conflicts: [],
  },
  {
    name: 'a longer path on the host of another namespace',
    live: [{ namespace: 'ours', hosts: 'a.local', paths: '3000:/' }],
    given: [{ namespace: 'theirs', hosts: 'a.local', paths: '3000:/api' }],
    conflicts: ['taken a.local/api: theirs, ours'],
  },
  {
    name: 'a longer path on a host of the same namespace',
    live: [{ namespace: 'ours', hosts: 'a.local', paths: '3000:/' }],
    given: [{ namespace: 'ours', hosts: 'a.local', paths: '3000:/api' }],
    conflicts: [],
  },
  {
    name: 'a path next to that of another namespace',
    live: [{ namespace: 'ours', hosts: 'a.local', paths: '3000:/ap' }],
    given: [{ namespace: 'theirs', hosts: 'a.local', paths: '3000:/api' }],
    conflicts: [],
  },
  {
    name: 'a host below the wildcard of another namespace, whose other paths are lost there',
    live: [{ namespace: 'ours', hosts: '*.local', paths: '3000:/ 3000:/b' }],
    given: [{ namespace: 'theirs', hosts: 'a.local', paths: '3000:/b/c' }],
    conflicts: ['host-taken a.local/: ours', 'taken a.local/b/c: theirs, ours'],
  },
  {
    name: 'a host below a wildcard of the same namespace, whose other paths are lost there',
    live: [{ namespace: 'ours', hosts: '*.local', paths: '3000:/' }],
    given: [{ namespace: 'ours', hosts: 'a.local', paths: '3000:/b' }],
    conflicts: ['host-taken a.local/: ours'],
  },
  {
    name: 'a host below a wildcard of the same namespace, with all paths of the wildcard',
    live: [{ namespace: 'ours', hosts: '*.local', paths: '3000:/ 3000:/b' }],
    given: [{ namespace: 'ours', hosts: 'a.local', paths: '3000:/' }],
    conflicts: [],
  },
  {
    name: 'a wildcard below a wider one of another namespace',
    live: [{ namespace: 'ours', hosts: '*.local', paths: '3000:/' }],
    given: [{ namespace: 'theirs', hosts: '*.a.local', paths: '3000:/' }],
    conflicts: ['taken *.a.local/: theirs, ours'],
  },
  {
    name: 'a wildcard with hosts of other namespaces below it',
    live: [
      { namespace: 'ours', hosts: 'a.local', paths: '3000:/' },
      { namespace: 'theirs', hosts: '*.local', paths: '3000:/' },
    ],
    given: [{ namespace: 'theirs', hosts: '*.local b.local', paths: '3000:/' }],
    conflicts: [],
  },
  {
    name: 'different options for the whole route',
    live: [{ namespace: 'ours', hosts: 'a.local', paths: '3000:/ lb=least' }],
    given: [{ namespace: 'ours', hosts: 'a.local', paths: '3000:/' }],
    conflicts: ['options a.local/: ours'],
  },
  {
    name: 'different options for pods, as for a canary',
    live: [{ namespace: 'ours', hosts: 'a.local', paths: '3000:/ lb=least' }],
    given: [{ namespace: 'ours', hosts: 'a.local', paths: '3000:/ lb=least share=5%' }],
    conflicts: [],
  },
];

function conflictsOf({ conflicts }: Awaited<ReturnType<typeof jsonHere>>['document']) {
  return conflicts.map(
    ({ conflict, host, path, namespaces }) => `${conflict} ${host}${path}: ${namespaces.join(', ')}`,
  );
}

for (const { name, live, given, keys = {}, conflicts } of CASES) {
  test(`conflicts with a cluster: ${name}`, async () => {
    await using api = await clusterOf([
      ...live.flatMap((place) => deployed('live', 2, place)),
      ...Object.entries(keys).map(([namespace, key]) => secretManifest(namespace, { 'api-key': key })),
    ]);
    const files = Object.fromEntries(given.map((it, at) => [`${at}.json`, workload({ name: 'web', ...it })]));
    const { code, document } = await jsonHere({ api, files });
    assert.deepEqual(conflictsOf(document), conflicts, JSON.stringify(document, null, 1));
    assert.equal(code, conflicts.length > 0 ? 1 : 0);
  });
}

test('conflicts among the given manifests, without a cluster', async () => {
  const files = {
    'a.json': workload({ name: 'a', namespace: 'ours', hosts: 'a.local', paths: '3000:/' }),
    'b.json': workload({ name: 'b', namespace: 'theirs', hosts: 'a.local', paths: '3000:/ 3000:/longer' }),
  };
  const { code, document } = await jsonHere({ files });
  assert.deepEqual(conflictsOf(document), ['shared a.local/: ours, theirs']);
  assert.equal(code, 1);
});

test('pods with conditions of another namespace are listed with them, and long lists are cut', async () => {
  const names = Array.from({ length: 30 }, (_, at) => `n${at}`);
  const files = Object.fromEntries(
    names.map((namespace, at) => {
      const paths = at === 0 ? '3000:/ if-header=x-beta:1' : '3000:/';
      return [`${namespace}.json`, workload({ name: 'web', namespace, hosts: 'a.local', paths })];
    }),
  );
  const { document } = await jsonHere({ files });
  assert.equal(document.conflicts[0]?.namespaces.length, 30);
  assert.match(
    document.conflicts[0]?.detail ?? '',
    /^served by namespaces n0, n1, .* and 20 more by their conditions and then in turn: no key/,
  );
});
