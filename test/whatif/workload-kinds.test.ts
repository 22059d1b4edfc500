/** Every kind of workload is checked as the pods that a cluster would create for it. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type CheckDocument, checkHere, checkJson, jsonHere, template, workload } from './checking.ts';

const ROUTE = { hosts: 'a.local', paths: '3000:/' };

interface Case {
  readonly name: string;
  readonly spec?: Readonly<Record<string, unknown>>;
  readonly kind?: string;
  readonly pods: number;
  readonly counted: string;
}

const COUNTS: readonly Case[] = [
  { name: 'two-replicas', spec: { replicas: 2 }, pods: 2, counted: '2 pods' },
  { name: 'no-replicas', spec: { replicas: 0 }, pods: 0, counted: 'no pod' },
  { name: 'unset', pods: 1, counted: '1 pod, since spec.replicas is not set' },
  {
    name: 'null-replicas',
    spec: { replicas: null },
    pods: 1,
    counted: '1 pod, since spec.replicas is not set',
  },
  { name: 'sts', kind: 'StatefulSet', spec: { replicas: 3 }, pods: 3, counted: '3 pods, sts-0 to sts-2' },
  {
    name: 'later',
    kind: 'StatefulSet',
    spec: { replicas: 2, ordinals: { start: 5 } },
    pods: 2,
    counted: '2 pods, later-5 to later-6',
  },
  { name: 'ds', kind: 'DaemonSet', pods: 1, counted: '1 pod for each node, counted as one' },
  { name: 'rs', kind: 'ReplicaSet', spec: { replicas: 4 }, pods: 4, counted: '4 pods' },
  { name: 'rc', kind: 'ReplicationController', spec: { replicas: 2 }, pods: 2, counted: '2 pods' },
  { name: 'job', kind: 'Job', pods: 1, counted: '1 pod while it runs' },
  {
    name: 'wide',
    kind: 'Job',
    spec: { parallelism: 5, completions: 3 },
    pods: 3,
    counted: '3 pods while it runs',
  },
  { name: 'held', kind: 'Job', spec: { suspend: true }, pods: 0, counted: 'no pod: it is suspended' },
  { name: 'cron', kind: 'CronJob', pods: 1, counted: '1 pod while a job of it runs' },
  { name: 'off', kind: 'CronJob', spec: { suspend: true }, pods: 0, counted: 'no pod: it is suspended' },
  { name: 'rollout', kind: 'Rollout', spec: { replicas: 2 }, pods: 2, counted: '2 pods' },
];

function servedOf({ routes }: CheckDocument) {
  return routes.flatMap(({ host, path, served }) =>
    served.map(({ kind, namespace, name, port, pods, ready }) => {
      return `${host}${path} ${kind} ${namespace}/${name}:${port} ${ready}/${pods}`;
    }),
  );
}

test('each kind counts as the number of pods that it declares, ready, with the routes of its template', async () => {
  const objects = COUNTS.map(({ name, kind, spec }) =>
    workload({ name, ...(kind && { kind }), ...(spec && { spec }), hosts: `${name}.local`, paths: '3000:/' }),
  );
  const { code, document } = await checkJson({
    files: { 'all.json': { apiVersion: 'v1', kind: 'List', items: objects } },
  });
  assert.equal(code, 0, JSON.stringify(document));
  assert.deepEqual(
    document.given?.workloads,
    COUNTS.map(({ name, kind = 'Deployment', pods, counted }) => {
      return { kind, namespace: 'shop', name, pods, counted };
    }),
  );
  assert.deepEqual(
    servedOf(document),
    COUNTS.filter(({ pods }) => pods > 0)
      .map(
        ({ name, kind = 'Deployment', pods }) => `${name}.local/ ${kind} shop/${name}:3000 ${pods}/${pods}`,
      )
      .sort(),
  );
});

test('a Rollout uses the template of a given Deployment, and a note reports a missing Deployment', async () => {
  const refers = (name: string, to: string) => ({
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Rollout',
    metadata: { name, namespace: 'shop' },
    spec: { replicas: 2, workloadRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: to } },
  });
  const files = {
    'a.json': refers('web', 'web'),
    'b.json': refers('lost', 'absent'),
    'c.json': workload({ name: 'web', ...ROUTE, spec: { replicas: 0 } }),
  };
  const { code, document } = await jsonHere({ files });
  assert.equal(code, 0);
  assert.deepEqual(servedOf(document), ['a.local/ Rollout shop/web:3000 2/2']);
  assert.deepEqual(document.notes, [
    'Rollout shop/lost: the pod template is that of Deployment shop/absent, which is not given',
  ]);
});

test('a selected template without routes is reported, and so are misspelled annotations', async () => {
  const web = workload({ name: 'web' });
  const { template: made } = web.spec as { readonly template: ReturnType<typeof template> };
  const annotations = { 'routing-hosts': 'a.local', routingpaths: '3000:/' };
  const spec = { template: { ...made, metadata: { ...made.metadata, annotations } } };
  const { code, document } = await jsonHere({ files: { 'web.json': { ...web, spec } } });
  assert.equal(code, 1);
  assert.deepEqual(
    document.rejections.map(({ detail }) => detail),
    ['routing-hosts (did you mean routingHosts?), routingpaths (did you mean routingPaths?)'],
  );
  assert.deepEqual(document.notes, [
    'Deployment shop/web: its pods have the labels routable=true, and neither routingHosts nor routingPaths: not routed',
  ]);
});

test('pods of an object that another given object owns are not counted twice', async () => {
  const owned = (object: object, kind: string, name: string) => ({
    ...object,
    metadata: {
      ...(object as { readonly metadata: object }).metadata,
      ownerReferences: [{ apiVersion: 'apps/v1', kind, name, uid: 'u', controller: true }],
    },
  });
  const pod = { apiVersion: 'v1', kind: 'Pod', ...template(ROUTE) };
  const files = {
    'dump.json': {
      apiVersion: 'v1',
      kind: 'List',
      items: [
        workload({ name: 'web', ...ROUTE, spec: { replicas: 1 } }),
        owned(
          workload({ kind: 'ReplicaSet', name: 'web-5d8f', ...ROUTE, spec: { replicas: 1 } }),
          'Deployment',
          'web',
        ),
        owned(
          { ...pod, metadata: { ...pod.metadata, name: 'web-5d8f-x', namespace: 'shop' } },
          'ReplicaSet',
          'web-5d8f',
        ),
        { ...pod, metadata: { ...pod.metadata, name: 'alone', namespace: 'shop' } },
      ],
    },
  };
  const { code, document } = await jsonHere({ files });
  assert.equal(code, 0);
  assert.deepEqual(servedOf(document), [
    'a.local/ Deployment shop/web:3000 1/1',
    'a.local/ Pod shop/alone:3000 1/1',
  ]);
});

interface Refused {
  readonly name: string;
  readonly object: unknown;
  /** A pattern for stdout. */
  readonly prints: RegExp;
}

