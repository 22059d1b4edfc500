import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readSecret } from '../../src/wiring/secret.ts';
import { aPod, aSecret, type PodText, podObject, secretWith } from '../wiring/objects.ts';
import { readPod } from '../../src/wiring/pod.ts';
import { Cluster, contents, listed } from './cluster.ts';
import { testTitle } from '../fixtures/test-title.ts';

const WEB = 'test.github.com / web-0@10.244.1.17:3000';
/** The route, without a pod that may get requests. */
const NO_POD = 'test.github.com /';

/** One live pod, and the table after its change. */
function checkChange(
  row: string,
  before: PodText,
  after: PodText,
  routes: readonly string[],
  changed = true,
): void {
  test(testTitle(row, `${JSON.stringify(before)} becomes ${JSON.stringify(after)}`), () => {
    const cluster = new Cluster().list([aPod(before)]);
    assert.equal(cluster.apply(aPod(after)), changed);
    assert.deepEqual(cluster.routes(), routes);
  });
}

checkChange('E2', { phase: 'Pending' }, {}, [WEB]);
checkChange('E3, K8-11', {}, {}, [WEB], false);
checkChange('E3', {}, { ports: [80, 3000] }, [WEB], false);
checkChange('E3', {}, { paths: ' 3000:/ ' }, [WEB], false);
checkChange('E14', { ip: undefined }, {}, [WEB]);
checkChange('E14', { ip: '10.9.9.9' }, {}, [WEB]);
checkChange('E14', { phase: 'Pending', ip: undefined }, { phase: 'Pending' }, [NO_POD]);
checkChange('E15', {}, { hosts: 'new.com' }, ['new.com / web-0@10.244.1.17:3000']);
checkChange('E15', {}, { hosts: undefined }, []);
checkChange('K8-30', {}, { paths: undefined }, []);
checkChange('R33, K8-20', {}, { ready: false }, [NO_POD]);
checkChange('R33, K8-20', { ready: false }, {}, [WEB]);
checkChange('R32, K8-21', {}, { terminating: true }, [NO_POD]);
checkChange('R32', { ready: false }, { terminating: true, ready: false }, [NO_POD]);
checkChange('R2, K8-19', {}, { ip: undefined }, [NO_POD]);
checkChange('R6', {}, { ports: [80] }, []);
checkChange('R31', {}, { ip: 'fd00::1' }, ['test.github.com / web-0@fd00::1:3000']);
checkChange('K8-13', {}, { uid: 'another' }, [WEB]);
for (const phase of ['Succeeded', 'Failed']) checkChange('R1, K8-22', {}, { phase }, []);
for (const phase of ['Pending', 'Unknown', '']) checkChange('R1, K8-22', {}, { phase }, [NO_POD]);

test('an unroutable pod changes no route and is remembered (E1)', () => {
  const cluster = new Cluster().list([]);
  const { revision } = cluster;
  assert.equal(cluster.apply(aPod({ hosts: undefined })), false);
  assert.equal(cluster.revision, revision);
  assert.equal(cluster.apply(aPod({})), true);
  assert.equal(cluster.revision, revision + 1);
});

test('when the source deletes an object, its routes are removed (E4, E5, E6)', () => {
  const cluster = new Cluster().list([aPod({}), aPod({ name: 'web-1' })]);
  cluster.delete(aPod({}));
  assert.deepEqual(cluster.routes(), ['test.github.com / web-1@10.244.1.17:3000']);
  cluster.delete(aPod({ name: 'web-1' }));
  assert.deepEqual(cluster.routes(), []);
  assert.equal(cluster.table.host('test.github.com'), undefined);
});

test('the keys of a namespace follow its Secret (E7, E8, E9, E10, E11)', () => {
  const cluster = new Cluster().list([aPod({})]);
  const accepted = () => cluster.table.keys.get('test')?.digests.length;
  assert.equal(accepted(), undefined);
  assert.equal(cluster.applySecret(secretWith('test', { other: 'b2xk' })), true, 'fails closed');
  assert.equal(accepted(), 0);
  assert.equal(cluster.applySecret(secretWith('test', { other: 'bmV3' })), false);
  cluster.applySecret(aSecret('test', 'old'));
  const old = cluster.table.keys.get('test')?.digests[0];
  assert.equal(accepted(), 1);
  cluster.applySecret(aSecret('test', 'new'));
  assert.notDeepEqual(cluster.table.keys.get('test')?.digests[0], old);
  cluster.deleteSecret(aSecret('test', 'new'));
  assert.equal(accepted(), undefined);
});

