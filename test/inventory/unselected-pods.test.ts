import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { UnselectedPod } from '../../src/wiring/pod.ts';
import { aPod } from '../wiring/objects.ts';
import { Cluster } from './cluster.ts';

const { uid, namespace, name } = aPod({});
const FOUND: UnselectedPod = { uid, namespace, name, unselected: 'routable: True' };

/** The rejections that have appeared and disappeared since the last call. */
function news({ inventory }: Cluster): [appeared: string[], gone: string[]] {
  const { appeared, gone } = inventory.takeRejections();
  const words = (some: typeof appeared) =>
    some.map(
      ({ object, reason, detail }) => `${object.kind} ${object.name} ${object.uid} ${reason} ${detail}`,
    );
  return [words(appeared), words(gone)];
}

const REPORTED = `Pod ${name} ${uid} label-unknown routable: True`;

test('a pod that the selector almost matches is reported once, however often it is found', () => {
  const cluster = new Cluster().list([]);
  cluster.inventory.unselected.replace([FOUND]);
  assert.deepEqual(news(cluster), [[REPORTED], []]);
  const { version } = cluster.inventory.rejections();
  cluster.inventory.unselected.replace([FOUND]);
  assert.deepEqual(news(cluster), [[], []]);
  assert.equal(cluster.inventory.rejections().version, version);
  assert.equal(cluster.inventory.rejected.get('label-unknown'), 1);
  cluster.inventory.unselected.replace([{ ...FOUND, uid: 'second' }]);
  assert.deepEqual(news(cluster), [[REPORTED.replace(uid, 'second')], [REPORTED]], 'its successor');
  cluster.inventory.unselected.replace([]);
  assert.deepEqual(news(cluster), [[], [REPORTED.replace(uid, 'second')]]);
  assert.equal(cluster.inventory.rejected.size, 0);
});

test('a pod whose label is corrected is no longer reported, immediately', () => {
  const cluster = new Cluster().list([]);
  cluster.inventory.unselected.replace([FOUND]);
  news(cluster);
  cluster.apply(aPod({}));
  assert.deepEqual(news(cluster), [[], [REPORTED]]);
  cluster.inventory.unselected.replace([FOUND]);
  assert.deepEqual(news(cluster), [[], []], 'podway found it before the correction');
  cluster.inventory.unselected.replace([]);
  cluster.apply(aPod({ hosts: 'bad_host' }));
  const [appeared] = news(cluster);
  assert.equal(appeared.length, 1, 'the selected pod has its own rejection');
  cluster.inventory.unselected.replace([]);
  assert.deepEqual(news(cluster), [[], []]);
});
