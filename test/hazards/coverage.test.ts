/** Every row of the catalogue has a case in this folder, or in the file that `covered-elsewhere.ts` names. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { IDS } from '../fixtures/test-title.ts';
import { readCatalogue } from './catalogue.ts';
import { AT_LENGTH, ELSEWHERE, type Pointer } from './covered-elsewhere.ts';
import { HAZARDS } from './ids.ts';

const HERE = new URL('./', import.meta.url);
const TESTS = new URL('../', import.meta.url);
const SOURCES = new URL('../../src/', import.meta.url);
const ID = /\b(?:RL|HD|SM|PC|AU|UF|DF|WS|K8|PR|PS|PT|TT|QA|AP|LO|H2|TL|PP|GR)-\d+\b/;
const ALL_IDS = new RegExp(ID, 'g');
const IN_BRACKETS = new RegExp(String.raw`\S \((${IDS})\)$`);
/** The ids of a row that a helper names: see titled. */
const IDS_ALONE = new RegExp(`^${IDS}$`);

/**
 * The string literals of a file, as they are written in it; comments do not count, since a comment about a row proves
 * nothing.
 */
function literalsOf(file: URL): string[] {
  const lines = readFileSync(file, 'utf8').split('\n');
  const code = lines.filter((line) => !/^\s*(\/\/|\/?\*)/.test(line));
  return code.flatMap((line) =>
    [...line.matchAll(/'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)"|`((?:[^`\\]|\\.)*)`?/g)].map(
      ([, single, double, template]) => single ?? double ?? template ?? '',
    ),
  );
}

function idsOfCases(file: URL): Set<string> {
  return new Set(literalsOf(file).flatMap((text) => text.match(ALL_IDS) ?? []));
}

/** What is wrong with a pointer of this row, or undefined. */
function brokenPointer(id: string, { file, title }: Pointer): string | undefined {
  if (!/\.(test|long)\.ts$/.test(file))
    return `${file}: neither npm run test:wide nor npm run test:long runs it`;
  if (!new RegExp(`\\b${id}\\b`).test(title)) return `${title}: does not name ${id}`;
  const source = readFileSync(new URL(file, TESTS), 'utf8');
  if (/\b(?:test|it|describe)\.(?:skip|todo)\(|\b(?:skip|todo): true\b/.test(source))
    return `${file}: skips a test`;
  const names = literalsOf(new URL(file, TESTS)).map((text) => text.replaceAll(/\$\{[^}]*\}/g, '…'));
  return names.includes(title) ? undefined : `${file}: no case is named ${title}`;
}

/** The ids for which decisions.md gives a reason: `- **ID, ID**: reason`. */
function decidedIds(): Set<string> {
  const text = readFileSync(new URL('decisions.md', HERE), 'utf8');
  const heads = [...text.matchAll(/^- \*\*(.+?)\*\*[^:]*: \S.{20,}/gm)].map(([, head = '']) => head);
  return new Set(heads.flatMap((head) => head.match(ALL_IDS) ?? []));
}

const tables = readdirSync(HERE).filter(
  (name) => /(\.test|-rows)\.ts$/.test(name) && name !== 'coverage.test.ts',
);
const here = new Set([
  ...tables.flatMap((name) => [...idsOfCases(new URL(name, HERE))]),
  ...idsOfCases(new URL('wiring/host-values.ts', TESTS)),
]);
const decided = decidedIds();
const known = new Set(HAZARDS);
const catalogue = readCatalogue();
const explained = new Set(catalogue.map(({ id }) => id));

const OWN = ['coverage.test.ts', 'covered-elsewhere.ts', 'ids.ts'].map((name) => `hazards/${name}`);
const isSource = (name: string): boolean => name.endsWith('.ts');
/** All literals of the tests, including the names of tests. */
const named = readdirSync(TESTS, { recursive: true, encoding: 'utf8' })
  .filter((name) => isSource(name) && !OWN.includes(name))
  .flatMap((name) => literalsOf(new URL(name, TESTS)).map((text) => ({ name, text })))
  .filter(({ name, text }) => ID.test(text) || isBefore(text) || IN_BRACKETS.test(text) || isRow(name, text));

/** Whether the text is only an id: the row that a table of tests names. `P99` and `V1` are not ids. */
function isRow(name: string, text: string): boolean {
  const family = catalogue.find((row) => text.startsWith(row.family));
  return /(\.test|-rows|-values)\.ts$/.test(name) && IDS_ALONE.test(text) && family !== undefined;
}

/** Whether the text begins with an id, followed by more text. */
function isBefore(text: string): boolean {
  const [, id = ''] = /^([A-Z][A-Z28]?-?\d{1,2})\b.*\s\w/.exec(text) ?? [];
  return explained.has(id);
}

/** The ids of a name, of both parts of the catalogue. */
function idsOf(text: string): string[] {
  const ids = IN_BRACKETS.exec(text)?.[1] ?? (IDS_ALONE.test(text) ? text : '');
  return ids === '' ? (text.match(ALL_IDS) ?? []) : ids.split(', ');
}

test('every row has a case in this folder or in another one, also rows with a different decision', () => {
  assert.deepEqual(
    HAZARDS.filter((id) => !here.has(id) && ELSEWHERE[id] === undefined),
    [],
  );
});

for (const [id, { cases }] of Object.entries(ELSEWHERE)) {
  test(`a row has its case in ${cases.map(({ file }) => file).join(' and ')}, and in no other file (${id})`, () => {
    assert.ok(known.has(id), 'the row is in the catalogue');
    assert.ok(!here.has(id), 'this folder has no case of it');
    assert.ok(cases.length > 0);
    for (const pointer of cases) assert.equal(brokenPointer(id, pointer), undefined);
  });
}

for (const [id, pointers] of Object.entries(AT_LENGTH)) {
  test(`a row has its case here, and a long run in ${pointers.map(({ file }) => file).join(' and ')} (${id})`, () => {
    assert.ok(here.has(id), 'this folder has a case of it');
    for (const pointer of pointers) assert.equal(brokenPointer(id, pointer), undefined);
  });
}

test('ids are at the end of names, in brackets', () => {
  assert.ok(named.length > HAZARDS.length);
  assert.deepEqual(
    named.filter(({ text }) => !IN_BRACKETS.test(text) && !IDS_ALONE.test(text)),
    [],
  );
});

test('every id in a name, in a comment of the sources and in covered-elsewhere.ts has a row in the catalogue', () => {
  const sources = readdirSync(SOURCES, { recursive: true, encoding: 'utf8' }).filter(isSource);
  const used = [
    ...named.flatMap(({ name, text }) => idsOf(text).map((id) => `${id} ${name}`)),
    ...sources.flatMap((name) => {
      const ids = readFileSync(new URL(name, SOURCES), 'utf8').match(ALL_IDS) ?? [];
      return ids.map((id) => `${id} src/${name}`);
    }),
    ...[...Object.keys(ELSEWHERE), ...Object.keys(AT_LENGTH)].map((id) => `${id} covered-elsewhere.ts`),
  ];
  assert.deepEqual(
    used.filter((use) => !explained.has(use.split(' ', 1)[0] ?? '')),
    [],
  );
});

test('the first part of the catalogue explains the ids of ids.ts, and the second part the ids that only names of tests have', () => {
  const idsOfPart = (name: string) => catalogue.filter(({ part }) => part === name).map(({ id }) => id);
  assert.deepEqual(idsOfPart('Part 1').toSorted(), HAZARDS.toSorted());
  const inNames = new Set(named.flatMap(({ text }) => idsOf(text)));
  assert.deepEqual(
    idsOfPart('Part 2').filter((id) => !inNames.has(id)),
    [],
  );
  assert.equal(explained.size, catalogue.length, 'each once');
});

test('every row of the catalogue is in the table of its family, with a situation and the expected result', () => {
  const wrong = catalogue.filter(({ id, family, cells }) => {
    const ofFamily = id.startsWith(family) && /^-?\d+$/.test(id.slice(family.length));
    return !ofFamily || cells.length !== 2 || cells.some((cell) => !/\w/.test(cell));
  });
  assert.deepEqual(wrong, []);
});

test('no decision is about a row that is not in the catalogue', () => {
  assert.deepEqual(
    [...decided].filter((id) => !known.has(id)),
    [],
  );
});