test('changes of a pod and of a secret in one turn make one delta (E12)', () => {
  const cluster = new Cluster().list([]);
  cluster.inventory.pods({ type: 'apply', object: aPod({}) });
  cluster.inventory.secrets({ type: 'apply', object: aSecret('test', 'x') });
  const delta = cluster.inventory.takeDelta();
  assert.equal(delta?.routes.length, 1);
  assert.equal(delta?.keys.length, 1);
  assert.equal(cluster.inventory.takeDelta(), undefined);
});

test('a deletion survives an unroutable pod in the same turn (E13)', () => {
  const cluster = new Cluster().list([aPod({})]);
  cluster.inventory.pods({ type: 'delete', object: aPod({}) });
  cluster.inventory.pods({ type: 'apply', object: aPod({ name: 'other', hosts: undefined }) });
  cluster.publish();
  assert.deepEqual(cluster.routes(), []);
});

test('a change and its reversal in one turn make no delta', () => {
  const cluster = new Cluster().list([aPod({})]);
  cluster.inventory.pods({ type: 'delete', object: aPod({}) });
  cluster.inventory.pods({ type: 'apply', object: aPod({}) });
  cluster.inventory.pods({ type: 'apply', object: aPod({ name: 'other' }) });
  cluster.inventory.pods({ type: 'delete', object: aPod({ name: 'other' }) });
  assert.equal(cluster.publish(), false);
});

test('a relist takes effect as a whole at its end (E17, E18, K8-05, K8-14)', () => {
  const stays = aPod({ name: 'stays' });
  const cluster = new Cluster().list([stays, aPod({ name: 'goes' })]);
  cluster.inventory.pods({ type: 'init' });
  assert.equal(cluster.publish(), false);
  cluster.inventory.pods({ type: 'init-apply', object: aPod({ name: 'comes' }) });
  assert.equal(cluster.publish(), false);
  cluster.inventory.pods({ type: 'init-apply', object: stays });
  cluster.inventory.pods({ type: 'init-done' });
  assert.equal(cluster.publish(), true);
  assert.deepEqual(cluster.routes(), ['test.github.com / comes@10.244.1.17:3000 stays@10.244.1.17:3000']);
  assert.deepEqual(cluster.gone, ['uid-test-goes|10.244.1.17|3000']);
});

test('a list that starts again discards the incomplete one (K8-17)', () => {
  const cluster = new Cluster().list([aPod({})]);
  cluster.inventory.pods({ type: 'init' });
  cluster.inventory.pods({ type: 'init-apply', object: aPod({ name: 'ghost' }) });
  for (const event of listed([aPod({})])) cluster.inventory.pods(event);
  assert.equal(cluster.publish(), false);
});

test('live events during a relist are not lost', () => {
  const cluster = new Cluster().list([aPod({ name: 'a' }), aPod({ name: 'b' })]);
  cluster.inventory.pods({ type: 'init' });
  cluster.inventory.pods({ type: 'init-apply', object: aPod({ name: 'a' }) });
  cluster.delete(aPod({ name: 'a' }));
  cluster.apply(aPod({ name: 'c' }));
  cluster.inventory.pods({ type: 'init-done' });
  cluster.publish();
  assert.deepEqual(cluster.routes(), ['test.github.com / c@10.244.1.17:3000']);
});

test('secrets of other names are ignored (E19)', () => {
  const other = readSecret({ metadata: { name: 'other', namespace: 'test' }, data: {} }, 'api-key');
  assert.ok(other);
  const cluster = new Cluster().list([aPod({})], [aSecret('test', 'x'), other]);
  assert.equal(cluster.applySecret(other), false);
  assert.equal(cluster.deleteSecret(other), false);
  assert.equal(cluster.table.keys.get('test')?.digests.length, 1);
});

test('one malformed pod among 100 does not affect the others (E20)', () => {
  const objects: unknown[] = Array.from({ length: 99 }, (_, i) =>
    podObject({ name: `web-${i}`, hosts: `h${i}` }),
  );
  objects.push({ metadata: { name: 'bad', annotations: { routingHosts: 7 } }, spec: 'x', status: [] });
  const pods = objects.map((it) =>
    readPod(it, { hosts: 'routingHosts', paths: 'routingPaths', options: 'routingOptions' }),
  );
  const cluster = new Cluster().list(pods.filter((it) => it !== undefined));
  assert.equal(cluster.routes().length, 99);
});

