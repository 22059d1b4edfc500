import assert from 'node:assert/strict';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import { chartTest, exampleFile, runProgram, type Values } from './release.ts';
import { CHART } from './written-files.ts';

interface Case {
  readonly name: string;
  readonly values?: Values;
  readonly example?: string;
  readonly prints: readonly string[];
  readonly not?: readonly string[];
  /** The metadata to paste into a pod template. */
  readonly metadata?: object;
}

const ANNOTATIONS = { routingHosts: 'app.example.com', routingPaths: '8080:/' };

const CASES: readonly Case[] = [
  {
    name: 'behind a load balancer',
    prints: [
      'kubectl -n routers rollout status deployment/edge-podway',
      "kubectl -n routers get service edge-podway -o jsonpath='{.status.loadBalancer.ingress[0].ip}{.status.loadBalancer.ingress[0].hostname}'",
      'in a browser at http://localhost:9909/',
      'kubectl -n routers port-forward deployment/edge-podway 9909',
      'curl http://localhost:9909/routes',
    ],
    metadata: { labels: { routable: 'true' }, annotations: ANNOTATIONS },
  },
  {
    name: 'an image that is in no registry',
    prints: [
      'WARNING: no registry has an image of this name: unless the nodes have podway:0.1.0, the pods',
      'docker push registry.example.com/podway:0.1.0',
      'helm upgrade edge charts/podway -n routers --reuse-values --set image.registry=registry.example.com',
    ],
  },
  ...[{ registry: 'registry.example.com' }, { repository: 'shop/podway' }].map((image) => ({
    name: `an image of the operator, ${JSON.stringify(image)}`,
    values: { image },
    prints: ['Wait until it is ready:'],
    not: ['WARNING'],
  })),
  {
    name: 'two routers at ports of the nodes',
    example: 'public-private.yaml',
    prints: [
      'Router private',
      'Routers on the same node need different ports.',
      'Router public',
      'kubectl -n routers rollout status daemonset/edge-podway-public',
      "Its addresses are those of its pods' nodes, port 81:",
      'kubectl -n routers get pods -o wide -l app.kubernetes.io/instance=edge,app.kubernetes.io/component=private',
      'privatePaths: 8080:/',
    ],
  },
  {
    name: 'inside the cluster',
    values: { service: { type: 'ClusterIP', port: 8000 }, config: { routableLabelSelector: 'tier=web' } },
    prints: [
      'http://edge-podway.routers:8000/',
      'kubectl -n routers port-forward service/edge-podway 8080:8000',
    ],
    not: ['loadBalancer', 'nodePort'],
    metadata: { labels: { tier: 'web' }, annotations: ANNOTATIONS },
  },
  {
    name: 'a label selector of two equalities',
    values: { config: { routableLabelSelector: 'tier=web,example.com/routable==1' } },
    prints: [],
    metadata: { labels: { tier: 'web', 'example.com/routable': '1' }, annotations: ANNOTATIONS },
  },
  ...['tier in (web,api)', 'tier', '!tier', 'tier!=web', 'tier=web,api'].map((routableLabelSelector) => ({
    name: `the label selector ${routableLabelSelector}, for which the labels are not certain`,
    values: { config: { routableLabelSelector } },
    prints: [`labels: {} # add labels that match ${routableLabelSelector}\n`],
    metadata: { labels: {}, annotations: ANNOTATIONS },
  })),
  {
    name: 'at a port of every node, in another namespace',
    values: {
      image: { registry: 'registry.example.com' },
      service: { type: 'NodePort', externalTrafficPolicy: 'Cluster' },
      namespaceOverride: 'edge',
      config: { adminPort: 9191, operatorPort: 'none' },
    },
    prints: [
      'is installed as edge in edge.',
      'Its port, of every node:',
      "kubectl -n edge get service edge-podway -o jsonpath='{.spec.ports[0].nodePort}'",
      'kubectl -n edge port-forward deployment/edge-podway 9191',
      'curl http://localhost:9191/routes',
      'WARNING: with externalTrafficPolicy: Cluster podway sees the addresses of nodes in place of those of clients.',
    ],
    not: ['-n routers', '9909', 'browser'],
  },
  ...[
    { config: { maxConnectionsShare: 100, maxInFlightShare: 100 } },
    { config: { trustedProxies: ['10.0.0.0/8'] } },
    { service: { type: 'ClusterIP' } },
    { service: { type: 'LoadBalancer', externalTrafficPolicy: 'Local' } },
  ].map(({ config = {}, service = {} }) => ({
    name: `the addresses of clients with ${JSON.stringify({ ...config, ...service })}`,
    values: {
      image: { registry: 'registry.example.com' },
      config,
      service: { externalTrafficPolicy: 'Cluster', ...service },
    },
    prints: ['Wait until it is ready:'],
    not: ['WARNING'],
  })),
  {
    name: 'one of the shares of a client is not 100',
    values: { config: { maxConnectionsShare: 100 }, service: { externalTrafficPolicy: 'Cluster' } },
    prints: ['WARNING: with externalTrafficPolicy: Cluster'],
  },
  {
    name: "the node's network and a load balancer, too",
    values: { kind: 'DaemonSet', hostNetwork: true, config: { port: 8000 }, service: { port: 81 } },
    prints: [
      'kubectl -n routers rollout status daemonset/edge-podway',
      "Its addresses are those of its pods' nodes, port 8000:",
      'Its address, port 81, once the load balancer has one:',
    ],
    not: ['need ports of their own'],
  },
  {
    name: "the operator listener on the node's network",
    values: { hostNetwork: true },
    prints: [
      "WARNING: every program on the node's network can reach the operator listener: set operator.tokenSecret",
    ],
  },
  {
    name: 'the operator listener with a token',
    values: {
      image: { registry: 'registry.example.com' },
      hostNetwork: true,
      config: { operatorPort: 9191 },
      operator: { tokenSecret: 'ops' },
    },
    prints: [
      "TOKEN=$(kubectl -n routers get secret ops -o jsonpath='{.data.token}' | base64 -d)",
      'curl -H "Authorization: Bearer $TOKEN" http://localhost:9191/routes',
    ],
    not: ['WARNING'],
  },
  {
    name: 'no listener shows the table',
    values: { config: { operatorPort: 'none', adminRoutes: false } },
    prints: [
      'kubectl -n routers port-forward deployment/edge-podway 9090',
      'curl http://localhost:9090/metrics',
    ],
    not: ['/routes', 'browser'],
  },
  {
    name: 'metrics that the NetworkPolicy blocks',
    values: { networkPolicy: { enabled: true }, metrics: { podMonitor: { enabled: true } } },
    prints: ['WARNING: the NetworkPolicy blocks Prometheus'],
  },
  {
    name: 'a network policy without effect',
    values: { networkPolicy: { enabled: true }, hostNetwork: true },
    prints: ["WARNING: a NetworkPolicy does not protect pods on the node's network"],
  },
  {
    name: 'no Service, and a folder of manifests',
    values: {
      service: { enabled: false },
      config: { port: 8000, manifests: '/manifests' },
      extraVolumes: [{ name: 'manifests', configMap: { name: 'manifests' } }],
      extraVolumeMounts: [{ name: 'manifests', mountPath: '/manifests' }],
    },
    prints: ['kubectl -n routers port-forward deployment/edge-podway 8080:8000'],
    not: ['get service', 'annotations:'],
  },
];

for (const { name, values = {}, example, prints, not = [], metadata } of CASES) {
  chartTest(`the notes print the next commands: ${name}`, async ({ helm }) => {
    const chart = ['install', 'edge', fileURLToPath(CHART), '--namespace=routers', '--dry-run=client'];
    const file = example === undefined ? [] : ['--values', exampleFile(example)];
    const input = JSON.stringify(values);
    const { code, stdout, stderr } = await runProgram(helm, [...chart, '--values', '-', ...file], input);
    assert.equal(code, 0, stderr);
    const notes = stdout.slice(stdout.indexOf('NOTES:'));
    for (const line of prints) assert.ok(notes.includes(line), `${line}\n\nis not in\n\n${notes}`);
    for (const line of not) assert.ok(!notes.includes(line), `${line}\n\nis in\n\n${notes}`);
    if (metadata !== undefined) assert.deepEqual(parse(pasted(notes)), { metadata });
  });
}

/** The lines of the pod template, which are indented, up to the next empty line. */
function pasted(notes: string): string {
  return /in the template of their Deployment:\n((?: .*\n)*)/.exec(notes)?.[1] ?? '';
}
