import assert from 'node:assert/strict';
import { fileURLToPath } from 'node:url';
import { EVERYTHING } from './everything.ts';
import { chartTest, manifests, render, runProgram } from './release.ts';
import { applyStrictly } from './strict-apply.ts';
import { checkTypes } from './typed.ts';
import { CHART } from './written-files.ts';
import { sampleOf } from '../fixtures/wide.ts';

// Texts that YAML would read as a number, a boolean or null stay texts.

const NAMES: readonly (readonly [release: string, namespace: string])[] = [
  ['42', '1234'],
  ['1e3', '0x1f'],
  ['true', 'null'],
  ['no', 'on'],
  ['012', '0'],
];

for (const [release, namespace] of sampleOf(NAMES, 1)) {
  chartTest(`kubectl applies a release ${release} in a namespace ${namespace}`, async (tools) => {
    const values = JSON.stringify({
      ...EVERYTHING,
      routers: { ...(EVERYTHING['routers'] as object), yes: {} },
    });
    const args = ['template', release, fileURLToPath(CHART), '--namespace', namespace, '--values', '-'];
    const { code, stdout, stderr } = await runProgram(tools.helm, args, values);
    assert.equal(code, 0, stderr);
    const objects = manifests(stdout);
    assert.ok(objects.some(({ metadata }) => metadata.labels?.['app.kubernetes.io/component'] === 'yes'));
    for (const object of objects) {
      checkTypes(object);
      assert.equal(object.metadata.labels?.['app.kubernetes.io/instance'], release);
      // The name of a Service begins with a letter, and all objects of a router have the same name.
      if (object.kind === 'Service') assert.match(object.metadata.name, /^[a-z]/);
    }
    const applied = await applyStrictly(tools, stdout);
    assert.equal(applied.code, 0, applied.stderr);
    assert.equal(applied.taken.length, objects.length);
  });
}

chartTest('every text value stays a text', async (tools) => {
  const labels = { a: '1', b: 'yes', c: '1e3', d: 'null', e: '0x1f', f: '1_0', g: '', h: '12:30' };
  const objects = await render(tools, {
    fullnameOverride: 'e1',
    nameOverride: '1.10',
    namespaceOverride: '1e9',
    commonLabels: labels,
    commonAnnotations: labels,
    podLabels: labels,
    image: { registry: '10', repository: '1e1', tag: '1.10' },
    priorityClassName: '100',
    runtimeClassName: '1.0',
    serviceAccount: { name: '1e4' },
    nodeSelector: labels,
    config: {
      watchNamespace: '77',
      address: '::',
      apiKeySecretLocation: '8:9',
      routableLabelSelector: 'on=1',
    },
    service: {
      loadBalancerClass: '1',
      appProtocol: '2',
      clusterIP: '3',
      trafficDistribution: '4',
      loadBalancerIP: '5',
    },
    podDisruptionBudget: { maxUnavailable: 1_000_000 },
    networkPolicy: { enabled: true },
    metrics: {
      podMonitor: { enabled: true, namespace: '6', interval: '15s' },
      prometheusRule: { enabled: true, namespace: '7', alertLabels: labels },
      dashboard: { enabled: true, namespace: '8' },
    },
  });
  for (const object of objects) {
    checkTypes(object);
    for (const [key, value] of Object.entries(labels)) {
      assert.strictEqual(object.metadata.labels?.[key], value);
      assert.strictEqual(object.metadata.annotations?.[key], value);
    }
  }
  const budget = objects.find(({ kind }) => kind === 'PodDisruptionBudget');
  assert.strictEqual(budget?.spec?.['maxUnavailable'], 1_000_000);
});