test('a change of an unknown pod adds the pod (K8-12)', () => {
  const cluster = new Cluster().list([]);
  cluster.apply(aPod({}));
  assert.deepEqual(cluster.routes(), [WEB]);
});

test('a late deletion of an earlier pod does not remove the new pod of that name (K8-13)', () => {
  const cluster = new Cluster().list([aPod({ uid: 'old' })]);
  cluster.apply(aPod({ uid: 'new' }));
  assert.equal(cluster.delete(aPod({ uid: 'old' })), false);
  assert.deepEqual(cluster.routes(), [WEB]);
  cluster.inventory.pods({ type: 'delete', object: { namespace: 'test', name: 'web-0', uid: '' } });
  cluster.publish();
  assert.deepEqual(cluster.routes(), []);
});

test('a reused address is another endpoint (K8-24)', () => {
  const cluster = new Cluster().list([aPod({ namespace: 'a', hosts: 'a.com' })]);
  const first = [...cluster.table.endpoints()];
  cluster.inventory.pods({ type: 'apply', object: aPod({ namespace: 'b', hosts: 'b.com' }) });
  cluster.inventory.pods({ type: 'delete', object: aPod({ namespace: 'a' }) });
  cluster.publish();
  assert.deepEqual(cluster.routes(), ['b.com / web-0@10.244.1.17:3000']);
  assert.deepEqual(cluster.gone, [first[0]?.id]);
  assert.notEqual([...cluster.table.endpoints()][0], first[0]);
});

test('the table is not synced before both lists are complete', () => {
  const cluster = new Cluster();
  for (const event of listed([aPod({})])) cluster.inventory.pods(event);
  cluster.publish();
  assert.equal(cluster.table.synced, false);
  for (const event of listed([])) cluster.inventory.secrets(event);
  assert.equal(cluster.inventory.synced, true);
  assert.equal(cluster.publish(), true);
  assert.equal(cluster.table.synced, true);
});

test('pods of one name in two namespaces are two pods (T15)', () => {
  const cluster = new Cluster().list([aPod({ namespace: 'a' }), aPod({ namespace: 'b', ip: '10.0.0.2' })]);
  cluster.delete(aPod({ namespace: 'a' }));
  assert.deepEqual(cluster.routes(), ['test.github.com / web-0@10.0.0.2:3000']);
});

test('the rotation is in the order of pod names, then namespaces, then ports (T4)', () => {
  const cluster = new Cluster().list([
    aPod({ name: 'c', ip: '10.0.0.1', paths: '80:/' }),
    aPod({ name: 'a', ip: '10.0.0.3', paths: '3000:/ 80:/ 443:/' }),
    aPod({ name: 'b', namespace: 'y', ip: '10.0.0.4', paths: '80:/' }),
    aPod({ name: 'b', namespace: 'x', ip: '10.0.0.5', paths: '80:/' }),
  ]);
  assert.deepEqual(cluster.routes(), [
    'test.github.com / a@10.0.0.3:80 a@10.0.0.3:443 a@10.0.0.3:3000 b@10.0.0.5:80 b@10.0.0.4:80 c@10.0.0.1:80',
  ]);
});

test('two pods of a manifest with the same uid are one endpoint', () => {
  const cluster = new Cluster().list([aPod({ name: 'b', uid: 'u' }), aPod({ name: 'a', uid: 'u' })]);
  assert.deepEqual(cluster.routes(), ['test.github.com / a@10.244.1.17:3000']);
  cluster.delete(aPod({ name: 'a', uid: 'u' }));
  assert.deepEqual(cluster.routes(), ['test.github.com / b@10.244.1.17:3000']);
});

test('two pairs of host and path with the same concatenation are two routes (PC-23)', () => {
  const cluster = new Cluster('segment').list([
    aPod({ name: 'x', hosts: 'a.b', paths: '80:/c' }),
    aPod({ name: 'y', hosts: 'a', paths: '80:/.b/c' }),
  ]);
  assert.equal(cluster.routes().length, 2);
});

test('readiness and port checks can be switched off', () => {
  const cluster = new Cluster('segment', { requireReady: false, requireContainerPort: false });
  cluster.list([aPod({ ready: false, ports: [] }), aPod({ name: 'leaving', terminating: true })]);
  assert.deepEqual(cluster.routes(), [WEB]);
});

