/** Every row of the catalogue is a case of this folder, or of the file that `elsewhere.ts` names. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { IDS } from '../fixtures/titled.ts';
import { AT_LENGTH, ELSEWHERE, type Pointer } from './elsewhere.ts';
import { HAZARDS } from './ids.ts';

const HERE = new URL('./', import.meta.url);
const TESTS = new URL('../', import.meta.url);
const ID = /\b(?:RL|HD|SM|PC|AU|UF|DF|WS|K8|PR)-\d+\b/g;
const IN_BRACKETS = new RegExp(String.raw`\S \(${IDS}\)$`);
/** Of a row that a helper names: see titled. */
const IDS_ALONE = new RegExp(`^${IDS}$`);

/** String literals of a file, as they are written there; a comment about a row proves nothing. */
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
  return new Set(literalsOf(file).flatMap((text) => text.match(ID) ?? []));
}

/** What is wrong with a pointer of this row, if anything is. */
function brokenPointer(id: string, { file, title }: Pointer): string | undefined {
  if (!/\.(test|long)\.ts$/.test(file)) return `${file}: neither npm test nor npm run test:long runs it`;
  if (!new RegExp(`\\b${id}\\b`).test(title)) return `${title}: does not name ${id}`;
  const source = readFileSync(new URL(file, TESTS), 'utf8');
  if (/\b(?:test|it|describe)\.(?:skip|todo)\(|\b(?:skip|todo): true\b/.test(source))
    return `${file}: skips a test`;
  const names = literalsOf(new URL(file, TESTS)).map((text) => text.replaceAll(/\$\{[^}]*\}/g, '…'));
  return names.includes(title) ? undefined : `${file}: no case is named ${title}`;
}

/** Ids that a decision says why about: `- **ID, ID**: reason`. */
function decidedIds(): Set<string> {
  const text = readFileSync(new URL('decisions.md', HERE), 'utf8');
  const heads = [...text.matchAll(/^- \*\*(.+?)\*\*[^:]*: \S.{20,}/gm)].map(([, head = '']) => head);
  return new Set(heads.flatMap((head) => head.match(ID) ?? []));
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

test('every row is a case of this folder or has one elsewhere, the ones that are decided otherwise too', () => {
  assert.deepEqual(
    HAZARDS.filter((id) => !here.has(id) && ELSEWHERE[id] === undefined),
    [],
  );
});

for (const [id, { cases }] of Object.entries(ELSEWHERE)) {
  test(`a row has its case in ${cases.map(({ file }) => file).join(' and ')}, and in no other place (${id})`, () => {
    assert.ok(known.has(id), 'a row of the catalogue');
    assert.ok(!here.has(id), 'nowhere else than there');
    assert.ok(cases.length > 0);
    for (const pointer of cases) assert.equal(brokenPointer(id, pointer), undefined);
  });
}

for (const [id, pointers] of Object.entries(AT_LENGTH)) {
  test(`a row has its case here, and at length in ${pointers.map(({ file }) => file).join(' and ')} (${id})`, () => {
    assert.ok(here.has(id), 'a case of this folder');
    for (const pointer of pointers) assert.equal(brokenPointer(id, pointer), undefined);
  });
}

test('ids stand at the end of names, in brackets', () => {
  const all = readdirSync(TESTS, { recursive: true, encoding: 'utf8' });
  const own = ['coverage.test.ts', 'elsewhere.ts', 'ids.ts'].map((name) => `hazards/${name}`);
  const files = all.filter((name) => name.endsWith('.ts') && !own.includes(name));
  const named = files.flatMap((name) =>
    literalsOf(new URL(name, TESTS))
      .filter((text) => text.match(ID) !== null)
      .map((text) => ({ name, text })),
  );
  assert.ok(named.length > HAZARDS.length);
  assert.deepEqual(
    named.filter(({ text }) => !IN_BRACKETS.test(text) && !IDS_ALONE.test(text)),
    [],
  );
});

test('no decision is about a row that is not in the catalogue', () => {
  assert.deepEqual(
    [...decided].filter((id) => !known.has(id)),
    [],
  );
});
