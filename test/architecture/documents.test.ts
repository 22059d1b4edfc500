import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { test } from 'node:test';
import { settingsTable } from '../../src/config/load.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const DOCUMENTS = ['README.md', 'ARCHITECTURE.md', 'CHANGELOG.md', 'SECURITY.md', 'docs/rigs.md'];

const { scripts } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
  readonly scripts: Readonly<Record<string, string>>;
};

for (const document of DOCUMENTS) {
  const text = readFileSync(join(ROOT, document), 'utf8');

  test(`${document} names only npm scripts that exist`, () => {
    const named = [...text.matchAll(/\bnpm run ([\w:-]+)/g)].map((it) => it[1] ?? '');
    assert.deepEqual(
      named.filter((it) => !Object.hasOwn(scripts, it)),
      [],
    );
    for (const script of ['start', 'test']) assert.ok(Object.hasOwn(scripts, script));
  });

  test(`${document} names only files that exist`, () => {
    const paths = [...text.matchAll(/`((?:src|test|bench|docs|examples|charts|\.ci)\/[\w./-]*)`/g)].map(
      (it) => it[1] ?? '',
    );
    const links = [...text.matchAll(/\]\((?!https?:|#)([^)#]+)/g)].map((it) => it[1] ?? '');
    assert.deepEqual(
      [...paths, ...links].filter((it) => !existsSync(join(ROOT, it))),
      [],
    );
  });
}

test('the settings table of README.md is what config.ts says', () => {
  const readme = readFileSync(join(ROOT, 'README.md'), 'utf8');
  assert.ok(
    readme.includes(settingsTable().trim()),
    'replace it by the output of: npm run podway -- settings',
  );
});
