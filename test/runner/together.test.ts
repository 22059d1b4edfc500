import assert from 'node:assert/strict';
import { globSync, existsSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { test } from 'node:test';
import { ALONE, together } from '../together.ts';
import { isWideOnly, WIDE_ONLY } from '../wide-only.ts';

const TESTS = resolve(import.meta.dirname, '..');
const files = globSync(join(TESTS, '**/*.test.ts')).toSorted();

/** The files that a module of the runner loads, in order; a test file loads only itself. */
function loadedBy(place: string): string[] {
  if (place.endsWith('.test.ts')) return [place];
  const found = readFileSync(place, 'utf8').matchAll(/^ *"url": "(.*)"$/gm);
  return [...found].map(([, url = '']) => fileURLToPath(url));
}

test('every test file is run once, and few processes run most of them', () => {
  const places = together(files);
  assert.deepEqual(places.flatMap(loadedBy).toSorted(), files);
  assert.ok(places.length < files.length / 3, `${places.length} processes`);
});

test('the listed files and folders exist', () => {
  const listed = [ALONE, WIDE_ONLY].flatMap((it) => Object.values(it).flat());
  for (const place of listed) assert.ok(existsSync(join(TESTS, place)), place);
});

test('npm test leaves out few files, and no folder completely', () => {
  const folders = Map.groupBy(files, dirname);
  for (const [folder, below] of folders) assert.ok(!below.every(isWideOnly), folder);
  assert.ok(files.filter(isWideOnly).length < files.length / 15);
});

test('a file with hooks outside of a suite has a process of its own', () => {
  const places = together(files);
  for (const name of ['control/publish-log.test.ts', 'proxy/https-pods.test.ts'])
    assert.ok(places.includes(join(TESTS, name)), name);
});
