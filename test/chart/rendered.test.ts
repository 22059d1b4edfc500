import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import { SETTINGS, type Setting } from '../../src/config/table.ts';
import type { Dashboard } from '../prometheus/dashboard.ts';
import { checkRelease, of, workloads } from './check-release.ts';
import { CONFIG_VALUES } from './config-values.ts';
import { chartTest, exampleFile, type Manifest, render, runProgram, type Values } from './release.ts';
import { CHART } from './written-files.ts';
import { sampleOf } from '../fixtures/wide.ts';

chartTest(
  'helm lint --strict reports no problem, with the default values and with those of each example',
  async ({ helm }) => {
    const examples = readdirSync(new URL('examples/', CHART)).map((file) => ['--values', exampleFile(file)]);
    for (const values of sampleOf([[], ...examples], 2)) {
      const args = ['lint', '--strict', fileURLToPath(CHART), ...values];
      const { code, stdout, stderr } = await runProgram(helm, args);
      assert.equal(code, 0, stdout + stderr);
    }
  },
);

chartTest('helm packages the chart with all files that its README and templates name', async ({ helm }) => {
  const folder = await mkdtemp(join(tmpdir(), 'podway-package-'));
  try {
    const { code, stderr } = await runProgram(helm, ['package', fileURLToPath(CHART), '-d', folder]);
    assert.equal(code, 0, stderr);
    const [archive = ''] = await readdir(folder);
    const { stdout } = await runProgram('tar', ['-tzf', join(folder, archive)]);
    const files = new Set(stdout.trim().split('\n'));
    const entries = await readdir(CHART, { recursive: true, withFileTypes: true });
    for (const { parentPath, name } of entries.filter((it) => it.isFile() && it.name !== '.helmignore')) {
      const path = join('podway', relative(fileURLToPath(CHART), join(parentPath, name)));
      assert.ok(files.has(path), path);
    }
  } finally {
    await rm(folder, { recursive: true });
  }
});

interface Case {
  readonly name: string;
  readonly values: Values;
  /** Kinds in addition to, or instead of, those of the default values. */
  readonly kinds?: readonly string[];
  readonly also?: (objects: readonly Manifest[]) => void;
}

const BASIC = ['ServiceAccount', 'ClusterRole', 'ClusterRoleBinding'];
const DEFAULT = ['PodDisruptionBudget', ...BASIC, 'Service', 'Deployment'];

function spec(objects: readonly Manifest[], kind: string): Values {
  const { spec } = of(objects, kind)[0] ?? {};
  assert.ok(spec, `no ${kind}`);
  return spec;
}

