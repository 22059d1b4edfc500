import assert from 'node:assert/strict';
import { fileURLToPath } from 'node:url';
import { chartTest, manifests, runProgram } from './release.ts';
import { CHART } from './written-files.ts';

/** Releases whose cluster-wide objects could get the same names. */
const PAIRS: readonly (readonly [string, readonly [release: string, namespace: string][]])[] = [
  [
    'one name in two namespaces',
    [
      ['podway', 'a'],
      ['podway', 'b'],
    ],
  ],
  [
    'a hyphen in the namespace or in the name',
    [
      ['b-podway', 'a'],
      ['podway', 'a-b'],
    ],
  ],
  [
    'a namespace named like a release',
    [
      ['podway', 'podway'],
      ['podway-podway', 'podway'],
    ],
  ],
];

for (const [name, releases] of PAIRS) {
  chartTest(`cluster-wide names of two releases do not collide: ${name}`, async ({ helm }) => {
    const all = await Promise.all(
      releases.map(async ([release, namespace]) => {
        const args = ['template', release, fileURLToPath(CHART), '--namespace', namespace];
        const { stdout } = await runProgram(helm, args);
        return manifests(stdout)
          .filter(({ metadata }) => metadata.namespace === undefined)
          .map((it) => `${it.kind} ${it.metadata.name}`);
      }),
    );
    const names = all.flat();
    assert.equal(names.length, 4);
    assert.equal(new Set(names).size, names.length, names.join());
    // The names that the API server accepts for a role (path segment).
    for (const it of names) assert.match(it, /^ClusterRole(Binding)? [^/%]{1,253}$/);
  });
}
