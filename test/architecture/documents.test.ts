import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { test } from 'node:test';
import { settingsTable } from '../../src/config/load.ts';
import { SETTINGS } from '../../src/config/table.ts';
import { optionsPage } from './options-page.ts';
import { optionsSchema } from './options-schema.ts';
import { reasonsPage } from './reasons-page.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const DOCUMENTS = ['.', 'docs', 'charts/podway', 'test/hazards'].flatMap((folder) =>
  readdirSync(join(ROOT, folder))
    .filter((it) => it.endsWith('.md'))
    .map((it) => join(folder, it)),
);

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
    const links = linksOf(text).map((it) => join(dirname(document), it.replace(/#.*/, '')));
    assert.deepEqual(
      [...paths, ...links].filter((it) => !existsSync(join(ROOT, it))),
      [],
    );
  });

  test(`${document} links only to headings that exist`, () => {
    const lost = linksOf(text).filter((it) => {
      const [file = '', heading] = it.split('#');
      if (heading === undefined || (file !== '' && !file.endsWith('.md'))) return false;
      const target = file === '' ? text : readFileSync(join(ROOT, dirname(document), file), 'utf8');
      return !headingsOf(target).has(heading);
    });
    assert.deepEqual(lost, []);
  });
}

/** Those into the repository, relative to the document. */
function linksOf(text: string): string[] {
  return [...text.matchAll(/\]\((?!https?:)([^)]+)\)/g)].map((it) => it[1] ?? '');
}

/** As GitHub names their anchors. */
function headingsOf(text: string): Set<string> {
  const headings = [...text.matchAll(/^#+ (.+)$/gm)].map((it) => it[1] ?? '');
  return new Set(
    headings.map((it) =>
      it
        .toLowerCase()
        .replaceAll(/[^\w\- ]/g, '')
        .replaceAll(' ', '-'),
    ),
  );
}

test('docs/reasons.md is what the tables of reasons say', () => {
  const page = readFileSync(join(ROOT, 'docs/reasons.md'), 'utf8');
  assert.equal(page, reasonsPage(), 'write it with: npm run reasons');
});

test('docs/options.md is what the table of words says', () => {
  const page = readFileSync(join(ROOT, 'docs/options.md'), 'utf8');
  assert.equal(page, optionsPage(), 'write it with: npm run options');
  const schema: unknown = JSON.parse(readFileSync(join(ROOT, 'docs/options.schema.json'), 'utf8'));
  assert.deepEqual(schema, optionsSchema(), 'write it with: npm run options');
});

test('docs/reasons.md names only settings that exist', () => {
  const page = readFileSync(join(ROOT, 'docs/reasons.md'), 'utf8');
  const settings = new Set(Object.values(SETTINGS).map(({ name }): string => name));
  const named = [...page.matchAll(/\b[A-Z]+(?:_[A-Z]+)+\b/g)].map((it) => it[0]);
  assert.ok(named.length > 20, `${named.length} found`);
  assert.deepEqual(
    named.filter((it) => !settings.has(it)),
    [],
  );
});

test('the settings table of README.md is that of the code', () => {
  const readme = readFileSync(join(ROOT, 'README.md'), 'utf8');
  assert.ok(
    readme.includes(settingsTable().trim()),
    'replace it by the output of: npm run podway -- settings',
  );
});
