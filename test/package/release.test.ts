import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { parse } from 'yaml';

interface Step {
  readonly uses?: string;
  readonly run?: string;
  readonly with?: Readonly<Record<string, unknown>>;
}

interface Job {
  readonly permissions?: Readonly<Record<string, string>>;
  readonly environment?: string;
  readonly needs?: string | readonly string[];
  readonly steps: readonly Step[];
}

interface Workflow {
  readonly on: { readonly push: { readonly tags: readonly string[] } };
  readonly permissions: object;
  readonly jobs: Readonly<Record<string, Job>>;
}

function read(path: string): string {
  return readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');
}

const text = read('.github/workflows/release.yml');
const workflow = parse(text) as Workflow;
const jobs = Object.entries(workflow.jobs);
const steps = jobs.flatMap(([, job]) => job.steps);

test('only tags make releases', () => {
  assert.deepEqual(Object.keys(workflow.on), ['push']);
  assert.deepEqual(Object.keys(workflow.on.push), ['tags']);
});

test('every action is pinned to a commit, with its version in a comment', () => {
  const used = [...text.matchAll(/^\s*(?:- )?uses: (.*)$/gm)].map(([, it = '']) => it);
  assert.equal(used.length, steps.filter(({ uses }) => uses !== undefined).length);
  for (const it of used) assert.match(it, /^[\w-]+\/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/);
});

test('a job has only the rights that it needs, and no token stays in a checkout', () => {
  assert.deepEqual(workflow.permissions, {});
  const publishes = { contents: 'read', packages: 'write', 'id-token': 'write', attestations: 'write' };
  const rights = Object.fromEntries(jobs.map(([name, { permissions }]) => [name, permissions]));
  assert.deepEqual(rights, {
    test: { contents: 'read' },
    image: publishes,
    chart: publishes,
    npm: { contents: 'read', 'id-token': 'write' },
  });
  for (const { uses, with: given } of steps)
    if (uses?.startsWith('actions/checkout@')) assert.equal(given?.['persist-credentials'], false);
});

test('jobs that publish wait for the tests and for a reviewer, and insert no text of other people into a script', () => {
  for (const [name, { environment, needs = [] }] of jobs) {
    if (name === 'test') continue;
    assert.equal(environment, 'release', name);
    assert.ok([needs].flat().includes('test'), name);
  }
  for (const { run = '' } of steps) assert.ok(!run.includes('${{'), run);
});

test('the scripts and files that it uses exist', () => {
  const { scripts } = JSON.parse(read('package.json')) as { scripts: Readonly<Record<string, string>> };
  const ran = [...text.matchAll(/npm run (\w+)/g)].map(([, script = '']) => script);
  for (const script of [...ran, 'test', 'prepack']) assert.ok(script in scripts, script);
  assert.match(read('charts/podway/values.yaml'), /^ {2}registry: ""$/m);
  const { version } = JSON.parse(read('package.json')) as { version: string };
  const chart = read('charts/podway/Chart.yaml').split('\n');
  for (const line of [`version: ${version}`, `appVersion: ${version}`]) assert.ok(chart.includes(line), line);
});
