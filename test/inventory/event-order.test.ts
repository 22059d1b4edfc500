import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Pod } from '../../src/wiring/pod.ts';
import type { NamespaceSecret } from '../../src/wiring/secret.ts';
import { aPod, aSecret } from '../wiring/objects.ts';
import { Cluster, contents, listed } from './cluster.ts';
import { reducedCount } from '../fixtures/wide.ts';

/** Events in a cluster of three pod names and two keyed namespaces; `old` deletions name an earlier uid. */
type Step =
  | {
      readonly kind: 'pod';
      readonly name: string;
      readonly generation: number;
      readonly changes: Partial<Pod>;
    }
  | { readonly kind: 'pod-gone'; readonly name: string; readonly old: boolean }
  | { readonly kind: 'secret'; readonly namespace: string; readonly value: string }
  | { readonly kind: 'secret-gone'; readonly namespace: string }
  | { readonly kind: 'relist-pods' | 'relist-secrets' | 'broken-relist' | 'publish' | 'late-worker' };

const name = fc.constantFrom('a/web-0', 'b/web-0', 'a/web-1');
const namespace = fc.constantFrom('a', 'b');
const changes: fc.Arbitrary<Partial<Pod>> = fc.record({
  hosts: fc.constantFrom('x.com', 'x.com *.y.com', '', undefined),
  paths: fc.constantFrom('80:/', '80:/ 443:/ 3000:/a', '3000:/a/', 'bad'),
  ip: fc.constantFrom('10.0.0.1', '10.0.0.2', undefined),
  ready: fc.boolean(),
  terminating: fc.boolean(),
  phase: fc.constantFrom('Running', 'Running', 'Running', 'Pending', 'Failed'),
});
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ kind: fc.constant('pod' as const), name, generation: fc.nat(2), changes }),
  fc.record({ kind: fc.constant('pod-gone' as const), name, old: fc.boolean() }),
  fc.record({ kind: fc.constant('secret' as const), namespace, value: fc.constantFrom('k1', 'k2', '') }),
  fc.record({ kind: fc.constant('secret-gone' as const), namespace }),
  fc.record({
    kind: fc.constantFrom('relist-pods', 'relist-secrets', 'broken-relist', 'publish', 'late-worker'),
  }) as fc.Arbitrary<Step>,
);

/** Applies steps to a cluster, and keeps the objects that exist at the end in a simple map. */
class Model {
  readonly pods = new Map<string, Pod>();
  readonly secrets = new Map<string, NamespaceSecret>();
  readonly cluster = new Cluster().list([]);

  apply(it: Step): void {
    const { inventory } = this.cluster;
    if (it.kind === 'pod') this.#applyPod(it.name, it.generation, it.changes);
    else if (it.kind === 'pod-gone') this.#removePod(it.name, it.old);
    else if (it.kind === 'secret') {
      const secret = aSecret(it.namespace, it.value);
      this.secrets.set(it.namespace, secret);
      inventory.secrets({ type: 'apply', object: secret });
    } else if (it.kind === 'secret-gone') {
      this.secrets.delete(it.namespace);
      inventory.secrets({ type: 'delete', object: aSecret(it.namespace, 'x') });
    } else if (it.kind === 'relist-pods') {
      for (const event of listed([...this.pods.values()].reverse())) inventory.pods(event);
    } else if (it.kind === 'relist-secrets') {
      for (const event of listed([...this.secrets.values()].reverse())) inventory.secrets(event);
    } else if (it.kind === 'broken-relist') inventory.pods({ type: 'init' });
    else if (it.kind === 'late-worker') this.cluster.deliver(inventory.whole());
    else this.cluster.publish();
  }

  #applyPod(key: string, generation: number, changes: Partial<Pod>): void {
    const [namespace = '', name = ''] = key.split('/');
    const pod = { ...aPod({ namespace, name, uid: `${key}-${generation}` }), ...changes };
    this.pods.set(key, pod);
    this.cluster.inventory.pods({ type: 'apply', object: pod });
  }

  #removePod(key: string, old: boolean): void {
    const pod = this.pods.get(key);
    if (pod === undefined) return;
    const uid = old ? 'earlier' : pod.uid;
    if (!old) this.pods.delete(key);
    this.cluster.inventory.pods({ type: 'delete', object: { ...pod, uid } });
  }
}

test('invariant 2: the table is a pure function of the final objects (K8-37)', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 30 }), fc.constantFrom(1, 2, 500), (steps, largestPart) => {
      const model = new Model();
      model.cluster.largestPart = largestPart;
      for (const it of steps) model.apply(it);
      model.cluster.publish();
      const fresh = new Cluster().list([...model.pods.values()], [...model.secrets.values()]);
      assert.deepEqual(contents(model.cluster.table), contents(fresh.table));
      const kept = ({ inventory }: Cluster) => {
        const { routes, sets, endpoints, keys } = inventory.whole();
        return [routes, sets, endpoints, keys].map((list) => list.length);
      };
      assert.deepEqual(kept(model.cluster), kept(fresh), 'the control plane forgets deleted objects');
      const rejected = (it: Cluster) =>
        it.inventory
          .listing()
          .rejections.map((r) => JSON.stringify(r))
          .sort();
      assert.deepEqual(rejected(model.cluster), rejected(fresh));
    }),
    { numRuns: reducedCount(1500) },
  );
});

test('an endpoint is reported as gone once, and only when it is in no rotation', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
      const model = new Model();
      let before = new Set<string>();
      for (const it of steps) {
        model.cluster.gone.length = 0;
        model.apply(it);
        model.cluster.publish();
        const now = new Set([...model.cluster.table.endpoints()].map((e) => e.id));
        const inRotation = [...model.cluster.table.routes()].flatMap((r) => r.candidates.map((e) => e.id));
        assert.deepEqual(now, new Set(inRotation));
        assert.deepEqual(model.cluster.gone.toSorted(), [...before].filter((id) => !now.has(id)).sort());
        before = now;
      }
    }),
    { numRuns: reducedCount(500) },
  );
});
