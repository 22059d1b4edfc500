import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { test } from 'node:test';
import { piecesOf } from './prose.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const GLOSSARY = 'docs/glossary.md';

interface Line {
  readonly place: string;
  readonly text: string;
}

/** The section whose words are avoided in names only. */
const NAMES = '\n## Names in the code\n';

/** The words in code type in the last column of the glossary's tables. */
function bannedWords(glossary: string): string[] {
  const rows = glossary.split('\n').filter((it) => /^\| (?!word )/.test(it));
  return rows.flatMap((row) =>
    [...(row.split('|')[3] ?? '').matchAll(/`([^`]+)`/g)].map((it) => it[1] ?? ''),
  );
}

/** A pattern of whole words, in any case; a space matches any white space. */
function patternOf(words: readonly string[]): RegExp {
  const parts = words.map((it) => it.split(' ').join(String.raw`\s+`));
  return new RegExp(String.raw`(?<![\w-])(?:${parts.join('|')})(?![\w-])`, 'i');
}

/** Code is not prose. */
function withoutCode(text: string): string {
  return text.replaceAll(/`[^`\n]*`/g, '``');
}

/** The lines of a document, without its code; a line is joined with the next, since phrases wrap. */
function linesOfDocument(file: string): Line[] {
  const text = readFileSync(join(ROOT, file), 'utf8').replaceAll(/^```[\s\S]*?^```/gm, (it) =>
    it.replaceAll(/[^\n]/g, ''),
  );
  const lines = (file === 'CHANGELOG.md' ? unreleased(text) : text).split('\n').map(withoutCode);
  return lines.map((it, at) => ({ place: `${file}:${at + 1}`, text: `${it} ${firstWords(lines[at + 1])}` }));
}

function firstWords(line = ''): string {
  return line.trim().split(/\s+/).slice(0, 2).join(' ');
}

function unreleased(changelog: string): string {
  return changelog.split(/^## (?!Unreleased)/m)[0] ?? '';
}

const known = new Map<string, ReturnType<typeof piecesOf>>();

function pieces(file: string): ReturnType<typeof piecesOf> {
  const found = known.get(file) ?? piecesOf(readFileSync(join(ROOT, file), 'utf8'));
  known.set(file, found);
  return found;
}

/** Prose has spaces between words: a text without a space is a name, a path or code. */
function linesOfCode(file: string): Line[] {
  return pieces(file)
    .literals.filter(({ text }) => /[a-z,.;:)] [a-z(]/i.test(text))
    .map(({ line, text }) => ({ place: `${file}:${line}`, text: withoutCode(text) }));
}

function linesOfComments(file: string): Line[] {
  return pieces(file).comments.map(({ line, text }) => ({
    place: `${file}:${line}`,
    text: withoutCode(text),
  }));
}

/** Comments of values, alerts and texts of templates. */
function linesOfChart(file: string): Line[] {
  const lines = readFileSync(join(ROOT, file), 'utf8').split('\n').map(withoutCode);
  return lines.map((text, at) => ({ place: `${file}:${at + 1}`, text }));
}

/** Without the packages of `npm ci --prefix bench`. */
const files = (pattern: string): string[] =>
  globSync(pattern, { cwd: ROOT, exclude: ['**/node_modules/**'] }).sort();

const [ofTexts = '', ofNames = ''] = readFileSync(join(ROOT, GLOSSARY), 'utf8').split(NAMES);
const banned = bannedWords(ofTexts);
const bannedNames = new Set(bannedWords(ofNames));
const pattern = patternOf(banned);

function found(lines: readonly Line[]): string[] {
  return lines.flatMap(({ place, text }) => {
    const word = pattern.exec(text)?.[0];
    return word === undefined ? [] : [`${place}: "${word}" in: ${text.trim()}`];
  });
}

test('the glossary names words to avoid', () => {
  assert.ok(banned.length > 20, `${banned.length} found`);
  for (const word of banned) assert.match(`a ${word} in a text`, pattern);
  assert.doesNotMatch('a foretold tell-tale', pattern);
});

/** By the parts of a name: `#seenAgain` has two, and so has `MOST_SEEN`. */
function namesWith(words: ReadonlySet<string>, code: string): string[] {
  return (code.match(/[A-Za-z_$][\w$]*/g) ?? []).filter((name) =>
    name
      .replaceAll(/([a-z0-9])([A-Z])/g, '$1_$2')
      .toLowerCase()
      .split(/[_$]/)
      .some((part) => words.has(part)),
  );
}

function namesIn(file: string): string[] {
  return pieces(file).code.flatMap((text) => namesWith(bannedNames, text).map((name) => `${file}: ${name}`));
}

test('no name of the code has a word that the glossary avoids in names', () => {
  assert.ok(bannedNames.size > 5, `${bannedNames.size} words found`);
  const found = namesWith(new Set(['seen']), 'this.#seenAgain(MOST_SEEN, unseen, seens)');
  assert.deepEqual(found, ['seenAgain', 'MOST_SEEN']);
  const sources = ['src', 'test', 'bench', 'build'].flatMap((it) => files(`${it}/**/*.{ts,js,cjs}`));
  assert.ok(sources.length > 1000, `${sources.length} files found`);
  assert.deepEqual(sources.flatMap(namesIn), []);
  const named = sources.filter((file) => file.split(/[-/.]/).some((part) => bannedNames.has(part)));
  assert.deepEqual(named, [], 'names of files and folders');
});

test('the scanner finds texts and comments, and skips regular expressions', () => {
  const code =
    "// it's\nconst a = 'one \\' two'; /* `x` */\nconst b = /['\"`/]/.test(`three ${c({ d: 'four' })} five`) / 2;\n'six';";
  const { literals, comments, code: rest } = piecesOf(code);
  assert.deepEqual(literals, [
    { line: 2, text: "one \\' two" },
    { line: 3, text: 'three ' },
    { line: 3, text: 'four' },
    { line: 3, text: ' five' },
    { line: 4, text: 'six' },
  ]);
  assert.deepEqual(comments, [
    { line: 1, text: "it's" },
    { line: 2, text: '`x`' },
  ]);
  assert.deepEqual(rest, ['const a =', ';', 'const b =', '.test(', 'c({ d:', '})', ') / 2;', ';']);
  assert.match(piecesOf('/**\n * a word\n * for it */').comments[0]?.text ?? '', /^a word\s+for it$/);
});

const DOCUMENTS = [...files('*.md'), ...files('docs/*.md'), ...files('charts/**/*.md')].filter(
  (it) => it !== GLOSSARY,
);

for (const document of DOCUMENTS) {
  test(`${document} has no word that the glossary avoids`, () => {
    assert.deepEqual(found(linesOfDocument(document)), []);
  });
}

test('no text of the code has a word that the glossary avoids', () => {
  const lines = [...files('src/**/*.ts'), ...files('src/**/*.js')].flatMap(linesOfCode);
  assert.ok(lines.length > 1000, `${lines.length} texts found`);
  assert.deepEqual(found(lines), []);
});

/** Folders of tests and tools whose titles, texts and comments must not contain the words to avoid. */
const TESTS = [
  'bench',
  'build',
  'test/admin',
  'test/apiproxy',
  'test/architecture',
  'test/bench',
  'test/boundary',
  'test/chart',
  'test/cluster',
  'test/config',
  'test/control',
  'test/demo',
  'test/fixtures',
  'test/forward',
  'test/grants',
  'test/hazards',
  'test/history',
  'test/http1',
  'test/http2',
  'test/image',
  'test/inventory',
  'test/local',
  'test/long',
  'test/operator',
  'test/package',
  'test/plugin',
  'test/podstream',
  'test/process',
  'test/prometheus',
  'test/proxy',
  'test/rigs',
  'test/routing',
  'test/runner',
  'test/search',
  'test/sessions',
  'test/telemetry',
  'test/terminal',
  'test/tunnels',
  'test/whatif',
  'test/wiring',
];

for (const folder of TESTS) {
  test(`no title, text or comment of ${folder} has a word that the glossary avoids`, () => {
    const sources = files(`${folder}/**/*.ts`);
    assert.ok(sources.length > 0, 'no files found');
    assert.deepEqual(found(sources.flatMap((it) => [...linesOfCode(it), ...linesOfComments(it)])), []);
  });
}

test('no page of the code has a word that the glossary avoids', () => {
  const lines = files('src/**/*.html').flatMap(linesOfChart);
  assert.ok(lines.length > 5);
  assert.deepEqual(found(lines), []);
});

test('no text of the chart has a word that the glossary avoids', () => {
  const lines = ['yaml', 'json', 'tpl', 'txt']
    .flatMap((it) => files(`charts/**/*.${it}`))
    .flatMap(linesOfChart);
  assert.ok(lines.length > 1000);
  assert.deepEqual(found(lines), []);
});
