import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { test } from 'node:test';
import { SETTINGS } from '../../src/config/table.ts';
import { ACCESS_FIELDS, writtenFields } from './access-log-page.ts';
import { GENERATED } from './generated-pages.ts';
import { metricFamilies } from './metric-families.ts';
import { METRIC_GROUPS } from './metric-groups.ts';
import { SETTING_GROUPS } from './setting-groups.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const DOCUMENTS = ['.', '.github', 'docs', 'charts/podway', 'test/hazards'].flatMap((folder) =>
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

/** The links to files of the repository, relative to the document. */
function linksOf(text: string): string[] {
  return [...text.matchAll(/\]\((?!https?:)([^)]+)\)/g)].map((it) => it[1] ?? '');
}

/** Anchors of headings, as GitHub makes them. */
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

for (const [name, page] of Object.entries(GENERATED)) {
  test(`docs/${name} is as the code generates it`, async () => {
    const [written, generated] = [readFileSync(join(ROOT, 'docs', name), 'utf8'), await page()];
    const read = (text: string): unknown => (name.endsWith('.json') ? JSON.parse(text) : text);
    assert.deepEqual(read(written), read(generated), 'write it with: npm run docs');
  });
}

test('every setting is in one chapter of docs/settings.md', () => {
  const listed = SETTING_GROUPS.flatMap(({ settings }): readonly string[] => settings);
  assert.deepEqual(listed.toSorted(), Object.keys(SETTINGS).toSorted());
});

test('every metric is in one chapter of docs/metrics.md, with its labels', async () => {
  const families = await metricFamilies();
  const listed = METRIC_GROUPS.flatMap(({ metrics }) => Object.keys(metrics));
  assert.deepEqual(listed.toSorted(), families.map(({ name }) => name).toSorted());
  assert.deepEqual(
    metricsInSource().filter((name) => !listed.includes(name)),
    [],
  );
});

/** Names of metric families in the source; some are composed there. */
function metricsInSource(): string[] {
  const folder = join(ROOT, 'src/telemetry');
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((it) => it.endsWith('.ts'));
  const names = files.flatMap((file) =>
    [...readFileSync(join(folder, file), 'utf8').matchAll(/'(podway_\w+)'/g)].map((it) => it[1] ?? ''),
  );
  assert.ok(names.length > 30);
  return names;
}

test('every field of the access log has a meaning', () => {
  assert.deepEqual(Object.keys(ACCESS_FIELDS), Object.keys(writtenFields()));
});

const PAGES = readdirSync(join(ROOT, 'docs')).filter((it) => it.endsWith('.md'));

for (const page of PAGES)
  test(`docs/${page} begins with a sentence about its content`, () => {
    const text = readFileSync(join(ROOT, 'docs', page), 'utf8').replaceAll(/<!--[\s\S]*?-->\n*/g, '');
    assert.match(text, /^# .+\n\nThis page (?:answers|describes|explains|lists) [^.]/);
  });

test('docs/README.md lists every page', () => {
  const listed = linksOf(readFileSync(join(ROOT, 'docs/README.md'), 'utf8'));
  const lost = PAGES.filter((it) => it !== 'README.md' && !listed.includes(it));
  assert.deepEqual(lost, []);
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
