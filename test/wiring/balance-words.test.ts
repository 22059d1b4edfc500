import assert from 'node:assert/strict';
import { test } from 'node:test';
import { wirePod } from '../../src/wiring/annotations/wiring.ts';
import { INVENTORY_OPTIONS } from '../fixtures/inventory-options.ts';
import { aPod } from './objects.ts';

interface BalanceCase {
  readonly words: string;
  /** What they say, or `refused`. */
  readonly says: object | 'refused';
  /** Reasons of rejections. */
  readonly told?: readonly string[];
}

const MALFORMED = ['option-malformed'];
const NOTHING = { candidate: undefined, route: undefined, guards: undefined };

const CASES: readonly BalanceCase[] = [
  { words: '', says: NOTHING },
  { words: 'lb=least', says: { ...NOTHING, route: { balance: 'least' } } },
  { words: 'lb=round-robin', says: { ...NOTHING, route: { balance: 'round-robin' } } },
  ...['lb=random', 'lb', 'lb=', 'lb=LEAST'].map((words) => ({ words, says: NOTHING, told: MALFORMED })),
  { words: 'weight=1', says: { ...NOTHING, candidate: { weight: 1 } } },
  { words: 'weight=1000', says: { ...NOTHING, candidate: { weight: 1000 } } },
  ...['weight=0', 'weight=1001', 'weight=1.5', 'weight=-1', 'weight=1e2', 'weight'].map((words) => ({
    words,
    says: NOTHING,
    told: MALFORMED,
  })),
  { words: 'slow-start=30s', says: { ...NOTHING, candidate: { slowStart: 30_000 } } },
  {
    words: 'slow-start=2h',
    says: { ...NOTHING, candidate: { slowStart: 3_600_000 } },
    told: ['option-over-limit'],
  },
  ...['slow-start=0', 'slow-start=30x', 'slow-start'].map((words) => ({
    words,
    says: NOTHING,
    told: MALFORMED,
  })),
  { words: 'zone=off', says: { ...NOTHING, route: { zone: '' } } },
  ...['zone', 'zone=on', 'zone=a'].map((words) => ({ words, says: NOTHING, told: MALFORMED })),
  { words: 'share=5%', says: { ...NOTHING, candidate: { share: 5 } } },
  { words: 'share=0.25% group=a-b', says: { ...NOTHING, candidate: { share: 0.25, group: 'a-b' } } },
  // A canary whose share nobody understands would get a part like any other pod.
  ...[
    'share=5',
    'share=101%',
    'share=-1%',
    'share=1e1%',
    'share=5.125%',
    'share=%',
    'share',
    'share=5% group=a|b',
  ].map((words) => ({ words, says: 'refused' as const, told: MALFORMED })),
  { words: 'group=a', says: 'refused', told: ['option-conflict'] },
  {
    words: 'lb=least weight=7 slow-start=1s',
    says: { ...NOTHING, candidate: { weight: 7, slowStart: 1_000 }, route: { balance: 'least' } },
  },
];

for (const { words, says, told = [] } of CASES)
  test(`what words say of a pod among candidates: ${words}`, () => {
    const pod = aPod({ hosts: 'a', paths: `80:/ ${words}`, ports: [80] });
    const { wirings, rejections } = wirePod(pod, INVENTORY_OPTIONS);
    const [options] = wirings.map((it) => it.options);
    assert.ok(options);
    const { candidate, route, guards } = options;
    assert.deepEqual(options.words === 'refused' ? 'refused' : { candidate, route, guards }, says);
    assert.deepEqual(
      rejections.map(({ reason }) => reason),
      told,
    );
    // What changes them does not change who is asked how: connections and what is known of the pod stay.
    if (says !== 'refused') assert.equal(options.endpointWords, '');
  });
