import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pino } from 'pino';
import { KeyKeeper } from '../../src/control/key-keeper.ts';
import { TestClock } from '../cluster/test-clock.ts';
import { Cluster, listed } from '../inventory/cluster.ts';
import { aPod, aSecret } from '../wiring/objects.ts';

const names = (count: number, prefix: string) => Array.from({ length: count }, (_, at) => `${prefix}${at}`);

/** Namespaces whose Secret is deleted, and namespaces for which it is unknown whether they have a Secret. */
function check(
  title: string,
  { deleted, unknown }: { readonly deleted: readonly string[]; readonly unknown: readonly string[] },
  expected: readonly RegExp[],
): void {
  test(title, () => {
    const cluster = new Cluster('segment', { keysNeedProof: true, keysOutliveSecrets: true });
    const { inventory } = cluster;
    const keeper = new KeyKeeper({
      keys: inventory.keys,
      find: undefined,
      clock: new TestClock(),
      logger: pino({ enabled: false }),
      releaseDelay: 30_000,
      lookupsPerSecond: 1,
      problem: () => undefined,
      changed: () => undefined,
    });
    const pod = (namespace: string) => aPod({ namespace, hosts: namespace, paths: '80:/' });
    for (const event of listed(['keyed', ...deleted].map(pod))) inventory.pods(event);
    assert.deepEqual([keeper.notes(), keeper.figures().unknown], [[], 0], 'before Secrets have been listed');
    inventory.keys.listRequested();
    for (const event of listed(['keyed', ...deleted].map((it) => aSecret(it, 'x')))) inventory.secrets(event);
    cluster.publish();
    assert.deepEqual(
      [keeper.notes(), keeper.figures().deleted],
      [[], 0],
      'the keys of all namespaces are known',
    );
    for (const namespace of deleted) cluster.deleteSecret(aSecret(namespace, 'x'));
    for (const namespace of unknown) cluster.apply(pod(namespace));
    const figures = keeper.figures();
    assert.deepEqual([figures.unknown, figures.deleted], [unknown.length, deleted.length]);
    const notes = keeper.notes();
    assert.equal(notes.length, expected.length);
    for (const [at, note] of notes.entries()) assert.match(note, expected[at] ?? /^$/);
  });
}

check('no note', { deleted: [], unknown: [] }, []);
check('waiting namespaces are named, in their order', { deleted: [], unknown: ['b', 'a'] }, [
  /could not be looked up yet, requests for their pods get 503: a, b$/,
]);
check('namespaces whose Secret is gone are named', { deleted: ['z', 'y'], unknown: ['a'] }, [
  /could not be looked up yet, .*: a$/,
  /was deleted, its keys stay in force for KEY_RELEASE_DELAY: y, z$/,
]);
check(
  'the first five of many namespaces are named',
  { deleted: names(6, 'd'), unknown: names(9, 'u').reverse() },
  [/: u0, u1, u2, u3, u4 and 4 more$/, /: d0, d1, d2, d3, d4 and 1 more$/],
);
