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

/** The changes of a pod in order, and the rejections that each of them reports. */
function check(name: string, steps: readonly (readonly [PodText | 'deleted', readonly string[]])[]): void {
  test(name, () => {
    const cluster = new Cluster().list([]);
    for (const [change, reported] of steps) {
      if (change === 'deleted') cluster.delete(aPod({}));
      else cluster.apply(aPod(change));
      assert.deepEqual(appeared(cluster), reported);
    }
  });
}

const REPORTED = 'Pod web-0 uid-test-web-0 host-malformed bad_host';

check('a rejection is reported once, however often other facts of the pod change', [
  [BAD, [REPORTED]],
  [{ ...BAD, ready: false }, []],
  [BAD, []],
  [{ hosts: 'bad_host worse_host' }, ['Pod web-0 uid-test-web-0 host-malformed worse_host']],
]);

check('a rejection that disappears and returns is reported again', [
  [BAD, [REPORTED]],
  [{}, []],
  [BAD, [REPORTED]],
  ['deleted', []],
  [BAD, [REPORTED]],
]);

check('the rejection of a new pod of the same name is reported', [
  [BAD, [REPORTED]],
  [{ ...BAD, uid: 'second' }, ['Pod web-0 second host-malformed bad_host']],
]);

test('a relist repeats no report, and a rejection that appears and disappears between two calls is not reported', () => {
  const pods: Pod[] = [aPod(BAD), aPod({ ...BAD, name: 'web-1' })];
  const cluster = new Cluster().list(pods, [secretWith('test', {})]);
  assert.equal(appeared(cluster).length, 3);
  for (const event of listed(pods)) cluster.inventory.pods(event);
  assert.deepEqual(appeared(cluster), []);
  cluster.apply(aPod({ ...BAD, name: 'web-2' }));
  cluster.delete(aPod({ ...BAD, name: 'web-2' }));
  assert.deepEqual(appeared(cluster), []);
});
