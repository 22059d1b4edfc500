import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { HAZARDS } from './ids.ts';

const TESTS = new URL('../', import.meta.url);
const ID = /\b(?:RL|HD|SM|PC|AU|UF|DF|WS|K8|PR)-\d+\b/g;

/** Ids within the names of cases, that is, within string literals; a comment about a row proves nothing. */
function idsOfCases(): Set<string> {
  const ids = new Set<string>();
  for (const name of readdirSync(TESTS, { recursive: true, encoding: 'utf8' })) {
    if (!/\.(test|long)\.ts$/.test(name)) continue;
    for (const line of readFileSync(new URL(name, TESTS), 'utf8').split('\n')) {
      if (/^\s*(\/\/|\/?\*)/.test(line)) continue;
      for (const [, text = ''] of line.matchAll(/['`]((?:[^'`\\]|\\.)*)['`]?/g)) {
        for (const [id] of text.matchAll(ID)) ids.add(id);
      }
    }
  }
  return ids;
}

/** Ids that a decision says why about: `- **ID, ID**: reason`. */
function decidedIds(): Set<string> {
  const text = readFileSync(new URL('decisions.md', import.meta.url), 'utf8');
  const heads = [...text.matchAll(/^- \*\*(.+?)\*\*[^:]*: \S.{20,}/gm)].map(([, head = '']) => head);
  return new Set(heads.flatMap((head) => head.match(ID) ?? []));
}

const covered = idsOfCases();
const decided = decidedIds();

test('every row of the catalogue has a case under its id, or a decision with its reason', () => {
  assert.deepEqual(
    HAZARDS.filter((id) => !covered.has(id) && !decided.has(id)),
    [],
  );
});

test('no decision is about a row that is not in the catalogue', () => {
  const known = new Set<string>(HAZARDS);
  assert.deepEqual(
    [...decided].filter((id) => !known.has(id)),
    [],
  );
});
