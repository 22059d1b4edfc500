import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { checkRelease, of, workloads } from './check-release.ts';
import { EVERYTHING } from './everything.ts';
import { chartTest, type Manifest, manifests, render, type Values } from './release.ts';
import { CHART } from './written-files.ts';
import { sampleOf } from '../fixtures/wide.ts';

interface Case {
  readonly name: string;
  readonly values: Values;
  readonly also?: (objects: readonly Manifest[]) => void;
}

const LONG = 'a'.repeat(80);

const CASES: readonly Case[] = [
  { name: 'all values at the same time', values: EVERYTHING },
  { name: 'no routers, by an empty map', values: { routers: {} } },
  {
    name: "two routers on the node's network, at ports of their own",
    values: {
      kind: 'DaemonSet',
      hostNetwork: true,
      routers: { a: {}, b: { config: { port: 8081, adminPort: 9091, adminAddress: '127.0.0.1' } } },
    },
    also: (objects) => {
      const ports = workloads(objects).flatMap(({ container }) => container.ports ?? []);
      assert.deepEqual(
        ports.map(({ hostPort }) => hostPort),
        [8080, 9090, 8081, 9091],
      );
    },
  },
  {
    name: 'two routers at one port of different nodes, and a Deployment with a node selector of its own',
    values: {
      kind: 'DaemonSet',
      hostPorts: { http: 80 },
      routers: {
        a: { nodeSelector: { pool: 'a' } },
        b: { nodeSelector: { pool: 'b' } },
        c: { kind: 'Deployment' },
        d: { hostPorts: { http: null } },
      },
    },
  },
  {
    name: 'names too long for Kubernetes: shortened, and still different for each router',
    values: {
      fullnameOverride: LONG,
      routers: {
        'router-of-the-longest1': { metrics: { serviceMonitor: { enabled: true } } },
        'router-of-the-longest2': { metrics: { serviceMonitor: { enabled: true } } },
      },
    },
  },
  {
    name: "the operator's labels never replace those of the selectors",
    values: {
      commonLabels: { 'app.kubernetes.io/instance': 'x', 'app.kubernetes.io/name': 'y', team: 'edge' },
      podLabels: { 'app.kubernetes.io/component': 'z' },
      service: { labels: { 'app.kubernetes.io/name': 'z' } },
      metrics: {
        serviceMonitor: {
          enabled: true,
          service: { labels: { 'podway/purpose': 'x' }, annotations: { note: 'y' } },
        },
      },
    },
    also: (objects) => {
      for (const { metadata } of of(objects, 'Service')) assert.equal(metadata.labels?.['team'], 'edge');
      const metrics = of(objects, 'Service').find(({ metadata }) => metadata.name.endsWith('-metrics'));
      assert.deepEqual(metrics?.metadata.annotations, { note: 'y' });
    },
  },
  {
    name: 'another namespace than the release',
    values: { namespaceOverride: 'edge', config: { watchNamespace: 'shop', events: true } },
    also: (objects) => {
      for (const { kind, metadata } of objects) {
        assert.equal(metadata.namespace, kind.startsWith('Role') ? 'shop' : 'edge', kind);
      }
    },
  },
  {
    name: 'a service account that exists, for two routers',
    values: { serviceAccount: { create: false, name: 'shared' }, routers: { a: {}, b: {} } },
    also: (objects) => {
      const bound = of(objects, 'ClusterRoleBinding').map((it) => it['subjects'] as { name: string }[]);
      assert.deepEqual(
        bound.flat().map(({ name }) => name),
        ['shared', 'shared'],
      );
      assert.equal(of(objects, 'ServiceAccount').length, 0);
    },
  },
  {
    name: 'a variable that config does not set, from a field of the pod',
    values: {
      hostNetwork: true,
      extraEnv: [{ name: 'POD_IP', valueFrom: { fieldRef: { fieldPath: 'status.podIP' } } }],
    },
  },
  {
    name: 'wildcard addresses, which the kubelet cannot probe',
    values: { config: { adminAddress: '0.0.0.0', address: '::' } },
    also: (objects) => {
      const [workload] = workloads(objects);
      assert.equal(workload?.container.readinessProbe?.httpGet?.host, undefined);
    },
  },
  {
    name: 'a Service with the fields that clouds need',
    values: {
      service: {
        appProtocol: '',
        loadBalancerClass: 'cloud.example.com/nlb',
        allocateLoadBalancerNodePorts: false,
        healthCheckNodePort: 32_000,
        sessionAffinity: 'ClientIP',
        loadBalancerSourceRanges: ['192.0.2.0/24'],
      },
    },
    also: (objects) => {
      const { spec } = of(objects, 'Service')[0] ?? {};
      assert.deepEqual(spec?.['ports'], [{ name: 'http', port: 80, targetPort: 'http', protocol: 'TCP' }]);
      assert.equal(spec?.['allocateLoadBalancerNodePorts'], false);
      assert.equal(spec?.['healthCheckNodePort'], 32_000);
    },
  },
  {
    name: 'fields of a load balancer, without one',
    values: {
      service: {
        type: 'ClusterIP',
        allocateLoadBalancerNodePorts: false,
        healthCheckNodePort: 32_000,
        nodePort: 1,
      },
    },
    also: (objects) => {
      const keys = Object.keys(of(objects, 'Service')[0]?.spec ?? {});
      assert.deepEqual(keys.sort(), ['ports', 'selector', 'type']);
    },
  },
  {
    name: 'the operator sets the selector of a spread, and the keys that distinguish rollouts',
    values: {
      topologySpreadConstraints: [
        spread({}),
        spread({ labelSelector: { matchLabels: { app: 'mine' } } }),
        spread({ matchLabelKeys: [] }),
      ],
      routers: { a: {}, b: { kind: 'DaemonSet' } },
    },
    also: (objects) => {
      const [deployment, daemonSet] = ['Deployment', 'DaemonSet'].map(
        (kind) => workloads(of(objects, kind))[0]?.pod.topologySpreadConstraints ?? [],
      );
      const own = { 'app.kubernetes.io/name': 'podway', ...instance() };
      const ofRouter = (name: string) => ({ matchLabels: { ...own, 'app.kubernetes.io/component': name } });
      assert.deepEqual(deployment, [
        spread({ labelSelector: ofRouter('a'), matchLabelKeys: ['pod-template-hash'] }),
        spread({ labelSelector: { matchLabels: { app: 'mine' } } }),
        spread({ labelSelector: ofRouter('a'), matchLabelKeys: [] }),
      ]);
      // The pods of a DaemonSet do not have the label pod-template-hash.
      assert.deepEqual(daemonSet?.[0], spread({ labelSelector: ofRouter('b') }));
    },
  },
  {
    name: 'a strategy that allows no rolling update',
    values: { updateStrategy: { type: 'Recreate', rollingUpdate: { maxSurge: 1 } } },
    also: (objects) => {
      const strategy = of(objects, 'Deployment')[0]?.spec?.['strategy'];
      assert.deepEqual(strategy, { type: 'Recreate', rollingUpdate: null });
    },
  },
  {
    name: 'more objects, as a manifest and as a template',
    values: {
      extraObjects: [
        { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a', labels: instance() } },
        `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: {{ .Release.Name }}-b\n  labels: ${JSON.stringify(instance())}`,
      ],
    },
    also: (objects) => {
      const names = of(objects, 'ConfigMap').map(({ metadata }) => metadata.name);
      assert.deepEqual(names.sort(), ['a', 'edge-b']);
    },
  },
];

function spread(more: Values): Values {
  return { maxSkew: 1, topologyKey: 'zone', whenUnsatisfiable: 'ScheduleAnyway', ...more };
}

function instance() {
  return { 'app.kubernetes.io/instance': 'edge' };
}

for (const { name, values, also } of sampleOf(CASES, 5)) {
  chartTest(name, async (tools) => {
    const objects = await render(tools, values);
    checkRelease(objects);
    also?.(objects);
  });
}

chartTest('the chart is a dependency of another chart, with a condition', async ({ helm }) => {
  const folder = await mkdtemp(join(tmpdir(), 'podway-parent-'));
  try {
    const dependency = { name: 'podway', version: '0.1.0', condition: 'podway.enabled' };
    const parent = { apiVersion: 'v2', name: 'parent', version: '1.0.0', dependencies: [dependency] };
    await writeFile(join(folder, 'Chart.yaml'), JSON.stringify(parent));
    const values = { global: { team: 'edge' }, podway: { enabled: true, replicas: 4 } };
    await writeFile(join(folder, 'values.yaml'), JSON.stringify(values));
    await cp(fileURLToPath(CHART), join(folder, 'charts/podway'), { recursive: true });
    const args = ['template', 'edge', folder, '--namespace', 'routers'];
    const { stdout } = await promisify(execFile)(helm, args);
    const objects = manifests(stdout);
    checkRelease(objects);
    assert.equal(workloads(objects)[0]?.object.spec?.['replicas'], 4);
  } finally {
    await rm(folder, { recursive: true });
  }
});
