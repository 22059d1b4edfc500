import assert from 'node:assert/strict';
import { chartTest, helmTemplate, type Values } from './release.ts';
import { sampleOf } from '../fixtures/wide.ts';

interface Refusal {
  readonly name: string;
  readonly values: Values;
  readonly error: RegExp;
}

const REFUSALS: readonly Refusal[] = [
  { name: 'a key that does not exist', values: { replica: 3 }, error: /'replica' not allowed/ },
  {
    name: 'a misspelled setting',
    values: { config: { drainTimout: '5s' } },
    error: /'drainTimout' not allowed/,
  },
  { name: 'a nested key', values: { service: { portt: 1 } }, error: /\/service'.*'portt' not allowed/s },
  { name: 'a port as text', values: { config: { port: '8080' } }, error: /\/config\/port'/ },
  { name: 'a port out of range', values: { config: { adminPort: 70_000 } }, error: /\/config\/adminPort'/ },
  { name: 'a flag as text', values: { config: { requireReady: 'yes' } }, error: /\/config\/requireReady'/ },
  {
    name: 'a malformed duration',
    values: { config: { drainDelay: 'soon' } },
    error: /\/config\/drainDelay'/,
  },
  {
    name: 'a malformed size',
    values: { config: { proxyBufferSize: '1t' } },
    error: /\/config\/proxyBufferSize'/,
  },
  {
    name: 'a word that is not in the list',
    values: { config: { pathMatch: 'regex' } },
    error: /\/config\/pathMatch'/,
  },
  { name: 'an unknown status', values: { config: { unknownHost: 500 } }, error: /\/config\/unknownHost'/ },
  {
    name: 'workers that are neither a number nor auto',
    values: { config: { workers: 'many' } },
    error: /\/config\/workers'/,
  },
  {
    name: 'a list as text',
    values: { config: { trustedProxies: '10.0.0.0/8' } },
    error: /\/config\/trustedProxies'/,
  },
  { name: 'another kind of workload', values: { kind: 'StatefulSet' }, error: /\/kind'/ },
  {
    name: 'another kind of Service',
    values: { service: { type: 'ExternalName' } },
    error: /\/service\/type'/,
  },
  {
    name: 'a certificate without a Secret',
    values: { tls: { certificates: [{ name: 'default' }] } },
    error: /\/tls\/certificates\/0'/,
  },
  { name: 'a bad digest', values: { image: { digest: 'sha256:abc' } }, error: /\/image\/digest'/ },
  {
    name: 'an alert that does not exist',
    values: rule({ disabled: ['PodwayDown'] }),
    error: /\/disabled\/0'/,
  },
  {
    name: 'a misspelled key of a router',
    values: { routers: { a: { replica: 1 } } },
    error: /'replica' not allowed/,
  },
  { name: 'routers of a router', values: { routers: { a: { routers: {} } } }, error: /\/routers\/a'/ },
  {
    name: 'a router with a bad name',
    values: { routers: { 'A b': {} } },
    error: /'A b' does not match pattern/,
  },
  ...['prometheusRule', 'dashboard'].map((name) => ({
    name: `a ${name} of a router: the release has only one`,
    values: { routers: { a: { metrics: { [name]: { enabled: true } } } } },
    error: /\/routers\/a\/metrics'/,
  })),
  {
    name: 'more objects of a router',
    values: { routers: { a: { extraObjects: [{ kind: 'Secret' }] } } },
    error: /\/routers\/a'/,
  },
  ...['port', 'adminPort', 'apiKeySecretLocation', 'drainDelay', 'drainTimeout'].map((name) => ({
    name: `no config.${name}`,
    values: { config: { [name]: null } },
    error: new RegExp(`config\\.${name} is required`),
  })),
  { name: 'one port for two listeners', values: { config: { adminPort: 8080 } }, error: /are the same/ },
  ...[
    { values: { operatorPort: 8080 }, error: /config\.operatorPort 8080 is also config\.port/ },
    { values: { adminPort: 9909 }, error: /config\.operatorPort 9909 is also config\.adminPort/ },
    { values: { operatorPort: 7, tlsPort: 7 }, error: /config\.operatorPort 7 is also config\.tlsPort/ },
    { values: { terminalPort: 9909 }, error: /config\.operatorPort 9909 is also config\.terminalPort/ },
  ].map(({ values, error }) => ({
    name: `a port of the operator listener that another listener has: ${JSON.stringify(values)}`,
    values: { config: values },
    error,
  })),
  ...['0.0.0.0', '::', '10.0.0.7'].map((operatorAddress) => ({
    name: `an operator listener without a token at ${operatorAddress}`,
    values: { config: { operatorAddress } },
    error: /config\.operatorAddress .* needs operator\.tokenSecret/,
  })),
  {
    name: 'a token as a value instead of in a Secret',
    values: { operator: { token: 'x' } },
    error: /'token' not allowed/,
  },
  {
    name: "one port of the node's network for the operator listeners of two routers",
    values: {
      kind: 'DaemonSet',
      hostNetwork: true,
      routers: { a: {}, b: { config: { port: 81, adminPort: 82 } } },
    },
    error: /both need port 9909/,
  },
  {
    name: 'a variable that config also sets',
    values: { config: { workers: 2 }, extraEnv: [{ name: 'WORKERS', value: '3' }] },
    error: /extraEnv has WORKERS, which config also sets/,
  },
  ...['127.0.0.1', '::1', '10.0.0.7'].map((address) => ({
    name: `probes that cannot reach ${address}`,
    values: { config: { adminAddress: address } },
    error: /the kubelet probes the admin port at the pod's address/,
  })),
  {
    name: 'pods scraped twice',
    values: { metrics: { podMonitor: { enabled: true }, serviceMonitor: { enabled: true } } },
    error: /would scrape every pod twice/,
  },
  {
    name: 'a DaemonSet with strategy Recreate',
    values: { kind: 'DaemonSet', updateStrategy: { type: 'Recreate' } },
    error: /Recreate is not valid for a DaemonSet/,
  },
  {
    name: 'a Deployment that waits for deletions',
    values: { updateStrategy: { type: 'OnDelete' } },
    error: /OnDelete is not valid for a Deployment/,
  },
  {
    name: 'scaling without a metric',
    values: { autoscaling: { enabled: true, targetCPUUtilizationPercentage: null } },
    error: /needs targetCPUUtilizationPercentage/,
  },
  {
    name: 'scaling downwards only',
    values: { autoscaling: { enabled: true, minReplicas: 20 } },
    error: /minReplicas is above autoscaling\.maxReplicas/,
  },
  {
    name: 'one of two routers',
    values: { routers: { a: {}, b: { kind: 'DaemonSet', autoscaling: { enabled: true } } } },
    error: /autoscaling\.enabled needs kind: Deployment/,
  },
  {
    name: 'a router with the name of the metrics Service of another',
    values: { routers: { a: { metrics: { serviceMonitor: { enabled: true } } }, 'a-metrics': {} } },
    error: /router a-metrics: router a has a Service of that name/,
  },
  {
    name: 'a disruption budget without a limit',
    values: { podDisruptionBudget: { maxUnavailable: null } },
    error: /podDisruptionBudget\.enabled needs maxUnavailable or minAvailable/,
  },
  ...['type', 'port'].map((name) => ({
    name: `a Service without ${name}`,
    values: { service: { [name]: null } },
    error: new RegExp(`service\\.${name} is required`),
  })),
  {
    name: "one port of the nodes for two routers on the nodes' network",
    values: { kind: 'DaemonSet', hostNetwork: true, routers: { a: {}, b: { config: { adminPort: 9091 } } } },
    error: /routers a and b are DaemonSets of the same nodes, and both need port 8080/,
  },
  {
    name: 'one port of the nodes for two routers',
    values: { kind: 'DaemonSet', hostPorts: { http: 80 }, routers: { a: {}, b: { config: { port: 8000 } } } },
    error: /both need port 80/,
  },
  {
    name: 'one port of the nodes for the TLS of two routers',
    values: {
      kind: 'DaemonSet',
      config: { tlsPort: 8443 },
      hostPorts: { https: 443 },
      routers: { a: {}, b: { config: { tlsPort: 8444 } } },
    },
    error: /both need port 443/,
  },
  {
    name: 'TLS on the port for requests without it',
    values: { config: { tlsPort: 8080 } },
    error: /config\.tlsPort 8080 is also config\.port or config\.adminPort/,
  },
  {
    name: 'a port of the node for TLS without one of the container',
    values: { hostPorts: { https: 443 } },
    error: /hostPorts\.https needs config\.tlsPort/,
  },
  {
    name: 'one port of the Service for requests with and without TLS',
    values: { config: { tlsPort: 8443 }, service: { httpsPort: 80 } },
    error: /service\.port and service\.httpsPort are the same/,
  },
  {
    name: 'a Service without a port for TLS',
    values: { config: { tlsPort: 8443 }, service: { httpsPort: null } },
    error: /service\.httpsPort is required/,
  },
  {
    name: 'a DaemonSet that scales',
    values: { kind: 'DaemonSet', autoscaling: { enabled: true } },
    error: /autoscaling\.enabled needs kind: Deployment/,
  },
];

function rule(values: Values): Values {
  return { metrics: { prometheusRule: values } };
}

for (const { name, values, error } of sampleOf(REFUSALS, 6)) {
  chartTest(`refused: ${name}`, async (tools) => {
    const { code, stdout, stderr } = await helmTemplate(tools, values);
    assert.notEqual(code, 0);
    assert.equal(stdout, '');
    assert.match(stderr, error);
  });
}
