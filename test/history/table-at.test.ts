/** The restored table of an earlier revision is the table that was published then, regardless of later changes. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runToEnd } from '../../src/boundary/run-to-end.ts';
import fc from 'fast-check';
import { History } from '../../src/history/history.ts';
import { partsOf } from '../../src/inventory/delta-parts.ts';
import { routeTable } from '../fixtures/route-table.ts';
import { Cluster, contents } from '../inventory/cluster.ts';
import { aPod, aSecret } from '../wiring/objects.ts';
import { reducedCount } from '../fixtures/wide.ts';

const HOSTS = ['a.local', 'b.local', '*.local'];

const STEP = fc.oneof(
  { arbitrary: fc.record({ kind: fc.constant('apply' as const), ...podFields() }), weight: 6 },
  { arbitrary: fc.record({ kind: fc.constant('delete' as const), name: names() }), weight: 2 },
  fc.record({
    kind: fc.constant('secret' as const),
    namespace: namespaces(),
    value: fc.constantFrom('x', 'y', ''),
  }),
  fc.record({ kind: fc.constant('relist' as const), keep: fc.subarray(['p0', 'p1', 'p2', 'p3']) }),
);

function names() {
  return fc.constantFrom('p0', 'p1', 'p2', 'p3');
}

function namespaces() {
  return fc.constantFrom('one', 'two');
}

function podFields() {
  return {
    name: names(),
    namespace: namespaces(),
    hosts: fc.subarray(HOSTS).map((it) => it.join(' ')),
    paths: fc.constantFrom('80:/', '80:/ 81:/x', '80:/x timeout=5s', '80:/x timeout=9s', 'bad'),
    ready: fc.boolean(),
  };
}

type Step = typeof STEP extends fc.Arbitrary<infer T> ? T : never;

/** Plays the steps; `seen` has the published tables, by revision. */
function play(steps: readonly Step[], history: History): Map<number, unknown> {
  const cluster = new Cluster().list([]);
  const pods = new Map<string, ReturnType<typeof aPod>>();
  const seen = new Map<number, unknown>();
  const publish = (): void => {
    const delta = cluster.inventory.takeDelta();
    const { appeared, gone } = cluster.inventory.takeRejections();
    const { causes, more } = cluster.inventory.causes;
    if (delta !== undefined) {
      for (const part of partsOf(delta, 3)) history.follow(part.delta);
      cluster.deliver(delta);
    }
    const { revision } = cluster.inventory;
    if (delta !== undefined || appeared.length + gone.length > 0 || seen.size === 0)
      runToEnd(history.published({ revision, time: revision, causes, moreCauses: more, appeared, gone }));
    seen.set(revision, contents(cluster.table));
  };
  // The history begins with the table before the first step.
  history.follow(cluster.inventory.whole());
  publish();
  for (const step of steps) {
    if (step.kind === 'apply') {
      const pod = aPod({ ...step, ip: `10.0.0.${step.name.charCodeAt(1)}` });
      const known = pods.get(step.name);
      // A pod stays in its namespace.
      if (known !== undefined && known.namespace !== pod.namespace)
        cluster.inventory.pods({ type: 'delete', object: known });
      pods.set(step.name, pod);
      cluster.inventory.pods({ type: 'apply', object: pod });
    } else if (step.kind === 'delete') {
      const pod = pods.get(step.name);
      if (pod !== undefined) cluster.inventory.pods({ type: 'delete', object: pod });
      pods.delete(step.name);
    } else if (step.kind === 'secret') {
      const secret = aSecret(step.namespace, step.value);
      cluster.inventory.secrets({ type: step.value === '' ? 'delete' : 'apply', object: secret });
    } else {
      for (const name of pods.keys()) if (!step.keep.includes(name)) pods.delete(name);
      cluster.inventory.pods({ type: 'init' });
      for (const object of pods.values()) cluster.inventory.pods({ type: 'init-apply', object });
      cluster.inventory.pods({ type: 'init-done' });
    }
    publish();
  }
  return seen;
}

function tableOf(history: History, revision: number, hosts?: ReadonlySet<string>): unknown {
  const past = history.tableAt(revision, hosts);
  assert.ok(past !== undefined, `revision ${revision}`);
  const table = routeTable({});
  table.apply(structuredClone(past.table));
  return contents(table);
}

test('the table of every remembered revision can be restored', () => {
  fc.assert(
    fc.property(fc.array(STEP, { maxLength: 25 }), fc.integer({ min: 1, max: 30 }), (steps, entries) => {
      const history = new History({ entries, bytes: 1e9 });
      const seen = play(steps, history);
      const { oldest = 0, newest = -1 } = history.remembered ?? {};
      for (let revision = oldest; revision <= newest; revision += 1)
        assert.deepEqual(tableOf(history, revision), seen.get(revision), `revision ${revision}`);
      for (const revision of [oldest - 1, newest + 1])
        assert.equal(history.tableAt(revision), undefined, `revision ${revision}`);
    }),
    { numRuns: reducedCount(150) },
  );
});

test('the table of some hosts is that part of the whole', () => {
  fc.assert(
    fc.property(fc.array(STEP, { maxLength: 25 }), fc.subarray(HOSTS), (steps, some) => {
      const history = new History({ entries: 100, bytes: 1e9 });
      const seen = play(steps, history);
      const hosts = new Set(some);
      for (const [revision, all] of seen) {
        const { routes } = all as { routes: { route: string }[] };
        const part = routes.filter(({ route }) => hosts.has(route.split(' ', 1)[0] ?? ''));
        assert.deepEqual((tableOf(history, revision, hosts) as { routes: unknown }).routes, part);
      }
    }),
    { numRuns: reducedCount(100) },
  );
});
