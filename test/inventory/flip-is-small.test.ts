// When a pod becomes unready, a worker gets one record, however many routes the pod has: this bounds the cost for
// others.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { serialize } from 'node:v8';
import { TableFeed } from '../../src/control/table-feed.ts';
import { NO_CHANGES, type RouteDelta } from '../../src/boundary/delta.ts';
import { History } from '../../src/history/history.ts';
import type { DeltaPart } from '../../src/inventory/delta-parts.ts';
import { aPod } from '../wiring/objects.ts';
import { Cluster } from './cluster.ts';

const ROUTES = 1_000;
const PATHS = Array.from({ length: ROUTES }, (_, at) => `80:/p${at}`).join(' ');

function podOf(name: string, ready: boolean) {
  return aPod({ name, hosts: 'many.local', paths: PATHS, ready });
}

/** Counts the steps of the work until it has a result. */
function stepsOf<T>(work: Generator<void, T>): { readonly steps: number; readonly result: T } {
  for (let steps = 1; ; steps += 1) {
    const { done, value } = work.next();
    if (done === true) return { steps, result: value };
  }
}

for (const [what, names] of [
  ['of its own', ['web-0']],
  ['that it shares', ['web-0', 'web-1', 'web-2']],
] as const)
  test(`a readiness flip of a pod with 1,000 routes ${what} is one small message, few steps and one record`, () => {
    const cluster = new Cluster().list(names.map((it) => podOf(it, true)));
    assert.equal(cluster.routes().length, ROUTES);
    const history = new History({ entries: 10, bytes: 1024 * 1024 });
    history.follow(cluster.inventory.whole());
    stepsOf(history.published({ revision: 1, time: 0, causes: [], moreCauses: 0, appeared: [], gone: [] }));
    const sent: DeltaPart[] = [];
    const feed = new TableFeed(
      (part) => sent.push(part),
      () => cluster.inventory.whole(),
    );
    feed.go();
    for (let at = 0; at < 10; at += 1) feed.taken();
    for (const ready of [false, true]) {
      cluster.inventory.pods({ type: 'apply', object: podOf('web-0', ready) });
      const { steps, result } = stepsOf(cluster.inventory.changes(0));
      assert.ok(steps <= 4, `${steps} steps`);
      const delta = result as RouteDelta;
      const { revision, endpoints } = delta;
      assert.deepEqual(delta, { ...NO_CHANGES, revision, reset: false, synced: true, endpoints });
      assert.deepEqual(
        endpoints.map((it) => [it.pod, it.condition]),
        [['web-0', ready ? 'ready' : 'unready']],
      );
      sent.length = 0;
      feed.add(delta);
      feed.taken();
      assert.equal(sent.length, 1);
      const bytes = serialize(sent[0]).length;
      assert.ok(bytes < 1_000, `${bytes} bytes`);
      history.follow(delta);
      const kept = history.published({
        revision,
        time: 0,
        causes: [],
        moreCauses: 0,
        appeared: [],
        gone: [],
      });
      assert.ok(stepsOf(kept).steps <= 2);
      cluster.deliver(delta);
      const candidates = cluster.routes()[0]?.split(' ').slice(2) ?? [];
      assert.equal(candidates.length, ready ? names.length : names.length - 1);
    }
  });