const CASES: readonly Case[] = [
  {
    name: 'default values',
    values: {},
    also: (objects) => {
      const [workload] = workloads(objects);
      assert.equal(workload?.object.metadata.name, 'edge-podway');
      assert.equal(workload?.pod.terminationGracePeriodSeconds, 40);
      assert.equal(workload?.pod.automountServiceAccountToken, true);
      const { type, externalTrafficPolicy } = spec(objects, 'Service');
      assert.deepEqual([type, externalTrafficPolicy], ['LoadBalancer', 'Local']);
    },
  },
  {
    name: 'TLS',
    values: {
      config: { tlsPort: 8_443 },
      tls: { certificates: [{ name: 'default', secretName: 'wildcard-tls' }] },
      networkPolicy: { enabled: true },
    },
    kinds: ['NetworkPolicy', ...DEFAULT],
    also: (objects) => {
      const [workload] = workloads(objects);
      const { TLS_PORT, TLS_CERTIFICATES } = workload?.environment ?? {};
      assert.deepEqual([TLS_PORT, TLS_CERTIFICATES], ['8443', '/etc/podway/certificates']);
      const { ports } = spec(objects, 'Service') as {
        ports: { name: string; port: number; targetPort: string }[];
      };
      assert.deepEqual(
        ports.map(({ name, port, targetPort }) => [name, port, targetPort]),
        [
          ['http', 80, 'http'],
          ['https', 443, 'https'],
        ],
      );
      const { ingress } = spec(objects, 'NetworkPolicy') as { ingress: { ports: { port: string }[] }[] };
      assert.deepEqual(
        ingress[0]?.ports.map(({ port }) => port),
        ['http', 'https'],
      );
      const [volume] = workload?.pod.volumes ?? [];
      assert.deepEqual(
        volume?.projected?.sources?.[0]?.secret?.items?.map(({ path }) => path),
        ['default/tls.crt', 'default/tls.key'],
      );
    },
  },
  {
    name: 'terminals by TLS, and no TLS for routed requests',
    values: {
      config: {
        terminalPort: 9_443,
        terminalAddress: '0.0.0.0',
        terminalCertificate: 'terminals',
        terminalOrigins: ['https://a.example', 'https://b.example'],
      },
      tls: { certificates: [{ name: 'terminals', secretName: 'terminals-tls' }] },
    },
    kinds: DEFAULT,
    also: (objects) => {
      const [workload] = workloads(objects);
      const { TERMINAL_ORIGINS, TLS_CERTIFICATES } = workload?.environment ?? {};
      assert.deepEqual(
        [TERMINAL_ORIGINS, TLS_CERTIFICATES],
        ['https://a.example,https://b.example', '/etc/podway/certificates'],
      );
      const [mount] = workload?.container.volumeMounts ?? [];
      assert.deepEqual([mount?.name, mount?.mountPath], ['certificates', '/etc/podway/certificates']);
    },
  },
  {
    name: 'an operator listener for others, with a token',
    values: {
      config: { operatorAddress: '0.0.0.0', operatorHosts: ['ops.example.com'], adminRoutes: false },
      operator: { tokenSecret: 'operator' },
    },
    kinds: DEFAULT,
    also: (objects) => {
      const [workload] = workloads(objects);
      const { OPERATOR_ADDRESS, OPERATOR_TOKEN_FILE, OPERATOR_HOSTS, ADMIN_ROUTES } =
        workload?.environment ?? {};
      assert.deepEqual(
        [OPERATOR_ADDRESS, OPERATOR_TOKEN_FILE, OPERATOR_HOSTS, ADMIN_ROUTES],
        ['0.0.0.0', '/etc/podway/operator/token', 'ops.example.com', 'false'],
      );
      assert.deepEqual(workload?.pod.volumes, [{ name: 'operator', secret: { secretName: 'operator' } }]);
      assert.equal(workload?.config.operatorPort, 9_909);
    },
  },
  {
    name: 'no operator listener, at any port',
    values: { config: { operatorPort: 'none', operatorAddress: '0.0.0.0' } },
    kinds: DEFAULT,
    also: (objects) => assert.equal(workloads(objects)[0]?.config.operatorPort, 'none'),
  },
  {
    name: 'TLS at ports of the node, and Secrets of no namespace',
    values: {
      kind: 'DaemonSet',
      hostPorts: { http: 80, https: 443, address: '192.0.2.1' },
      config: { tlsPort: 9_443, tlsSecrets: ['none'] },
      service: { enabled: false },
      podDisruptionBudget: { enabled: false },
    },
    kinds: [...BASIC, 'DaemonSet'],
    also: (objects) => {
      const [workload] = workloads(objects);
      const https = workload?.container.ports?.find(({ name }) => name === 'https');
      assert.deepEqual([https?.containerPort, https?.hostPort, https?.hostIP], [9_443, 443, '192.0.2.1']);
    },
  },
  {
    name: 'a DaemonSet at a port of the node',
    values: {
      kind: 'DaemonSet',
      hostPorts: { http: 80, address: '192.0.2.1' },
      service: { enabled: false },
      podDisruptionBudget: { enabled: false },
      updateStrategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 2 } },
    },
    kinds: [...BASIC, 'DaemonSet'],
    also: (objects) => {
      const [http, admin] = workloads(objects)[0]?.container.ports ?? [];
      assert.deepEqual([http?.hostPort, http?.hostIP, http?.containerPort], [80, '192.0.2.1', 8080]);
      assert.equal(admin?.hostPort, undefined);
      const { updateStrategy } = spec(objects, 'DaemonSet');
      assert.deepEqual(updateStrategy, { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 2 } });
    },
  },
  {
    name: 'a port for TLS',
    values: {
      config: { tlsPort: 8443 },
      service: { type: 'NodePort', httpsPort: 8444, httpsNodePort: 30_443 },
      hostPorts: { https: 443, address: '192.0.2.1' },
      networkPolicy: { enabled: true },
    },
    kinds: [...DEFAULT, 'NetworkPolicy'],
    also: (objects) => {
      const https = workloads(objects)[0]?.container.ports?.find(({ name }) => name === 'https');
      assert.deepEqual([https?.containerPort, https?.hostPort, https?.hostIP], [8443, 443, '192.0.2.1']);
      const { ports } = spec(objects, 'Service');
      assert.deepEqual((ports as readonly object[])[1], {
        name: 'https',
        port: 8444,
        targetPort: 'https',
        protocol: 'TCP',
        appProtocol: 'https',
        nodePort: 30_443,
      });
      const [{ ports: open }] = spec(objects, 'NetworkPolicy')['ingress'] as [
        { ports: readonly { port: string }[] },
      ];
      assert.deepEqual(
        open.map(({ port }) => port),
        ['http', 'https'],
      );
    },
  },
  {
    name: "a port for TLS on the nodes' network",
    values: { hostNetwork: true, config: { tlsPort: 8443 } },
    also: (objects) => {
      const https = workloads(objects)[0]?.container.ports?.find(({ name }) => name === 'https');
      assert.equal(https?.hostPort, 8443);
    },
  },
  {
    name: "the node's network and an admin address",
    values: { hostNetwork: true, config: { port: 8000, adminAddress: '127.0.0.1' } },
    also: (objects) => {
      const [workload] = workloads(objects);
      assert.equal(workload?.pod.dnsPolicy, 'ClusterFirstWithHostNet');
      assert.equal(workload?.container.readinessProbe?.httpGet?.host, '127.0.0.1');
    },
  },
  {
    name: 'one namespace: a Role in it, and no cluster-wide object',
    values: { config: { watchNamespace: 'shop', apiKeySecretLocation: 'gate:key' } },
    kinds: ['PodDisruptionBudget', 'ServiceAccount', 'Role', 'RoleBinding', 'Service', 'Deployment'],
    also: (objects) => assert.equal(of(objects, 'Role')[0]?.metadata.namespace, 'shop'),
  },
  {
    name: 'a folder of manifests needs no permission and no token',
    values: {
      config: { manifests: '/manifests' },
      extraVolumes: [{ name: 'manifests', configMap: { name: 'manifests' } }],
      extraVolumeMounts: [{ name: 'manifests', mountPath: '/manifests' }],
    },
    kinds: ['PodDisruptionBudget', 'ServiceAccount', 'Service', 'Deployment'],
    also: (objects) => assert.equal(workloads(objects)[0]?.pod.automountServiceAccountToken, false),
  },
  {
    name: 'autoscaled by CPU and connections: no fixed number of pods',
    values: { autoscaling: { enabled: true, targetConnections: 2_000_000 } },
    kinds: [...DEFAULT, 'HorizontalPodAutoscaler'],
    also: (objects) => {
      assert.equal(spec(objects, 'Deployment')['replicas'], undefined);
      const metrics = spec(objects, 'HorizontalPodAutoscaler')['metrics'] as {
        type: string;
        pods?: { metric: { name: string }; target: object };
      }[];
      assert.deepEqual(
        metrics.map(({ type }) => type),
        ['Resource', 'Pods'],
      );
      assert.deepEqual(metrics[1]?.pods?.target, { type: 'AverageValue', averageValue: '2000000' });
      // The series of the adapter's rule, which the tests of test/prometheus run.
      const page = readFileSync(new URL('../../docs/operations.md', import.meta.url), 'utf8');
      assert.equal(metrics[1].pods.metric.name, /seriesQuery: (\w+)/.exec(page)?.[1]);
    },
  },
  {
    name: 'everything of the Prometheus operator',
    values: {
      commonLabels: { team: 'edge' },
      metrics: {
        podMonitor: { enabled: true, namespace: 'monitoring', interval: '15s', labels: { release: 'prom' } },
        prometheusRule: {
          enabled: true,
          docsUrl: 'https://docs.example.com/podway/',
          alertLabels: { team: 'edge' },
          disabled: ['PodwayAnnotationsRejected'],
          alerts: { PodwayErrorRatio: { for: '1h' } },
        },
        dashboard: { enabled: true, annotations: { grafana_folder: 'Edge' } },
      },
    },
    kinds: [...DEFAULT, 'PodMonitor', 'PrometheusRule', 'ConfigMap'],
    also: (objects) => {
      for (const { kind, metadata } of objects) assert.equal(metadata.labels?.['team'], 'edge', kind);
      const groups = spec(objects, 'PrometheusRule')['groups'] as { rules: Values[] }[];
      const rules = groups[0]?.rules ?? [];
      const ratio = rules.find((rule) => rule['alert'] === 'PodwayErrorRatio');
      assert.equal(ratio?.['for'], '1h');
      assert.deepEqual(ratio['labels'], { severity: 'warning', team: 'edge' });
      const { runbook_url: runbook } = ratio['annotations'] as Record<string, string>;
      assert.equal(runbook, 'https://docs.example.com/podway/alerts.md#podwayerrorratio');
      assert.ok(!rules.some((rule) => rule['alert'] === 'PodwayAnnotationsRejected'));
      const { data } = of(objects, 'ConfigMap')[0] as unknown as { data: Record<string, string> };
      const dashboard = JSON.parse(data['podway.json'] ?? '') as Dashboard;
      assert.ok(dashboard.title);
      assert.equal(
        dashboard.templating.list.find(({ name }) => name === 'runbooks')?.query,
        'https://docs.example.com/podway',
      );
      assert.ok(!data['podway.json']?.includes('"docs"'));
    },
  },
  {
    name: 'a network policy with an egress',
    values: {
      networkPolicy: {
        enabled: true,
        allowFrom: [{ ipBlock: { cidr: '192.0.2.0/24' } }],
        adminFrom: [{ namespaceSelector: { matchLabels: { name: 'monitoring' } } }],
        egress: [{ to: [{ ipBlock: { cidr: '10.0.0.0/8' } }] }],
      },
    },
    kinds: [...DEFAULT, 'NetworkPolicy'],
    also: (objects) => {
      const policy = spec(objects, 'NetworkPolicy');
      const ingress = policy['ingress'] as { ports: { port: string }[]; from: object[] }[];
      assert.deepEqual(policy['policyTypes'], ['Ingress', 'Egress']);
      assert.deepEqual(
        ingress.map(({ ports, from }) => [ports[0]?.port, from.length]),
        [
          ['http', 1],
          ['admin', 1],
        ],
      );
    },
  },
  {
    name: 'an image by digest, secrets, environment and a sidecar',
    values: {
      image: { registry: 'registry.example.com', digest: `sha256:${'a'.repeat(64)}` },
      imagePullSecrets: [{ name: 'pull' }],
      extraEnv: [{ name: 'NODE_OPTIONS', value: '--max-old-space-size=300' }],
      extraContainers: [{ name: 'tail', image: 'tail:1' }],
      serviceAccount: { create: false, name: 'shared' },
      rbac: { create: false },
      terminationGracePeriodSeconds: 90,
      probes: { startup: null },
      priorityClassName: 'system-cluster-critical',
      podAnnotations: { note: 'x' },
    },
    kinds: ['PodDisruptionBudget', 'Service', 'Deployment'],
    also: (objects) => {
      const [workload] = workloads(objects);
      assert.equal(workload?.container.image, `registry.example.com/podway@sha256:${'a'.repeat(64)}`);
      assert.equal(workload.environment['NODE_OPTIONS'], '--max-old-space-size=300');
      assert.equal(workload.pod.serviceAccountName, 'shared');
      assert.equal(workload.pod.terminationGracePeriodSeconds, 90);
      assert.equal(workload.container.startupProbe, undefined);
      assert.equal(workload.pod.containers[1]?.name, 'tail');
    },
  },
  {
    name: 'a router overrides the values that it sets, also by false and null, and keeps the others',
    values: {
      replicas: 3,
      config: { workers: 4, forwardApiKey: true },
      routers: {
        one: {},
        two: {
          config: { forwardApiKey: false, workers: null },
          podDisruptionBudget: { enabled: false },
          service: { type: 'ClusterIP' },
        },
      },
    },
    kinds: [...DEFAULT, ...DEFAULT.filter((kind) => kind !== 'PodDisruptionBudget')],
    also: (objects) => {
      const [one, two] = workloads(objects);
      assert.deepEqual([one?.config.workers, one?.config.forwardApiKey], [4, true]);
      assert.deepEqual([two?.environment['WORKERS'], two?.config.forwardApiKey], [undefined, false]);
      for (const it of [one, two]) assert.equal(it?.object.spec?.['replicas'], 3);
      const types = of(objects, 'Service').map((it) => it.spec?.['type']);
      assert.deepEqual(types, ['LoadBalancer', 'ClusterIP']);
    },
  },
];

