import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { test } from 'node:test';
import { parametersOf, RIGS, rigsNamed, rigsTable } from '../rigs/rigs.ts';

const TEST = resolve(import.meta.dirname, '..');

test('every long test is a rig with a name', () => {
  const files = readdirSync(join(TEST, 'long')).filter((it) => it.endsWith('.long.ts'));
  const named = RIGS.map(({ file }) => file).filter((it) => it.startsWith('long/'));
  assert.deepEqual(named.sort(), files.map((it) => `long/${it}`).sort());
});

test('docs/rigs.md holds the table of rigs', () => {
  const text = readFileSync(join(TEST, '../docs/rigs.md'), 'utf8');
  assert.ok(text.includes(rigsTable()), 'write it with: npm run docs');
});

test('a rig is found by its name, or by the first letters of it', () => {
  const names = (asked: string) => rigsNamed(asked).map(({ name }) => name);
  assert.deepEqual(names('slow-reader'), ['slow-reader']);
  assert.deepEqual(names('rolling'), ['rolling-update']);
  assert.deepEqual(names('nothing'), []);
});

test('the parameters of a rig are those that it reads', () => {
  const [rig] = rigsNamed('sigterm');
  assert.ok(rig);
  assert.deepEqual(parametersOf(rig), ['TIMES=20', 'REQUESTS=1000']);
});
