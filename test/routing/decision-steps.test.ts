import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { COUNTED, UNCOUNTED } from '../../src/routing/authorise.ts';
import { type Objection, type StepName, verdictsOf } from '../../src/routing/decision-steps.ts';
import { judging, PEER, settled } from '../fixtures/decide-request.ts';
import { headOf, PLAIN, type Question, QUESTIONS, questionedTable, SETTINGS } from './questions.ts';
import { reducedCount } from '../fixtures/wide.ts';

interface Row {
  readonly step: StepName;
  readonly reason: Objection;
  readonly asks: Partial<Question>;
}

/** The rows are in the order of the steps. */
const ROWS: readonly Row[] = [
  { step: 'method', reason: 'method-refused', asks: { method: 'TRACE' } },
  { step: 'synced', reason: 'not-synced', asks: { isSynced: false } },
  { step: 'host-syntax', reason: 'bad-host', asks: { host: 'bad..host' } },
  { step: 'authority', reason: 'host-mismatch', asks: { form: 'mismatch' } },
  { step: 'known-host', reason: 'unknown-host', asks: { host: 'unknown.local' } },
  { step: 'asterisk', reason: 'options', asks: { form: 'asterisk' } },
  { step: 'path-syntax', reason: 'bad-path', asks: { path: 'bad' } },
  { step: 'match', reason: 'no-route', asks: { path: 'nowhere' } },
  { step: 'match', reason: 'ambiguous-path', asks: { path: 'ambiguous' } },
  { step: 'https', reason: 'https-redirect', asks: { path: 'secure' } },
  { step: 'addresses', reason: 'address-refused', asks: { path: 'foreign' } },
  { step: 'address-rate', reason: 'rate-limited', asks: { path: 'busy' } },
  { step: 'preflight', reason: 'preflight', asks: { path: 'shared' } },
  { step: 'key', reason: 'key-refused', asks: { path: 'keyed', key: 'wrong' } },
  { step: 'key', reason: 'key-refused', asks: { path: 'keyed', key: 'none' } },
  { step: 'key', reason: 'key-refused', asks: { path: 'mixed', key: 'twice' } },
  { step: 'key', reason: 'keys-unknown', asks: { path: 'lost' } },
  { step: 'key-rate', reason: 'key-rate-limited', asks: { path: 'full' } },
  { step: 'method-guard', reason: 'method-not-allowed', asks: { path: 'readonly', method: 'POST' } },
  { step: 'rewrite', reason: 'unsafe-rewrite', asks: { path: 'cut' } },
  { step: 'body-size', reason: 'body-too-large', asks: { length: 5000 } },
  { step: 'route-redirect', reason: 'route-redirect', asks: { path: 'elsewhere' } },
  { step: 'redirect', reason: 'redirect', asks: { path: 'moved' } },
  { step: 'hops', reason: 'loop', asks: { hops: 'many' } },
  { step: 'expectation', reason: 'bad-expectation', asks: { expect: 'other' } },
  { step: 'upgrade', reason: 'bad-upgrade', asks: { upgrade: 'two-keys' } },
  { step: 'upgrade', reason: 'bad-upgrade', asks: { upgrade: 'websocket', length: 10 } },
  { step: 'ready-pods', reason: 'no-ready-pod', asks: { path: 'idle' } },
  { step: 'capacity', reason: 'pods-full', asks: { path: 'crowded' } },
];
const ORDER = [...new Set(ROWS.map(({ step }) => step))];
const JUDGING = {
  synced: judging(questionedTable(true), SETTINGS, UNCOUNTED),
  unsynced: judging(questionedTable(false), SETTINGS, UNCOUNTED),
};
// After this, both rates are used up.
for (const path of ['busy', 'full'] as const)
  for (const host of ['t.local', 'deep.wild.local'] as const)
    settled(headOf({ ...PLAIN, path, host }), PEER, { ...JUDGING.synced, effects: COUNTED });

function verdicts(question: Question) {
  return verdictsOf(settled(headOf(question), PEER, question.isSynced ? JUDGING.synced : JUDGING.unsynced));
}

for (const { step, reason, asks } of ROWS) {
  test(`${step} answers ${reason}: ${JSON.stringify(asks)}`, () => {
    const passed = ORDER.slice(0, ORDER.indexOf(step)).map((it) => ({ step: it, verdict: 'passed' }));
    assert.deepEqual(verdicts({ ...PLAIN, ...asks }), [...passed, { step, verdict: reason }]);
  });
}

test('a request to which no step objects passes all steps', () => {
  for (const more of [{}, { path: 'keyed' }, { upgrade: 'websocket' }, { method: 'POST', length: 10 }]) {
    const taken = verdicts({ ...PLAIN, ...more } as Question);
    assert.deepEqual(
      taken,
      ORDER.map((step) => ({ step, verdict: 'passed' })),
    );
  }
});

/** Every step that objects when it is the only one. */
function objecting(question: Question): readonly StepName[] {
  const { method, form, host, path, key, hops, expect, length, upgrade } = question;
  const objections: Readonly<Record<StepName, boolean>> = {
    method: method === 'TRACE',
    synced: !question.isSynced,
    'host-syntax': host === 'bad..host',
    authority: form === 'mismatch',
    'known-host': host === 'unknown.local',
    asterisk: form === 'asterisk',
    'path-syntax': path === 'bad',
    match: path === 'nowhere' || path === 'ambiguous',
    https: path === 'secure',
    addresses: path === 'foreign',
    'address-rate': path === 'busy',
    preflight: path === 'shared',
    key:
      path === 'lost' ||
      (path === 'keyed' && key !== 'right') ||
      (path === 'mixed' && (key === 'wrong' || key === 'twice')),
    'key-rate': path === 'full',
    'method-guard': path === 'readonly' && (method === 'POST' || form === 'asterisk'),
    rewrite: path === 'cut',
    'body-size': length === 5000,
    'route-redirect': path === 'elsewhere',
    redirect: path === 'moved',
    hops: hops === 'many',
    expectation: expect === 'other',
    upgrade: upgrade === 'two-keys' || (upgrade === 'websocket' && (method !== 'GET' || length > 0)),
    'ready-pods': path === 'idle',
    capacity: path === 'crowded',
  };
  return ORDER.filter((step) => objections[step]);
}

test('of several objections the objection of the first step counts', () => {
  fc.assert(
    fc.property(QUESTIONS, (question) => {
      const taken = verdicts(question);
      const [first] = objecting(question);
      const last = taken.findLast(({ verdict }) => verdict !== 'passed');
      assert.equal(last?.step, first);
      assert.equal(taken.length, first === undefined ? ORDER.length : ORDER.indexOf(first) + 1);
    }),
    { numRuns: reducedCount(2000) },
  );
});
