import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { ROOT } from './demo-process.ts';

const README = readFileSync(join(ROOT, 'README.md'), 'utf8');

test('README has at most 110 lines', () => {
  assert.ok(README.split('\n').length - 1 <= 110);
});

test('the Deployment of README is examples/hello.yaml', () => {
  const example = readFileSync(join(ROOT, 'examples/hello.yaml'), 'utf8');
  assert.equal(/```yaml\n([^]*?)```/.exec(README)?.[1], example.replace(/^#.*\n/, ''));
});
