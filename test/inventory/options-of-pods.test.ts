import assert from 'node:assert/strict';
import { test } from 'node:test';
import { listRoutes } from '../../src/admin/route-listing.ts';
import { aPod } from '../wiring/objects.ts';
import { Cluster } from './cluster.ts';

const pod = (name: string, words: string, more = {}) =>
  aPod({ name, hosts: 't.local', paths: `80:/ ${words}\n80:/b`, ...more });

function shown(cluster: Cluster) {
  return [...listRoutes(cluster.inventory.listing(), [], () => 0).routes].map(
    ({ path, optionsDiffer, endpoints }) =>
      `${path} ${endpoints.map((it) => `${it.pod}:${it.options ?? ''}`).join(' ')} ${optionsDiffer?.join() ?? ''}`.trim(),
  );
}

test('/routes shows the options of every pod, and where those of a route differ', () => {
  const cluster = new Cluster().list([pod('a', 'methods=GET'), pod('b', 'methods=GET')]);
  assert.deepEqual(shown(cluster), ['/ a:methods=GET b:methods=GET', '/b a: b:']);
  assert.equal(cluster.inventory.differingRoutes, 0);
  cluster.apply(pod('c', 'set-request="Authorization: secret" methods=GET,POST'));
  assert.deepEqual(shown(cluster), [
    '/ a:methods=GET b:methods=GET c:methods=GET,POST set-request="Authorization: ..." methods,set-request',
    '/b a: b: c:',
  ]);
  assert.equal(cluster.inventory.differingRoutes, 1);
  cluster.delete(pod('a', 'methods=GET'));
  cluster.delete(pod('b', 'methods=GET'));
  assert.equal(cluster.inventory.differingRoutes, 0);
});

test('the options of canaries are compared with those of other canaries', () => {
  const differing = (...words: string[]) => {
    const cluster = new Cluster().list(words.map((it, index) => pod(`p${index}`, it)));
    const [first] = listRoutes(cluster.inventory.listing(), [], () => 0).routes;
    return [cluster.inventory.differingRoutes, first?.optionsDiffer?.join()];
  };
  assert.deepEqual(differing('', 'share=5%'), [0, undefined]);
  assert.deepEqual(differing('timeout=5s', 'share=5% timeout=9s', 'timeout=9s share=5%'), [0, undefined]);
  assert.deepEqual(differing('share=5% group=a', 'share=5% group=b strip'), [0, undefined]);
  assert.deepEqual(differing('', 'if-header=X-Canary:always share=0%', '?if-cookie=a=b'), [0, undefined]);
  assert.deepEqual(differing('weight=10', 'weight=100'), [0, undefined]);
  assert.deepEqual(differing('share=5% timeout=5s', 'share=5% timeout=9s', 'lb=least'), [1, 'timeout']);
  assert.deepEqual(differing('share=5%', 'timeout=5s', 'timeout=9s'), [1, 'timeout']);
  assert.deepEqual(differing('strip', 'share=5%', ''), [1, 'strip']);
});

test('options of the whole route follow the newest ready pod', () => {
  const times = { old: '2026-01-01T00:00:00Z', new: '2026-02-01T00:00:00Z' };
  const old = pod('z', 'collect=1k', { created: times.old });
  const cluster = new Cluster().list([old]);
  const collected = () =>
    [...cluster.table.routes()].find(({ path }) => path === '/')?.options.collectRequest;
  assert.equal(collected(), 1024);
  cluster.apply(pod('a', 'collect=2k', { created: times.new, ready: false }));
  assert.equal(collected(), 1024);
  cluster.apply(pod('a', 'collect=2k', { created: times.new }));
  assert.equal(collected(), 2048);
  // A rollback to a template without options.
  cluster.apply(pod('y', '', { created: '2026-03-01T00:00:00Z' }));
  assert.equal(collected(), 0);
  cluster.delete(pod('y', ''));
  assert.equal(collected(), 2048);
});
