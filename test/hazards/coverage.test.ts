/** Every row of the catalogue is a case of this folder, or of the file that `elsewhere.ts` names. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { ELSEWHERE } from './elsewhere.ts';
import { HAZARDS } from './ids.ts';

const HERE = new URL('./', import.meta.url);
const TESTS = new URL('../', import.meta.url);
const ID = /\b(?:RL|HD|SM|PC|AU|UF|DF|WS|K8|PR)-\d+\b/g;

/** Ids within the names of cases, that is, within string literals; a comment about a row proves nothing. */
function idsOfCases(file: URL): Set<string> {
  const ids = new Set<string>();
  for (const line of readFileSync(file, 'utf8').split('\n')) {
    if (/^\s*(\/\/|\/?\*)/.test(line)) continue;
    for (const [, text = ''] of line.matchAll(/['`]((?:[^'`\\]|\\.)*)['`]?/g)) {
      for (const [id] of text.matchAll(ID)) ids.add(id);
    }
  }
  return ids;
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

for (const [id, { files }] of Object.entries(ELSEWHERE)) {
  test(`${id} has its case in ${files.join(' and ')}`, () => {
    assert.ok(known.has(id), 'a row of the catalogue');
    assert.ok(!here.has(id), 'nowhere else than there');
    for (const file of files) {
      assert.match(file, /\.(test|long)\.ts$/, 'a file that npm test or npm run test:long runs');
      assert.ok(idsOfCases(new URL(file, TESTS)).has(id), `under its id in ${file}`);
    }
  });
}

test('no decision is about a row that is not in the catalogue', () => {
  assert.deepEqual(
    [...decided].filter((id) => !known.has(id)),
    [],
  );
});
