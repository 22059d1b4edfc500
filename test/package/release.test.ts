import assert from 'node:assert/strict';
import { test } from 'node:test';
import { read, readWorkflow, stepsOf } from './workflows.ts';

const workflow = readWorkflow('release.yml');
const jobs = Object.entries(workflow.jobs);

test('only tags make releases', () => {
  assert.deepEqual(Object.keys(workflow.on), ['push']);
  assert.deepEqual(Object.keys(workflow.on['push'] ?? {}), ['tags']);
});

test('a job of a release has only the rights that it needs', () => {
  const publishes = { contents: 'read', packages: 'write', 'id-token': 'write', attestations: 'write' };
  const rights = Object.fromEntries(jobs.map(([name, { permissions }]) => [name, permissions]));
  assert.deepEqual(rights, {
    test: { contents: 'read' },
    image: publishes,
    chart: publishes,
    npm: { contents: 'read', 'id-token': 'write' },
  });
});

test('jobs that publish wait for the tests and for a reviewer', () => {
  for (const [name, { environment, needs = [] }] of jobs) {
    if (name === 'test') continue;
    assert.equal(environment, 'release', name);
    assert.ok([needs].flat().includes('test'), name);
  }
});

test('a step fails if any command in it fails, also one whose output another one reads', () => {
  assert.deepEqual(workflow.defaults, { run: { shell: 'bash' } });
  for (const { run = '' } of stepsOf(workflow)) assert.doesNotMatch(run, /echo .*\$\(/, run);
});

test('a version such as 1.2.3-rc.1 does not become the latest one of npm', () => {
  const tags = JSON.stringify(workflow.on['push'] ?? {});
  assert.match(tags, /-\*/);
  const step = stepsOf(workflow).find(({ run = '' }) => run.startsWith('npm publish '));
  assert.match(step?.run ?? '', / --tag "\$TAG"$/);
  assert.match(step?.env?.['TAG'] ?? '', /contains\(.*version, '-'\) && 'next' \|\| 'latest'/);
});

test('all parts of a release have the same version, and the chart names no registry before a release', () => {
  const { scripts, version } = JSON.parse(read('package.json')) as {
    scripts: Readonly<Record<string, string>>;
    version: string;
  };
  assert.ok(stepsOf(workflow).some(({ run = '' }) => run.startsWith('npm publish ')));
  assert.ok('prepack' in scripts, 'npm publish builds the package with this script');
  assert.match(read('charts/podway/values.yaml'), /^ {2}registry: ""$/m);
  const chart = read('charts/podway/Chart.yaml').split('\n');
  for (const line of [`version: ${version}`, `appVersion: ${version}`]) assert.ok(chart.includes(line), line);
});
