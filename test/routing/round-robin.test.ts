import assert from 'node:assert/strict';
import { test } from 'node:test';
import { authorise, COUNTED } from '../../src/routing/authorise.ts';
import { recordFailure, recordSuccess } from '../../src/routing/ejection.ts';
import { pick } from '../../src/routing/pick.ts';
import type { Endpoint } from '../../src/routing/endpoint.ts';
import type { Grant } from '../../src/routing/grant.ts';
import { aPod, aSecret } from '../wiring/objects.ts';
import { presentedKey } from '../fixtures/presented-key.ts';
import { Cluster } from '../inventory/cluster.ts';

const TIMES = { ejectionTime: 10_000, ejectionMaxTime: 60_000 };
const podNamed = (name: string, more: { ready?: boolean; namespace?: string; hosts?: string } = {}) =>
  aPod({ name, ip: `10.0.0.${name.charCodeAt(0)}`, hosts: 't.local', paths: '80:/', ...more });

function clusterOf(names: string): Cluster {
  return new Cluster().list(names.split('').map((it) => podNamed(it)));
}

function grantOf(cluster: Cluster, key: readonly string[] = []): Grant {
  const route = cluster.table.host('t.local')?.get('/');
  assert.ok(route);
  const grant = authorise(route, cluster.table.keys, presentedKey(key), COUNTED);
  assert.notEqual(grant, 'denied');
  return grant as Grant;
}

/** The pods of the next `count` requests, as one word. */
function next(cluster: Cluster, count: number, now = 0): string {
  let names = '';
  for (let i = 0; i < count; i++) names += pick(grantOf(cluster), now, [])?.pod ?? '-';
  return names;
}

function endpoint(cluster: Cluster, name: string): Endpoint {
  const found = [...cluster.table.endpoints()].find((it) => it.pod === name);
  assert.ok(found);
  return found;
}

test('six requests on three pods are two each, in strict order (P12)', () => {
  assert.equal(next(clusterOf('abc'), 6), 'abcabc');
});

test('changes of other routes do not change the rotation', () => {
  const cluster = clusterOf('abc');
  let names = '';
  for (let i = 0; i < 6; i++) {
    names += next(cluster, 1);
    cluster.apply(podNamed('z', { hosts: `h${i}.com` }));
    cluster.applySecret(aSecret('elsewhere', `k${i}`));
  }
  assert.equal(names, 'abcabc');
});

test('the rotation continues when pods are added and removed', () => {
  const cluster = clusterOf('abce');
  assert.equal(next(cluster, 1), 'a');
  cluster.apply(podNamed('d'));
  assert.equal(next(cluster, 2), 'bc');
  cluster.delete(podNamed('d'));
  assert.equal(next(cluster, 2), 'ea');
  cluster.delete(podNamed('a'));
  assert.equal(next(cluster, 4), 'bceb');
  cluster.table.apply(cluster.inventory.whole());
  assert.equal(next(cluster, 3), 'ceb');
});

test('a pod that flaps keeps the order of the others (K8-20)', () => {
  const cluster = clusterOf('abc');
  assert.equal(next(cluster, 1), 'a');
  cluster.apply(podNamed('c', { ready: false }));
  assert.equal(next(cluster, 3), 'bab');
  cluster.apply(podNamed('c'));
  assert.equal(next(cluster, 4), 'abca');
});

test('a removed pod is never picked, and a route without ready pods returns no pod', () => {
  const cluster = clusterOf('a');
  cluster.apply(podNamed('a', { ready: false }));
  assert.equal(next(cluster, 2), '--');
});

test('a running exchange keeps its candidates except deleted pods, whose address another pod may have now', () => {
  const cluster = clusterOf('ab');
  const grant = grantOf(cluster);
  cluster.delete(podNamed('b'));
  assert.equal(pick(grant, 0, [])?.pod, 'a');
  assert.equal(pick(grant, 0, [])?.pod, 'a');
});

test('namespaces that are chosen by key have their own rotations, which survive changes', () => {
  const cluster = new Cluster().list(
    ['a', 'b', 'c', 'd'].map((it) => podNamed(it, { namespace: it < 'c' ? 'keyed' : 'open' })),
    [aSecret('keyed', 'supersecret')],
  );
  const keyed = () => pick(grantOf(cluster, ['c3VwZXJzZWNyZXQ=']), 0, [])?.pod;
  assert.deepEqual([keyed(), next(cluster, 3), keyed()], ['a', 'cdc', 'b']);
  cluster.apply(podNamed('e', { namespace: 'open' }));
  assert.deepEqual([keyed(), next(cluster, 3), keyed()], ['a', 'dec', 'b']);
});