const bare = workload({ name: 'web', ...ROUTE });
const REFUSED: readonly Refused[] = [
  {
    name: 'a malformed path',
    object: workload({ name: 'web', hosts: 'a.local', paths: '3000:/a 3000:b', spec: { replicas: 3 } }),
    prints: /^rejected: Deployment shop\/web: path-malformed: 3000:b /m,
  },
  {
    name: 'a port that no container declares, of a CronJob',
    object: workload({ kind: 'CronJob', name: 'web', hosts: 'a.local', paths: '1:/' }),
    prints: /^rejected: CronJob shop\/web: port-not-declared: 1:\/ /m,
  },
  {
    name: 'a label that is not a string',
    object: workload({ name: 'web', ...ROUTE, labels: { routable: true } }),
    prints:
      /^rejected: Deployment shop\/web: wrong-type: spec\.template\.metadata\.labels\.routable: json: cannot unmarshal bool /m,
  },
  {
    name: 'replicas that are not a number',
    object: { ...bare, spec: { ...bare.spec, replicas: '3' } },
    prints:
      /^rejected: Deployment shop\/web: wrong-type: spec\.replicas: expected a whole number from 0 on /m,
  },
  {
    name: 'no template',
    object: { ...bare, spec: {} },
    prints: /^rejected: Deployment shop\/web: wrong-type: it has no pod template /m,
  },
  {
    name: 'metadata of the template that is a list',
    object: { ...bare, spec: { template: { metadata: [], spec: {} } } },
    prints: /^rejected: Deployment shop\/web: wrong-type: spec\.template\.metadata is not an object /m,
  },
];

for (const { name, object, prints } of REFUSED) {
  test(`a rejection is reported for the workload, once, and check ends with exit code 1: ${name}`, async () => {
    const { code, stdout } = await checkHere({ files: { 'web.json': object } });
    assert.equal(code, 1, stdout);
    assert.match(stdout, prints);
    assert.match(stdout, /, 0 conflicts, 1 rejection, 0 problems, 1 finding$/m);
  });
}

test('mistakes that only look like routes are reported, and end with exit code 0', async () => {
  const misplaced = workload({ name: 'misplaced' });
  const files = {
    'a.json': {
      ...misplaced,
      metadata: { ...misplaced.metadata, annotations: { routingHosts: 'a.local', routingPaths: '3000:/' } },
    },
    'b.json': workload({ name: 'unlabelled', ...ROUTE, labels: {} }),
  };
  const { code, document } = await jsonHere({ files });
  assert.equal(code, 0);
  assert.deepEqual(document.routes, []);
  assert.deepEqual(document.notes, [
    'Deployment shop/misplaced: routingHosts is set on the workload itself; podway reads it only from the pod template',
    'Deployment shop/misplaced: routingPaths is set on the workload itself; podway reads it only from the pod template',
    'Deployment shop/unlabelled: its pods would not have the labels routable=true (ROUTABLE_LABEL_SELECTOR): not routed',
  ]);
});
