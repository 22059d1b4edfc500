import assert from 'node:assert/strict';
import { chartTest, helmTemplate, type Values } from './release.ts';

interface Refusal {
  readonly name: string;
  readonly values: Values;
  readonly says: RegExp;
}

const REFUSALS: readonly Refusal[] = [
  { name: 'a key that does not exist', values: { replica: 3 }, says: /'replica' not allowed/ },
  {
    name: 'a mistyped setting',
    values: { config: { drainTimout: '5s' } },
    says: /'drainTimout' not allowed/,
  },
  { name: 'a nested key', values: { service: { portt: 1 } }, says: /\/service'.*'portt' not allowed/s },
  { name: 'a port as text', values: { config: { port: '8080' } }, says: /\/config\/port'/ },
  { name: 'a port out of range', values: { config: { adminPort: 70_000 } }, says: /\/config\/adminPort'/ },
  { name: 'a flag as text', values: { config: { requireReady: 'yes' } }, says: /\/config\/requireReady'/ },
  {
    name: 'a duration without sense',
    values: { config: { drainDelay: 'soon' } },
    says: /\/config\/drainDelay'/,
  },
  {
    name: 'a size without sense',
    values: { config: { proxyBufferSize: '1t' } },
    says: /\/config\/proxyBufferSize'/,
  },
  { name: 'a word of no list', values: { config: { pathMatch: 'regex' } }, says: /\/config\/pathMatch'/ },
  { name: 'an unknown status', values: { config: { unknownHost: 500 } }, says: /\/config\/unknownHost'/ },
  { name: 'workers of neither kind', values: { config: { workers: 'many' } }, says: /\/config\/workers'/ },
  {
    name: 'a list as text',
    values: { config: { trustedProxies: '10.0.0.0/8' } },
    says: /\/config\/trustedProxies'/,
  },
  { name: 'another kind of workload', values: { kind: 'StatefulSet' }, says: /\/kind'/ },
  {
    name: 'another kind of Service',
    values: { service: { type: 'ExternalName' } },
    says: /\/service\/type'/,
  },
  { name: 'a bad digest', values: { image: { digest: 'sha256:abc' } }, says: /\/image\/digest'/ },
  {
    name: 'an alert that does not exist',
    values: rule({ disabled: ['PodwayDown'] }),
    says: /\/disabled\/0'/,
  },
  {
    name: 'a mistyped key of a router',
    values: { routers: { a: { replica: 1 } } },
    says: /'replica' not allowed/,
  },
  { name: 'routers of a router', values: { routers: { a: { routers: {} } } }, says: /\/routers\/a'/ },
  {
    name: 'a router with a bad name',
    values: { routers: { 'A b': {} } },
    says: /'A b' does not match pattern/,
  },
  {
    name: 'a DaemonSet that scales',
    values: { kind: 'DaemonSet', autoscaling: { enabled: true } },
    says: /autoscaling\.enabled needs kind: Deployment/,
  },
];

function rule(values: Values): Values {
  return { metrics: { prometheusRule: values } };
}

for (const { name, values, says } of REFUSALS) {
  chartTest(`refused: ${name}`, async (tools) => {
    const { code, stdout, stderr } = await helmTemplate(tools, values);
    assert.notEqual(code, 0);
    assert.equal(stdout, '');
    assert.match(stderr, says);
  });
}
