/** Which pods of a cluster a given object replaces. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { jsonHere, template, workload } from './checking.ts';
import { between, clusterOf, livePod } from './live-cluster.ts';

const OLD = { hosts: 'old.local', paths: '3000:/' };
const NEW = { hosts: 'new.local', paths: '3000:/' };

interface Case {
  readonly kind: string;
  /** The owner of two pods. */
  readonly owner: string;
  readonly above?: ReturnType<typeof between>;
  /** The number of pods of the given workload. */
  readonly pods: number;
}

const CASES: readonly Case[] = [
  {
    kind: 'Deployment',
    owner: 'ReplicaSet/x-1',
    above: between('ReplicaSet', 'x-1', 'Deployment/x'),
    pods: 2,
  },
  { kind: 'Rollout', owner: 'ReplicaSet/x-1', above: between('ReplicaSet', 'x-1', 'Rollout/x'), pods: 2 },
  { kind: 'CronJob', owner: 'Job/any-name', above: between('Job', 'any-name', 'CronJob/x'), pods: 1 },
  { kind: 'ReplicaSet', owner: 'ReplicaSet/x', pods: 2 },
  { kind: 'ReplicationController', owner: 'ReplicationController/x', pods: 2 },
  { kind: 'StatefulSet', owner: 'StatefulSet/x', pods: 2 },
  { kind: 'DaemonSet', owner: 'DaemonSet/x', pods: 2 },
  { kind: 'Job', owner: 'Job/x', pods: 1 },
];

for (const { kind, owner, above, pods } of CASES) {
  test(`a ${kind} replaces only its own pods`, async () => {
    await using api = await clusterOf([
      ...(above === undefined ? [] : [above]),
      ...['a', 'b'].map((name) => livePod({ ...OLD, name, owner })),
      livePod({ hosts: 'stays.local', paths: '3000:/', name: 'c', owner: `${kind}/another` }),
      livePod({ hosts: 'elsewhere.local', paths: '3000:/', name: 'a', owner, namespace: 'other' }),
    ]);
    const { document } = await jsonHere({ api, files: { 'x.json': workload({ kind, name: 'x', ...NEW }) } });
    assert.deepEqual(
      document.changes.map((it) => `${it.change} ${'host' in it ? it.host : ''}`),
      ['won new.local', 'lost old.local'],
    );
    assert.equal(document.given?.workloads[0]?.pods, pods);
  });
}

test('a Pod replaces the pod of the same name', async () => {
  await using api = await clusterOf([
    livePod({ ...OLD, name: 'x' }),
    livePod({ ...OLD, hosts: 'stays.local', name: 'y' }),
  ]);
  const pod = template(NEW);
  const given = {
    apiVersion: 'v1',
    kind: 'Pod',
    ...pod,
    metadata: { ...pod.metadata, name: 'x', namespace: 'shop' },
  };
  const { document } = await jsonHere({ api, files: { 'x.json': given } });
  assert.deepEqual(
    document.changes.map((it) => `${it.change} ${'host' in it ? it.host : ''}`),
    ['won new.local', 'lost old.local'],
  );
});

test('a workload whose template no longer has the label loses all its routes', async () => {
  await using api = await clusterOf([livePod({ ...OLD, name: 'x-0', owner: 'StatefulSet/x' })]);
  const files = { 'x.json': workload({ kind: 'StatefulSet', name: 'x', ...OLD, labels: {} }) };
  const { code, document } = await jsonHere({ api, files });
  assert.deepEqual(
    document.changes.map((it) => `${it.change} ${'host' in it ? it.host : ''}`),
    ['lost old.local'],
  );
  assert.equal(code, 1);
});

test('objects without a namespace get the namespace that kubectl would use', async () => {
  await using api = await clusterOf([
    livePod({ ...OLD, name: 'x-0', namespace: 'default', owner: 'StatefulSet/x' }),
    livePod({ ...OLD, name: 'x-0', namespace: 'shop', owner: 'StatefulSet/x' }),
  ]);
  const { metadata, ...rest } = workload({ kind: 'StatefulSet', name: 'x', ...NEW });
  const files = { 'x.json': { ...rest, metadata: { name: metadata.name } } };
  const namespaces = async (...args: readonly string[]) => {
    const { document } = await jsonHere({ api, files, args });
    return document.changes.map((it) => `${it.change} ${'namespace' in it ? it.namespace : ''}`);
  };
  assert.deepEqual(await namespaces(), ['won default', 'lost default']);
  assert.deepEqual(await namespaces('-n', 'shop'), ['won shop', 'lost shop']);
  assert.deepEqual(await namespaces('-n', 'shop', '-A'), ['won shop', 'lost shop']);
  const { document } = await jsonHere({ api, files, args: ['-n', 'shop', '-A'] });
  assert.equal(document.namespace, null);
});

test('WATCH_NAMESPACE limits the check, -A does not, and objects of other namespaces are counted', async () => {
  await using api = await clusterOf([livePod({ ...OLD, name: 'x' })]);
  const env = { WATCH_NAMESPACE: 'ours' };
  const files = { 'x.json': workload({ name: 'x', ...NEW }) };
  const one = await jsonHere({ api, files, env });
  assert.equal(one.document.namespace, 'ours');
  assert.deepEqual(one.document.changes, []);
  assert.equal(one.document.given?.elsewhere, 1);
  assert.deepEqual(one.document.notes, [
    'objects of other namespaces that are not checked: 1',
    'conflicts of namespace ours with other namespaces are not checked (-A checks all)',
  ]);
  const all = await jsonHere({ api, files, env, args: ['-A'] });
  assert.equal(all.document.namespace, null);
  assert.equal(all.document.changes.length, 1);
});

test('a list of many pages is read completely, and again from the start when the server has dropped its version', async () => {
  const pods = Array.from({ length: 1_201 }, (_, at) =>
    livePod({ hosts: `h${at}.local`, paths: '3000:/', name: `p${at}` }),
  );
  await using api = await clusterOf(pods);
  const files = { 'x.json': workload({ name: 'x' }) };
  const lost = async () => (await jsonHere({ api, files })).document.changes.length;
  assert.equal(await lost(), 0);
  const isPodList = ({ path, query }: (typeof api.requests)[number]) =>
    path === '/api/v1/pods' && query.get('labelSelector') === 'routable=true';
  assert.equal(api.requests.filter(isPodList).length, 3);
  api.clearRequests();
  api.injectFault({ resource: 'pods', verb: 'list', continued: true }, { kind: 'status', code: 410 });
  assert.equal(await lost(), 0);
  assert.deepEqual(
    api.requests.filter(isPodList).map(({ query }) => query.get('limit')),
    ['500', '500', null],
  );
});
