// A large change is taken into the history in pieces: a request between two pieces sees the history without the change.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { NO_CHANGES, type RouteDelta } from '../../src/boundary/delta.ts';
import { runToEnd } from '../../src/boundary/run-to-end.ts';
import { History } from '../../src/history/history.ts';

const MANY = 5_000;
const NOTHING = { causes: [], moreCauses: 0, appeared: [], gone: [], time: 0 };

function changeOf(revision: number, condition: 'ready' | 'unready'): RouteDelta {
  const numbers = Array.from({ length: MANY }, (_, at) => at + 1);
  const place = { uid: 'u', namespace: 'a', pod: 'web', address: '10.0.0.1', port: 80 };
  return {
    ...NO_CHANGES,
    revision,
    reset: false,
    synced: true,
    endpoints: numbers.map((number) => ({ ...place, number, condition })),
    ...(revision === 1 && {
      sets: numbers.map((set) => ({ set, endpoints: [set] })),
      routes: numbers.map((set) => ({ host: `h${set}.local`, path: '/', set })),
    }),
  };
}

test('a change is remembered in pieces, and requests see it only after the last piece', () => {
  const history = new History({ entries: 10, bytes: 64 * 1024 * 1024 });
  history.follow(changeOf(1, 'ready'));
  runToEnd(history.published({ ...NOTHING, revision: 1 }));
  const state = () => ({
    entries: history.newest(10),
    about: history.entriesFor(new Set(['h7.local']), 10),
    table: history.tableAt(1, new Set(['h7.local'])),
    next: history.tableAt(2),
    bytes: history.bytes,
  });
  const before = state();
  assert.equal(before.entries.length, 1);
  history.follow(changeOf(2, 'unready'));
  const steps = history.published({ ...NOTHING, revision: 2 });
  let pauses = 0;
  while (steps.next().done !== true) {
    pauses += 1;
    assert.deepEqual(state(), before);
  }
  assert.ok(pauses >= MANY / 300, `${pauses} pauses`);
  const [entry] = history.newest(1);
  assert.equal(entry?.revision, 2);
  assert.equal(entry.endpoints.changed.length + entry.endpoints.more, MANY);
  assert.deepEqual(history.tableAt(1, new Set(['h7.local'])), before.table);
});
