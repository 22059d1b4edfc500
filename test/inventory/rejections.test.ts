import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Pod } from '../../src/wiring/pod.ts';
import { aPod, secretWith, type PodText } from '../wiring/objects.ts';
import { Cluster, listed } from './cluster.ts';

const BAD: PodText = { hosts: 'bad_host test.github.com' };

function appeared(cluster: Cluster): string[] {
  return cluster.inventory
    .takeRejections()
    .appeared.map(
      ({ object, reason, detail }) => `${object.kind} ${object.name} ${object.uid} ${reason} ${detail}`,
    );
}

/** A pod's changes in turn, and what each of them makes known. */
function check(name: string, steps: readonly (readonly [PodText | 'deleted', readonly string[]])[]): void {
  test(name, () => {
    const cluster = new Cluster().list([]);
    for (const [change, told] of steps) {
      if (change === 'deleted') cluster.delete(aPod({}));
      else cluster.apply(aPod(change));
      assert.deepEqual(appeared(cluster), told);
    }
  });
}

const TOLD = 'Pod web-0 uid-test-web-0 host-malformed bad_host';

check('a rejection is told once, however often the pod changes otherwise', [
  [BAD, [TOLD]],
  [{ ...BAD, ready: false }, []],
  [BAD, []],
  [{ hosts: 'bad_host worse_host' }, ['Pod web-0 uid-test-web-0 host-malformed worse_host']],
]);

check('one that went away and comes back is news', [
  [BAD, [TOLD]],
  [{}, []],
  [BAD, [TOLD]],
  ['deleted', []],
  [BAD, [TOLD]],
]);

check('the successor of a pod is told of its own', [
  [BAD, [TOLD]],
  [{ ...BAD, uid: 'second' }, ['Pod web-0 second host-malformed bad_host']],
]);

test('a relist tells nothing anew, and what comes and goes between two calls is no news', () => {
  const pods: Pod[] = [aPod(BAD), aPod({ ...BAD, name: 'web-1' })];
  const cluster = new Cluster().list(pods, [secretWith('test', {})]);
  assert.equal(appeared(cluster).length, 3);
  for (const event of listed(pods)) cluster.inventory.pods(event);
  assert.deepEqual(appeared(cluster), []);
  cluster.apply(aPod({ ...BAD, name: 'web-2' }));
  cluster.delete(aPod({ ...BAD, name: 'web-2' }));
  assert.deepEqual(appeared(cluster), []);
});
