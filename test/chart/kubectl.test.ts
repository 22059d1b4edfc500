import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { EVERYTHING } from './everything.ts';
import { chartTest, exampleFile, helmTemplate, manifests, runProgram } from './release.ts';
import { applyStrictly } from './strict-apply.ts';
import { CHART } from './written-files.ts';
import { sampleOf } from '../fixtures/wide.ts';

const EXAMPLES = fileURLToPath(new URL('../../examples/', import.meta.url));

const RELEASES = new Map<string, string | undefined>([
  ['everything', undefined],
  ...readdirSync(new URL('examples/', CHART)).map((file) => [file, exampleFile(file)] as const),
]);

for (const [name, file] of sampleOf([...RELEASES], 2)) {
  chartTest(`kubectl applies every object of the release: ${name}`, async (tools) => {
    const values = file === undefined ? EVERYTHING : {};
    const { stdout } = await helmTemplate(tools, values, ...(file === undefined ? [] : ['--values', file]));
    const objects = manifests(stdout);
    assert.ok(objects.length > 0);
    const applied = await applyStrictly(tools, stdout);
    assert.equal(applied.code, 0, applied.stderr);
    assert.equal(applied.stdout.trim().split('\n').length, objects.length);
    const names = objects.map(({ kind, metadata }) => `${kind} ${metadata.name}`);
    assert.deepEqual(applied.taken.sort(), names.sort());

    // kubectl reads the workload with its own types, and prints its environment.
    const workload = objects.filter(({ kind }) => kind === 'Deployment' || kind === 'DaemonSet');
    const listing = ['set', 'env', '--local', '--list', '--filename=-'];
    const input = workload.map((it) => JSON.stringify(it)).join('\n');
    const listed = await runProgram(tools.kubectl, listing, input);
    assert.equal(listed.code, 0, listed.stderr);
    assert.match(listed.stdout, /^API_KEY_SECRET_LOCATION=routing:/m);
  });
}

chartTest('kubectl applies the manifests of examples/', async (tools) => {
  // The kinds in a sub-folder need CustomResourceDefinitions in the cluster first.
  const files = (await readdir(EXAMPLES)).filter((it) => it.endsWith('.yaml'));
  for (const file of files) {
    const yaml = await readFile(join(EXAMPLES, file), 'utf8');
    const { code, stderr, taken } = await applyStrictly(tools, yaml);
    assert.equal(code, 0, `${file}: ${stderr}`);
    assert.equal(taken.length, manifests(yaml).length);
  }
});

chartTest('kubectl reports a misspelled field', async (tools) => {
  const { stdout } = await helmTemplate(tools, { resources: { limits: { memory: '1Gi' } } });
  const { code, stderr } = await applyStrictly(tools, stdout.replace('containerPort:', 'containerport:'));
  assert.equal(code, 1);
  assert.match(stderr, /ports\[0\]\.containerport is not known/);
});