test('a worker that starts late gets the same table as the others', () => {
  const cluster = new Cluster().list(
    [aPod({}), aPod({ name: 'web-1', ready: false })],
    [aSecret('test', 'x')],
  );
  cluster.inventory.pods({ type: 'apply', object: aPod({ name: 'not-yet-published' }) });
  const late = new Cluster();
  late.deliver(cluster.inventory.whole());
  assert.deepEqual(contents(late.table), contents(cluster.table));
  assert.equal(late.revision, cluster.revision);
  const delta = cluster.inventory.takeDelta();
  assert.ok(delta);
  late.table.apply(delta);
  cluster.table.apply(delta);
  assert.deepEqual(contents(late.table), contents(cluster.table));
});

test('a reset removes objects that it does not name and keeps endpoints that stay', () => {
  const cluster = new Cluster().list([aPod({}), aPod({ name: 'b', hosts: 'b.com' })], [aSecret('test', 'x')]);
  const kept = cluster.table.host('test.github.com')?.get('/')?.candidates[0];
  const other = new Cluster().list([aPod({})]);
  cluster.table.apply(other.inventory.whole());
  assert.deepEqual(contents(cluster.table), contents(other.table));
  assert.equal(cluster.table.host('test.github.com')?.get('/')?.candidates[0], kept);
  assert.deepEqual(cluster.gone, ['uid-test-b|10.244.1.17|3000']);
});

test('the listing shows routes, conditions and rejections, and counts keys', () => {
  const cluster = new Cluster().list(
    [
      aPod({ hosts: 'b.com bad_host', terminating: true }),
      aPod({ name: 'web-1', hosts: 'a.com', ready: false }),
    ],
    [aSecret('x', 'supersecret'), secretWith('w', {})],
  );
  const listing = cluster.inventory.listing();
  assert.deepEqual(
    listing.routes.map((it) => [it.host, it.path, ...it.endpoints.map((e) => e.condition)].join(' ')),
    ['a.com / unready', 'b.com / terminating'],
  );
  assert.deepEqual(listing.namespaces.keyed, [
    { namespace: 'w', keys: 0, deleted: false },
    { namespace: 'x', keys: 1, deleted: false },
  ]);
  assert.deepEqual(
    listing.rejections.map((it) => `${it.object.kind} ${it.object.namespace}/${it.object.name} ${it.reason}`),
    ['Pod test/web-0 host-malformed', 'Secret w/routing key-missing'],
  );
  assert.doesNotMatch(JSON.stringify(listing), /digest|supersecret|c3Vw/);
  cluster.delete(aPod({}));
  assert.equal(cluster.inventory.listing().rejections.length, 1);
});

test('a pod that becomes unready is one record, regardless of its routes and of the pods that share them', () => {
  const paths = Array.from({ length: 500 }, (_, at) => `80:/p${at}`).join(' ');
  const pods = ['a', 'b', 'c'].map((name) => aPod({ name, paths, ip: `10.0.0.${name.charCodeAt(0)}` }));
  const cluster = new Cluster().list(pods);
  assert.equal(cluster.inventory.whole().sets.length, 1);
  cluster.inventory.pods({
    type: 'apply',
    object: aPod({ name: 'b', paths, ip: '10.0.0.98', ready: false }),
  });
  const { endpoints, ...rest } = cluster.inventory.takeDelta() ?? assert.fail();
  assert.deepEqual(
    endpoints.map(({ pod, condition }) => `${pod} ${condition}`),
    ['b unready'],
  );
  for (const list of [rest.sets, rest.setsGone, rest.endpointsGone, rest.routes, rest.removed])
    assert.deepEqual(list, []);
});

test('the cost of an event depends on the declarations of its pod, not on the size of the table', () => {
  const pods = Array.from({ length: 2000 }, (_, i) => aPod({ name: `web-${i}`, hosts: `h${i % 500}.com` }));
  const cluster = new Cluster().list(pods);
  cluster.inventory.pods({ type: 'delete', object: aPod({ name: 'web-7', hosts: 'h7.com' }) });
  const delta = cluster.inventory.takeDelta() ?? assert.fail();
  assert.deepEqual(
    delta.routes.map(({ host }) => host),
    ['h7.com'],
  );
  assert.equal(delta.sets[0]?.endpoints.length, 3);
  const { sets, setsGone, endpoints, endpointsGone, removed } = delta;
  const changed = [sets, setsGone, endpoints, endpointsGone, removed].map((list) => list.length);
  assert.deepEqual(changed, [1, 1, 0, 1, 0]);
});
