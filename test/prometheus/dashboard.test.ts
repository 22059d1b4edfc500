import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import { expanded, readDashboard } from './dashboard.ts';
import { prometheusMissing, type Series } from './prometheus.ts';
import { Scene } from './scene.ts';
import { isWide, sampleOf, unlessWide } from '../fixtures/wide.ts';

const RULES = fileURLToPath(new URL('../../charts/podway/prometheus/alerts.yaml', import.meta.url));
const INTERVAL = '10s';
const OPERATIONS = new URL('../../docs/operations.md', import.meta.url);
/** The scene makes the condition of every alert true; alerts.test.yaml tests how long each condition has to hold. */
const rules = readFileSync(RULES, 'utf8');
const AT_ONCE = rules.replaceAll(/^ +for: .*\n/gm, '');
const ALERTS = [...rules.matchAll(/- alert: (\w+)/g)].map(([, name]) => name);

/** npm test checks some panels of a router under load; with faults, every series appears within half a minute. */
test('a real Prometheus has every series of the dashboard and of the alerts', async (t) => {
  const missing = await prometheusMissing();
  if (missing !== false) return t.skip(missing);
  await using scene = await Scene.start({ rules: AT_ONCE, faults: isWide });
  const { prometheus } = scene;
  const { panels, templating } = readDashboard();

  for (const { title, targets = [] } of sampleOf(panels, 8)) {
    for (const { expr, legendFormat } of targets) {
      await t.test(`${title}: ${legendFormat}`, () =>
        prometheus.eventually(async () => {
          const series = await prometheus.query(expanded(expr, INTERVAL));
          assert.ok(series.length > 0, 'nothing');
          for (const { metric, value } of series) {
            const amount = Number(value[1]);
            assert.ok(Number.isFinite(amount) && amount >= 0, `${JSON.stringify(metric)} is ${value[1]}`);
            checkLegend(legendFormat, metric);
          }
        }),
      );
    }
  }

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

  await t.test('series of the alerts', { skip: unlessWide }, async () => {
    // Some series appear and disappear, such as those of ejected pods.
    for (const name of new Set(rules.match(/\bpodway_\w+/g)))
      await prometheus.eventually(async () => assert.ok((await prometheus.query(name)).length > 0, name));
  });

  await t.test('every alert fires', { skip: unlessWide }, () =>
    prometheus.eventually(async () => {
      const alerts = await prometheus.query('count by (alertname) (ALERTS{alertstate="firing"})');
      const firing = new Set(alerts.map(({ metric }) => metric['alertname']));
      assert.deepEqual(
        ALERTS.filter((name) => !firing.has(name)),
        [],
      );
    }),
  );

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
