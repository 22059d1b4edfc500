import assert from 'node:assert/strict';
import { test } from 'node:test';
import { notReadyReasons, type ReadinessInput } from '../../src/admin/readiness.ts';

const GOOD = { worker: 0, listening: true, applied: 5 };
const READY: ReadinessInput = {
  notes: [],
  draining: false,
  syncedRevision: 5,
  kinds: ['pods', 'secrets'],
  workers: [GOOD, { ...GOOD, worker: 1 }],
};

const CASES: readonly (readonly [string, Partial<ReadinessInput>, readonly string[]])[] = [
  ['all is well', {}, []],
  ['a later table counts, too', { workers: [{ ...GOOD, applied: 99 }] }, []],
  ['draining', { draining: true }, ['draining']],
  ['not synced', { syncedRevision: undefined }, ['pods and secrets have not both been listed yet']],
  [
    'not synced, of three kinds',
    { syncedRevision: undefined, kinds: ['pods', 'secrets', 'namespaces'] },
    ['pods, secrets and namespaces have not all been listed yet'],
  ],
  [
    'one worker does not listen',
    { workers: [GOOD, { worker: 1, listening: false, applied: -1 }] },
    ['worker 1 does not listen yet'],
  ],
  [
    'one worker has only a table from before the sync',
    { workers: [GOOD, { worker: 1, listening: true, applied: 4 }] },
    ['worker 1 has no complete table yet'],
  ],
];

for (const [name, changes, reasons] of CASES) {
  test(name, () => {
    assert.deepEqual(notReadyReasons({ ...READY, ...changes }), reasons);
  });
}
