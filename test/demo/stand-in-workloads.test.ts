import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { Cluster } from '../fixtures/cluster/cluster.ts';
import { createKubectl, type Kubectl } from '../fixtures/kubectl.ts';
import { listens } from './demo-process.ts';
import { eventually } from './stand-in-process.ts';

interface Workload {
  readonly kind: 'Deployment' | 'StatefulSet' | 'DaemonSet';
  readonly spec?: object;
  readonly container?: object;
  readonly pod?: object;
}

/** A workload `app` whose pods listen on port 3000. */
function workload({ kind, spec = {}, container = {}, pod = {} }: Workload): string {
  const labels = { app: 'app' };
  const containers = [
    { name: 'main', image: 'example/app:1', ports: [{ containerPort: 3000 }], ...container },
  ];
  const template = { metadata: { labels }, spec: { containers, ...pod } };
  const metadata = { name: 'app' };
  return JSON.stringify({
    apiVersion: 'apps/v1',
    kind,
    metadata,
    spec: { selector: { matchLabels: labels }, template, ...spec },
  });
}

async function withCluster(t: TestContext, run: (kubectl: Kubectl) => Promise<void>): Promise<void> {
  await using kubectl = await createKubectl(t, { streamingLists: 'supported' });
  if (kubectl === undefined) return;
  const cluster = await Cluster.start(kubectl.api, { programs: 'given' });
  try {
    await run(kubectl);
  } finally {
    await cluster[Symbol.asyncDispose]();
  }
}

async function apply(kubectl: Kubectl, manifest: string): Promise<void> {
  const { code, stderr } = await kubectl.end(['apply', '-f', '-'], manifest);
  assert.deepEqual([code, stderr], [0, '']);
}

async function pods(kubectl: Kubectl, path: string): Promise<string[]> {
  const printed = await kubectl.run('get', 'pods', '-o', `jsonpath={range .items[*]}{${path}}{"\\n"}{end}`);
  return printed.split('\n').filter((it) => it !== '');
}

const rolledOut = (kubectl: Kubectl, kind: string): Promise<string> =>
  kubectl.run('rollout', 'status', `${kind}/app`, '--timeout=30s');

test('a Deployment: every change of its template is rolled out, kept in history, and can be undone', (t) =>
  withCluster(t, async (kubectl) => {
    await apply(kubectl, workload({ kind: 'Deployment', spec: { replicas: 2 } }));
    await rolledOut(kubectl, 'deployment');
    const [first] = await pods(kubectl, '.metadata.labels.pod-template-hash');
    await kubectl.run('set', 'image', 'deployment/app', 'main=example/app:2');
    await rolledOut(kubectl, 'deployment');
    assert.deepEqual(await living(kubectl), ['example/app:2', 'example/app:2']);
    await kubectl.run('rollout', 'undo', 'deployment/app');
    await rolledOut(kubectl, 'deployment');
    assert.deepEqual(await living(kubectl), ['example/app:1', 'example/app:1']);
    assert.ok((await pods(kubectl, '.metadata.labels.pod-template-hash')).includes(first ?? ''));
    await kubectl.run('rollout', 'restart', 'deployment/app');
    await rolledOut(kubectl, 'deployment');
    assert.match(await kubectl.run('rollout', 'history', 'deployment/app'), /^4 +<none>$/m);
    await kubectl.run('scale', 'deployment/app', '--replicas=0');
    await eventually(async () => assert.deepEqual(await pods(kubectl, '.metadata.name'), []));
  }));

/** Images of pods that are not terminating. */
async function living(kubectl: Kubectl): Promise<string[]> {
  const printed = await pods(kubectl, '.metadata.deletionTimestamp}{" "}{.spec.containers[0].image');
  return printed.filter((it) => it.startsWith(' ')).map((it) => it.trim());
}

test('a Deployment whose new pods do not become ready keeps the old ones', (t) =>
  withCluster(t, async (kubectl) => {
    await apply(kubectl, workload({ kind: 'Deployment', spec: { replicas: 2 } }));
    await rolledOut(kubectl, 'deployment');
    const before = await pods(kubectl, '.metadata.name');
    const readinessProbe = { tcpSocket: { port: 3999 } };
    await apply(
      kubectl,
      workload({ kind: 'Deployment', spec: { replicas: 2 }, container: { readinessProbe } }),
    );
    await eventually(async () => assert.equal((await pods(kubectl, '.status.podIP')).length, 3));
    const ready = await pods(kubectl, '.metadata.name}{" "}{.status.containerStatuses[0].ready');
    assert.deepEqual(
      ready.filter((it) => it.endsWith(' true')).map((it) => it.split(' ')[0]),
      before,
    );
  }));

test('a StatefulSet creates its pods in order, with stable names, and replaces them from the last', (t) =>
  withCluster(t, async (kubectl) => {
    await apply(kubectl, workload({ kind: 'StatefulSet', spec: { replicas: 3, serviceName: 'app' } }));
    await rolledOut(kubectl, 'statefulset');
    assert.deepEqual(await pods(kubectl, '.metadata.name'), ['app-0', 'app-1', 'app-2']);
    const made = [...kubectl.api.store.list('pods')].map(
      (pod) => (pod['status'] as { startTime: string }).startTime,
    );
    assert.deepEqual(made, made.toSorted());
    await kubectl.run('set', 'image', 'statefulset/app', 'main=example/app:2');
    await rolledOut(kubectl, 'statefulset');
    assert.deepEqual(await pods(kubectl, '.spec.containers[0].image'), Array(3).fill('example/app:2'));
    await kubectl.run('scale', 'statefulset/app', '--replicas=1');
    await eventually(async () => assert.deepEqual(await pods(kubectl, '.metadata.name'), ['app-0']));
  }));