for (const { name, values, kinds = DEFAULT, also } of sampleOf(CASES, 7)) {
  chartTest(name, async (tools) => {
    const objects = await render(tools, values);
    checkRelease(objects);
    assert.deepEqual(objects.map(({ kind }) => kind).sort(), [...kinds].sort());
    also?.(objects);
  });
}

for (const file of sampleOf(readdirSync(new URL('examples/', CHART)), 2)) {
  chartTest(`the example ${file}`, async (tools) =>
    checkRelease(ownObjects(await render(tools, {}, file), file)),
  );
}

/** Without the objects that the example itself adds: the release did not create them. */
function ownObjects(objects: readonly Manifest[], example: string): Manifest[] {
  const text = readFileSync(exampleFile(example), 'utf8');
  const added = (parse(text) as { readonly extraObjects?: readonly Manifest[] }).extraObjects ?? [];
  return objects.filter(
    ({ kind, metadata }) => !added.some((it) => it.kind === kind && it.metadata.name === metadata.name),
  );
}

/** A setting's default as a person would write it in YAML. */
function typed({ name, fallback, grammar }: Setting<unknown>): unknown {
  if (grammar.expects === 'true or false') return fallback === 'true';
  // Only with a certificate.
  if (name === 'TERMINAL_ORIGINS') return [];
  if (name.startsWith('HOST_GRANTS')) return fallback;
  if (grammar.expects.startsWith('hosts')) return ['podway.example.com', '*.ops.example.com'];
  if (grammar.expects.endsWith('separated by commas'))
    return fallback === '' ? ['192.0.2.1', '10.0.0.0/8'] : fallback.split(',');
  if (grammar.expects === 'the name of one namespace') return 'shop';
  if (grammar.expects.startsWith('a whole number') && fallback === '')
    return name === 'TLS_PORT' ? 8_443 : 9_443;
  return /^\d+$/.test(fallback) ? Number(fallback) : fallback;
}

chartTest('every setting reaches its variable', async (tools) => {
  const own = new Map(CONFIG_VALUES.map(({ variable, key }) => [variable, key]));
  const settings = Object.values(SETTINGS).filter(({ name }) => own.has(name));
  const config = Object.fromEntries(settings.map((it) => [own.get(it.name), typed(it)]));
  const [workload] = workloads(await render(tools, { config }));
  const expected = settings
    .map((it) => [it.name, [typed(it)].flat().join()])
    .filter(([, text]) => text !== '');
  assert.deepEqual(workload?.environment, Object.fromEntries(expected));
});

const GRACE: readonly (readonly [string | number, string | number, number])[] = [
  ['5s', '30s', 40],
  ['500ms', '1m', 66],
  [0, '1h', 3605],
  ['2m', 90, 215],
];

for (const [drainDelay, drainTimeout, seconds] of sampleOf(GRACE, 1)) {
  chartTest(`a drain of ${drainDelay} and ${drainTimeout} gets ${seconds} seconds`, async (tools) => {
    const [workload] = workloads(await render(tools, { config: { drainDelay, drainTimeout } }));
    assert.equal(workload?.pod.terminationGracePeriodSeconds, seconds);
  });
}
