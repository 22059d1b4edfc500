import assert from 'node:assert/strict';
import { accessSync, constants, readdirSync } from 'node:fs';
import { test } from 'node:test';
import { read, readWorkflow, stepsOf } from './workflows.ts';

for (const file of readdirSync(new URL('../../.github/workflows', import.meta.url))) {
  const workflow = readWorkflow(file);
  const { text, permissions } = workflow;
  const steps = stepsOf(workflow);

  test(`${file}: every action is pinned to a commit, with its version in a comment`, () => {
    const used = [...text.matchAll(/^\s*(?:- )?uses: (.*)$/gm)].map(([, it = '']) => it);
    assert.equal(used.length, steps.filter(({ uses }) => uses !== undefined).length);
    for (const it of used) assert.match(it, /^[\w-]+\/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/);
  });

  test(`${file}: a job has no right that it does not name, and no token stays in a checkout`, () => {
    assert.deepEqual(permissions, {});
    for (const { uses, with: given } of steps)
      if (uses?.startsWith('actions/checkout@')) assert.equal(given?.['persist-credentials'], false);
  });

  test(`${file}: no text of other people is inserted into a script`, () => {
    for (const { run = '' } of steps) assert.ok(!run.includes('${{'), run);
  });

  test(`${file}: the scripts of package.json that it runs exist`, () => {
    const { scripts } = JSON.parse(read('package.json')) as { scripts: Readonly<Record<string, string>> };
    for (const [, script = ''] of text.matchAll(/npm run ([\w:]+)/g)) assert.ok(script in scripts, script);
  });
}

test('pull requests, and main after a merge, are tested by .ci/run, with the right to read and no other', () => {
  const { on, jobs } = readWorkflow('ci.yml');
  assert.deepEqual(on, { pull_request: null, push: { branches: ['main'] } });
  assert.deepEqual(Object.keys(jobs), ['test']);
  assert.deepEqual(jobs['test']?.permissions, { contents: 'read' });
  assert.equal(jobs['test']?.steps.at(-1)?.run, '.ci/run');
  accessSync(new URL('../../.ci/run', import.meta.url), constants.X_OK);
});

test('.ci/run runs the checks, all cases of all tables, and the searches', () => {
  const { scripts } = JSON.parse(read('package.json')) as { scripts: Readonly<Record<string, string>> };
  const ran = [...read('.ci/run').matchAll(/^npm run ([\w:]+)$/gm)].map(([, script = '']) => script);
  assert.deepEqual(ran, ['check', 'build', 'test:wide', 'test:search']);
  for (const script of ran) assert.ok(script in scripts, script);
});