test('a DaemonSet has one pod, since there is one node', (t) =>
  withCluster(t, async (kubectl) => {
    await apply(kubectl, workload({ kind: 'DaemonSet' }));
    await rolledOut(kubectl, 'daemonset');
    await kubectl.run('set', 'image', 'daemonset/app', 'main=example/app:2');
    await rolledOut(kubectl, 'daemonset');
    assert.deepEqual(await living(kubectl), ['example/app:2']);
    await kubectl.run('delete', 'daemonset', 'app');
    await eventually(async () => assert.deepEqual(await pods(kubectl, '.metadata.name'), []));
  }));

test('the objects of a workload are deleted with it, unless they are orphaned', (t) =>
  withCluster(t, async (kubectl) => {
    await apply(kubectl, workload({ kind: 'Deployment' }));
    await rolledOut(kubectl, 'deployment');
    const [address = ''] = await pods(kubectl, '.status.podIP');
    await kubectl.run('delete', 'deployment', 'app', '--cascade=orphan');
    assert.equal((await kubectl.run('get', 'replicasets', '-o', 'name')).split('\n').length, 2);
    assert.equal(await listens({ address, port: 3000 }), true);
    await kubectl.run('delete', 'replicaset', '--all');
    await eventually(async () => assert.deepEqual(await pods(kubectl, '.metadata.name'), []));
    assert.equal(await listens({ address, port: 3000 }), false);
  }));

test('a pod waits for its ConfigMap and gets its values, and kubectl reads its log and its files', (t) =>
  withCluster(t, async (kubectl) => {
    const script = 'console.log(process.env.GREETING, process.env.NAME); setInterval(() => {}, 1000);';
    const container = {
      command: ['node', '/app/main.js'],
      env: [
        { name: 'GREETING', valueFrom: { configMapKeyRef: { name: 'app', key: 'greeting' } } },
        { name: 'NAME', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } },
      ],
      volumeMounts: [{ name: 'app', mountPath: '/app' }],
    };
    const pod = { volumes: [{ name: 'app', configMap: { name: 'app' } }] };
    await apply(kubectl, workload({ kind: 'StatefulSet', container, pod }));
    await eventually(async () => {
      assert.match(await kubectl.run('get', 'pods'), /^app-0 +0\/1 +CreateContainerConfigError /m);
    });
    const files = [`--from-literal=main.js=${script}`, '--from-literal=greeting=hello'];
    await kubectl.run('create', 'configmap', 'app', ...files);
    await rolledOut(kubectl, 'statefulset');
    await eventually(async () => assert.equal(await kubectl.run('logs', 'app-0'), 'hello app-0\n'));
    assert.equal(await kubectl.run('exec', 'app-0', '--', 'cat', 'app/main.js'), script);
  }));

test('a container that ends is restarted; a container that is deleted gets SIGTERM and its grace period', (t) =>
  withCluster(t, async (kubectl) => {
    const script =
      "console.log('up'); process.on('SIGTERM', () => console.log('SIGTERM')); setInterval(() => {}, 1000);";
    const container = { command: ['node', '-e', script], ports: [] };
    await apply(
      kubectl,
      workload({ kind: 'StatefulSet', container, pod: { terminationGracePeriodSeconds: 1 } }),
    );
    await eventually(async () => assert.match(await kubectl.run('logs', 'app-0'), /^up\n$/));
    const [running] = kubectl.api.containers.of('default', 'app-0');
    running?.main?.program.kill('SIGKILL');
    await eventually(async () =>
      assert.match(await kubectl.run('get', 'pods'), /^app-0 +1\/1 +Running +1 /m),
    );
    await eventually(async () => assert.match(await kubectl.run('logs', 'app-0'), /^up\nup\n$/));
    await kubectl.run('delete', 'pod', 'app-0');
    assert.match(await kubectl.run('logs', 'app-0').catch(() => ''), /^(?:up\nup\nSIGTERM\n(?:up\n)?)?$/);
  }));

test('a readiness gate keeps a pod from Ready until its condition is true', (t) =>
  withCluster(t, async (kubectl) => {
    const pod = { readinessGates: [{ conditionType: 'podway.dev/routable' }] };
    await apply(kubectl, workload({ kind: 'StatefulSet', pod }));
    await eventually(async () => {
      const ready = await pods(kubectl, '.status.containerStatuses[0].ready');
      assert.deepEqual(ready, ['true']);
    });
    assert.match(await kubectl.run('get', 'statefulset', 'app'), /^app +0\/1 /m);
    const patch = { status: { conditions: [{ type: 'podway.dev/routable', status: 'True' }] } };
    await kubectl.run('patch', 'pod', 'app-0', '--subresource=status', '-p', JSON.stringify(patch));
    await rolledOut(kubectl, 'statefulset');
  }));

test('objects in a namespace that does not exist or is being deleted are rejected', (t) =>
  withCluster(t, async (kubectl) => {
    const missing = await kubectl.end(['-n', 'none', 'create', 'configmap', 'a']);
    assert.match(missing.stderr, /namespaces "none" not found/);
    await kubectl.run('create', 'namespace', 'going');
    await kubectl.run('-n', 'going', 'create', 'configmap', 'a');
    await kubectl.run('delete', 'namespace', 'going', '--wait=false');
    const late = await kubectl.end(['-n', 'going', 'create', 'configmap', 'b']);
    assert.match(late.stderr, /it is being terminated/);
    await eventually(async () => assert.doesNotMatch(await kubectl.run('get', 'namespaces'), /going/));
  }));