test('an endpoint is one object for all routes, however often they change', () => {
  const cluster = new Cluster().list([aPod({ hosts: 'a.com b.com', paths: '80:/' })]);
  const first = [...cluster.table.endpoints()];
  assert.equal(first.length, 1);
  cluster.apply(aPod({ hosts: 'b.com c.com', paths: '80:/ 80:/x' }));
  assert.deepEqual([...cluster.table.endpoints()], first);
  assert.equal(cluster.table.host('c.com')?.get('/x')?.candidates[0], first[0]);
  assert.deepEqual(cluster.gone, []);
});

test('a retry goes to another pod, until no pod is left', () => {
  const cluster = clusterOf('abc');
  const grant = grantOf(cluster);
  const tried: Endpoint[] = [];
  for (const name of ['a', 'b', 'c']) {
    const picked = pick(grant, 0, tried);
    assert.equal(picked?.pod, name);
    tried.push(picked);
  }
  assert.equal(pick(grant, 0, tried), undefined);
});

test('an ejected pod is skipped, then tried by exactly one exchange (P13)', () => {
  const cluster = clusterOf('abc');
  assert.equal(recordFailure(endpoint(cluster, 'b').health, 0, TIMES), true);
  assert.equal(next(cluster, 4, 9_999), 'acac');
  assert.equal(next(cluster, 6, 10_000), 'abcaca');
  recordSuccess(endpoint(cluster, 'b').health);
  assert.equal(next(cluster, 3, 10_000), 'bca');
});

test('the only pod is tried even when it is ejected (P15)', () => {
  const cluster = clusterOf('a');
  recordFailure(endpoint(cluster, 'a').health, 0, TIMES);
  assert.equal(next(cluster, 3, 1), 'aaa');
});

test('when all pods are ejected, all are tried in order; a retry also tries an ejected pod that was not tried', () => {
  const cluster = clusterOf('abc');
  for (const it of cluster.table.endpoints()) recordFailure(it.health, 0, TIMES);
  assert.equal(next(cluster, 6, 1), 'abcabc');
  recordSuccess(endpoint(cluster, 'a').health);
  assert.equal(next(cluster, 3, 1), 'aaa');
  assert.equal(pick(grantOf(cluster), 1, [endpoint(cluster, 'a')])?.pod, 'b');
});

test('when more than half of many pods are ejected, no pod counts as ejected, since the others could not carry the load', () => {
  const cluster = clusterOf('abcde');
  for (const name of ['b', 'c']) recordFailure(endpoint(cluster, name).health, 0, TIMES);
  assert.equal(next(cluster, 5, 1), 'adead');
  recordFailure(endpoint(cluster, 'd').health, 0, TIMES);
  assert.equal(next(cluster, 5, 1), 'eabcd');
  recordSuccess(endpoint(cluster, 'b').health);
  assert.equal(next(cluster, 3, 1), 'eab');
});

test('routes that are set in sequence have their own pods, even if only one pod differs', () => {
  const cluster = new Cluster().list([
    podNamed('a', { hosts: 'x.com y.com z.com' }),
    podNamed('b', { hosts: 'x.com z.com', namespace: 'one' }),
    podNamed('c', { hosts: 'y.com', namespace: 'other' }),
  ]);
  const podsOf = (host: string) =>
    cluster.table
      .host(host)
      ?.get('/')
      ?.candidates.map(({ pod }) => pod);
  assert.deepEqual(['x.com', 'y.com', 'z.com'].map(podsOf), [
    ['a', 'b'],
    ['a', 'c'],
    ['a', 'b'],
  ]);
});

test('each route of the same pods has its own rotation', () => {
  const cluster = new Cluster().list(['a', 'b', 'c'].map((it) => podNamed(it, { hosts: 'x.com y.com' })));
  const turn = (host: string) => {
    const route = cluster.table.host(host)?.get('/');
    assert.ok(route);
    return pick(route, 0, [])?.pod;
  };
  assert.deepEqual(['x.com', 'x.com', 'y.com', 'x.com', 'y.com'].map(turn), ['a', 'b', 'a', 'c', 'b']);
});
