import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import { expanded, type Panel, readDashboard } from './dashboard.ts';
import { type Check, type Prometheus, prometheusMissing, type Series } from './prometheus.ts';
import { Scene } from './scene.ts';
import { isWide, sampleOf, unlessWide } from '../fixtures/wide.ts';

const RULES = fileURLToPath(new URL('../../charts/podway/prometheus/alerts.yaml', import.meta.url));
const INTERVAL = '10s';
const OPERATIONS = new URL('../../docs/operations.md', import.meta.url);
/** The scene makes the condition of every alert true; alerts.test.yaml tests how long each condition has to hold. */
const rules = readFileSync(RULES, 'utf8');
const AT_ONCE = rules.replaceAll(/^ +for: .*\n/gm, '');
const ALERTS = [...rules.matchAll(/- alert: (\w+)/g)].map(([, name]) => name);

/**
 * Milliseconds from the start of the test until every series must have appeared. Most do within half a minute, or later
 * while other programs run. The rest of the two minutes of `--test-timeout` is for what follows.
 */
const TIMEOUT = 90_000;

/** npm test checks some panels of a router under load; with faults, every series appears within half a minute. */
test('a real Prometheus has every series of the dashboard and of the alerts', async (t) => {
  const missing = await prometheusMissing();
  if (missing !== false) return t.skip(missing);
  const deadline = performance.now() + TIMEOUT;
  await using scene = await Scene.start({ rules: AT_ONCE, faults: isWide });
  const { prometheus } = scene;
  const { panels, templating } = readDashboard();
  const checks = [
    ...sampleOf(panels, 8).flatMap((it) => queriesOf(it, prometheus)),
    ...(isWide ? [...seriesOfAlerts(prometheus), ...firingAlerts(prometheus)] : []),
  ];

  const failures = await prometheus.failures(checks, deadline);
  for (const check of checks)
    await t.test(check.name, () => {
      if (failures.has(check)) throw failures.get(check);
    });

  await t.test('a query without traffic returns 0 or no series', async () => {
    for (const { expr } of panels.flatMap(({ targets = [] }) => targets))
      for (const { metric, value } of await prometheus.query(withoutTraffic(expanded(expr, INTERVAL))))
        assert.notEqual(value[1], 'NaN', `${expr}: ${JSON.stringify(metric)}`);
  });

  for (const { name, query } of templating.list) {
    if (typeof query !== 'object') continue;
    const selector = /^label_values\((.*), (\w+)\)$/.exec(query.query) ?? assert.fail(query.query);
    await t.test(`variable ${name}`, async () => {
      const series = await prometheus.query(expanded(selector[1] ?? '', INTERVAL));
      assert.ok(series.some(({ metric }) => metric[selector[2] ?? ''] !== undefined));
    });
  }

  await t.test('the variables filter every query that has their labels', { skip: unlessWide }, async () => {
    const expressions = panels.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr));
    const selectors = expressions.flatMap((it) => [...it.matchAll(/(\w+)\{([^}]*)\}/g)]);
    assert.ok(selectors.length > 60);
    for (const [selector, name = '', matchers = ''] of selectors) {
      const labels = labelsOf(await prometheus.query(`last_over_time(${name}[5m])`));
      for (const label of NARROWED)
        assert.equal(matchers.includes(`${label}=~"$${label}"`), labels.has(label), `${selector}: ${label}`);
    }
  });

  await t.test("the adapter's rule of the operations page counts a pod's connections", async () => {
    const { address, port } = scene.unsynced;
    const sockets = Array.from({ length: IDLE }, () => connect(port, address));
    try {
      await prometheus.eventually(async () => {
        const series = await prometheus.query(adapterQuery('podway', ['podway-0', 'podway-1']));
        const counts = new Map(series.map(({ metric, value }) => [metric['pod'], Number(value[1])]));
        assert.deepEqual(new Set(counts.keys()), new Set(['podway-0', 'podway-1']));
        assert.equal(counts.get('podway-1'), IDLE);
      });
    } finally {
      for (const socket of sockets) socket.destroy();
    }
  });
});

/** Every query of the panel has series, with the labels that its legend names. */
function queriesOf({ title, targets = [] }: Panel, prometheus: Prometheus): readonly Check[] {
  return targets.map(({ expr, legendFormat }) => ({
    name: `${title}: ${legendFormat}`,
    attempt: async () => {
      const series = await prometheus.query(expanded(expr, INTERVAL));
      assert.ok(series.length > 0, `${expr} has no series`);
      for (const { metric, value } of series) {
        const amount = Number(value[1]);
        assert.ok(Number.isFinite(amount) && amount >= 0, `${JSON.stringify(metric)} is ${value[1]}`);
        checkLegend(legendFormat, metric);
      }
    },
  }));
}

/** Some series appear and disappear, such as those of ejected pods. */
function seriesOfAlerts(prometheus: Prometheus): readonly Check[] {
  return [...new Set(rules.match(/\bpodway_\w+/g))].map((name) => ({
    name: `series of the alerts: ${name}`,
    attempt: async () => assert.ok((await prometheus.query(name)).length > 0, `${name} has no series`),
  }));
}

function firingAlerts(prometheus: Prometheus): readonly Check[] {
  return ALERTS.map((name) => ({
    name: `the alert fires: ${name}`,
    attempt: async () => {
      const firing = await prometheus.query(`ALERTS{alertname="${name}",alertstate="firing"}`);
      assert.ok(firing.length > 0, `${name} does not fire`);
    },
  }));
}

/** Labels that the dashboard has a variable for. */
const NARROWED = ['job', 'instance', 'host', 'path', 'namespace'];

/** Label names of these series, without the namespace that Prometheus adds to series without one. */
function labelsOf(series: readonly Series[]): ReadonlySet<string> {
  return new Set(
    series.flatMap(({ metric }) => {
      const names = Object.keys(metric);
      return metric['namespace'] === 'podway' ? names.filter((it) => it !== 'namespace') : names;
    }),
  );
}

const IDLE = 7;

/**
 * The query of prometheus-adapter for the pods that a HorizontalPodAutoscaler scales, with the rule of the operations
 * page.
 */
function adapterQuery(namespace: string, pods: readonly string[]): string {
  const [, yaml = ''] = /```yaml\n( *rules:\n(?:.*\n)*?) *```/.exec(readFileSync(OPERATIONS, 'utf8')) ?? [];
  const [rule] = (parse(yaml) as { rules: { seriesQuery: string; metricsQuery: string }[] }).rules;
  assert.ok(rule);
  const [series = ''] = rule.seriesQuery.split('{');
  return rule.metricsQuery
    .replace('<<.Series>>', series)
    .replace('<<.LabelMatchers>>', `namespace="${namespace}",pod=~"${pods.join('|')}"`)
    .replace('<<.GroupBy>>', 'pod');
}

/** The same expression for series that exist and do not increase: its ratios and quantiles have nothing to divide. */
const withoutTraffic = (expression: string) => expression.replaceAll(/\b(?=(?:rate|increase)\()/g, '0 * ');

/** Every label that the legend names is a label of the series. */
function checkLegend(legend: string, metric: Readonly<Record<string, string>>): void {
  for (const [, label = ''] of legend.matchAll(/\{\{(\w+)\}\}/g)) {
    assert.ok(metric[label] !== undefined, `no label ${label}`);
  }
}
