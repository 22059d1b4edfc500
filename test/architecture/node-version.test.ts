import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';

function read(path: string): string {
  return readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');
}

interface Manifest {
  readonly engines: { readonly node: string };
  readonly devDependencies: Readonly<Record<string, string>>;
}

const MANIFEST = JSON.parse(read('package.json')) as Manifest;
const [, NEEDED = ''] = /^>=(\d+)$/.exec(MANIFEST.engines.node) ?? [];

/** The major version of Node.js in each place. */
const PLACES: Readonly<Record<string, RegExp>> = {
  '.nvmrc': /^(\d+)\n$/,
  Dockerfile: /^ARG NODE_IMAGE=node:(\d+)-slim$/m,
};

test('package.json, its lock file, .nvmrc, the image and the tests name one Node.js', () => {
  assert.notEqual(NEEDED, '', 'engines in package.json');
  for (const [file, pattern] of Object.entries(PLACES))
    assert.equal(pattern.exec(read(file))?.[1], NEEDED, file);
  const { node, '@types/node': types } = MANIFEST.devDependencies;
  for (const version of [node, types]) assert.equal(/^\^(\d+)\./.exec(version ?? '')?.[1], NEEDED);
  const lock = JSON.parse(read('package-lock.json')) as {
    readonly packages: { readonly ''?: Pick<Manifest, 'engines'> };
  };
  assert.equal(lock.packages['']?.engines.node, MANIFEST.engines.node);
  assert.equal(process.versions.node.split('.')[0], NEEDED, 'the tests run on it');
});

test('README names no other Node.js', () => {
  const named = [...read('README.md').matchAll(/\bNode(?:\.js)? (\d+)/g)].map(([, version]) => version);
  assert.ok(named.length > 0);
  assert.deepEqual(new Set(named), new Set([NEEDED]));
});
