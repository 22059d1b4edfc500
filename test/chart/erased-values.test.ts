import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'yaml';
import { checkRelease, of, workloads } from './check-release.ts';
import { chartTest, helmTemplate, type Manifest, manifests, render, type Values } from './release.ts';
import { CHART } from './written-files.ts';
import { sampleOf } from '../fixtures/wide.ts';

// `null` erases a value in `routers.X`, as Helm does elsewhere.

interface Case {
  readonly name: string;
  /** Values that are set in addition to `routers`. */
  readonly values: Values;
  readonly router: Values;
  readonly holds: (objects: readonly Manifest[]) => void;
}

const CASES: readonly Case[] = [
  {
    name: 'a map of the defaults: no limits',
    values: {},
    router: { resources: { limits: null } },
    holds: (objects) => assert.deepEqual(Object.keys(first(objects).container.resources ?? {}), ['requests']),
  },
  {
    name: 'one key of a map',
    values: { podLabels: { team: 'edge', tier: 'web' }, nodeSelector: { pool: 'a' } },
    router: { podLabels: { team: null }, nodeSelector: { pool: null, disk: 'ssd' } },
    holds: (objects) => {
      const { podLabels, pod } = first(objects);
      assert.deepEqual([podLabels['team'], podLabels['tier']], [undefined, 'web']);
      assert.deepEqual(pod.nodeSelector, { disk: 'ssd' });
    },
  },
  {
    name: 'a setting',
    values: { config: { workers: 4, maxConnections: 100 } },
    router: { config: { workers: null } },
    holds: (objects) => {
      const { environment } = first(objects);
      assert.deepEqual([environment['WORKERS'], environment['MAX_CONNECTIONS']], [undefined, '100']);
    },
  },
  {
    name: 'probes, and one number of a probe',
    values: {},
    router: { probes: { startup: null, liveness: { failureThreshold: null } } },
    holds: (objects) => {
      const { startupProbe, livenessProbe } = first(objects).container;
      assert.equal(startupProbe, undefined);
      assert.deepEqual(Object.keys(livenessProbe ?? {}).sort(), [
        'httpGet',
        'periodSeconds',
        'timeoutSeconds',
      ]);
    },
  },
  {
    name: 'whole objects',
    values: { networkPolicy: { enabled: true } },
    router: { service: null, podDisruptionBudget: null, networkPolicy: null, rbac: null },
    holds: (objects) =>
      assert.deepEqual(objects.map(({ kind }) => kind).sort(), ['Deployment', 'ServiceAccount']),
  },
  {
    name: 'lists',
    values: { tolerations: [{ operator: 'Exists' }] },
    router: { tolerations: null, topologySpreadConstraints: null, args: null },
    holds: (objects) => {
      const { pod, container } = first(objects);
      assert.deepEqual([pod.tolerations, pod.topologySpreadConstraints], [undefined, undefined]);
      assert.equal(container.args, undefined);
    },
  },
  {
    name: 'the number of pods: the current number stays',
    values: {},
    router: { replicas: null, minReadySeconds: null, revisionHistoryLimit: null },
    holds: (objects) => {
      const [deployment] = of(objects, 'Deployment');
      const { replicas, minReadySeconds, revisionHistoryLimit } = deployment?.spec ?? {};
      assert.deepEqual([replicas, minReadySeconds, revisionHistoryLimit], [undefined, undefined, undefined]);
    },
  },
  {
    name: 'values of the top level that have no default',
    values: { updateStrategy: { type: 'Recreate' }, affinity: { nodeAffinity: {} } },
    router: { updateStrategy: null, affinity: null },
    holds: (objects) => {
      assert.equal(of(objects, 'Deployment')[0]?.spec?.['strategy'], undefined);
      assert.equal(first(objects).pod.affinity, undefined);
    },
  },
];

function first(objects: readonly Manifest[]) {
  const [workload] = workloads(objects);
  assert.ok(workload);
  return workload;
}

for (const { name, values, router, holds } of sampleOf(CASES, 4)) {
  chartTest(`null in a router erases: ${name}`, async (tools) => {
    holds(await render(tools, { ...values, routers: { one: router } }));
  });
}

/** Without these values an object cannot be made, and the chart reports it. */
const NEEDED = new Set(['kind', 'image', 'config', 'routers']);

chartTest('every other value may be erased, at the top and in a router', async (tools) => {
  const defaults = parse(readFileSync(new URL('values.yaml', CHART), 'utf8')) as Values;
  const whole = Object.keys(defaults).filter((key) => !NEEDED.has(key));
  const erased = Object.fromEntries(whole.map((key) => [key, null]));
  const kinds = ['Deployment'];
  assert.deepEqual(
    (await render(tools, erased)).map(({ kind }) => kind),
    kinds,
  );
  const { extraObjects: _, ...ofRouter } = erased;
  assert.deepEqual(
    (await render(tools, { routers: { one: ofRouter } })).map(({ kind }) => kind),
    kinds,
  );
  const leaves = erase(Object.fromEntries(whole.map((key) => [key, defaults[key]])), '');
  const { extraObjects: __, metrics, ...others } = leaves as { extraObjects: null; metrics: Values };
  const { prometheusRule: ___, dashboard: ____, ...scraping } = metrics;
  const router = { ...others, metrics: scraping };
  const objects = await render(tools, { routers: { one: router }, serviceAccount: { name: 'x' } });
  assert.ok(of(objects, 'Deployment').length === 1);
});

/** Every value within maps is null, except those that an object needs while it is made. */
function erase(value: unknown, path: string): unknown {
  if (KEPT.has(path)) return value;
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return null;
  return Object.fromEntries(Object.entries(value).map(([key, it]) => [key, erase(it, `${path}/${key}`)]));
}

const KEPT = new Set(['/service/type', '/service/port', '/podDisruptionBudget/maxUnavailable']);

const OVERLAYS: readonly (readonly [string, Values, readonly string[]])[] = [
  ['takes one router of two away', { b: null }, ['a']],
  ['takes one away and adds another', { a: null, c: {} }, ['b', 'c']],
  ['changes one and leaves the other', { b: { replicas: 5 } }, ['a', 'b']],
  ['takes all away: one router remains, with the values of the top level', { a: null, b: null }, ['router']],
];

for (const [name, overlay, left] of sampleOf(OVERLAYS, 2)) {
  chartTest(`a second file of values ${name}`, async (tools) => {
    const folder = await mkdtemp(join(tmpdir(), 'podway-values-'));
    try {
      const file = join(folder, 'overlay.json');
      await writeFile(file, JSON.stringify({ routers: overlay }));
      const base = { routers: { a: { config: { workers: 2 } }, b: { config: { workers: 3 } } } };
      const { code, stdout, stderr } = await helmTemplate(tools, base, '--values', file);
      assert.equal(code, 0, stderr);
      const objects = manifests(stdout);
      checkRelease(objects);
      const names = workloads(objects).map(({ podLabels }) => podLabels['app.kubernetes.io/component']);
      assert.deepEqual(names, left);
    } finally {
      await rm(folder, { recursive: true });
    }
  });
}

for (const key of ['kind', 'image']) {
  chartTest(`${key} cannot be erased: the chart reports it`, async (tools) => {
    const { code, stderr } = await helmTemplate(tools, { routers: { one: { [key]: null } } });
    assert.notEqual(code, 0);
    assert.match(stderr, /(kind|image\.repository) is required: the chart's objects depend on it/);
  });
}
