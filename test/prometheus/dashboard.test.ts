import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { expanded, readDashboard } from './dashboard.ts';
import { prometheusMissing } from './prometheus.ts';
import { Scene } from './scene.ts';

const RULES = fileURLToPath(new URL('../../charts/podway/prometheus/alerts.yaml', import.meta.url));
const INTERVAL = '10s';

/** Alerts whose condition the scene makes true. The others have their series here and their sense in alerts.test.yaml. */
const TRUE_HERE = [
  'PodwayErrorRatio',
  'PodwayKeyFailingClosed',
  'PodwayRouteWithoutReadyPod',
  'PodwayShedding',
  'PodwayWishesRejected',
];

test('a real Prometheus has every series of the dashboard and of the alerts', async (t) => {
  const missing = await prometheusMissing();
  if (missing !== false) return t.skip(missing);
  await using scene = await Scene.start([RULES]);
  const { prometheus } = scene;
  const { panels, templating } = readDashboard();

  for (const { title, targets = [] } of panels) {
    for (const { expr, legendFormat } of targets) {
      await t.test(`${title}: ${legendFormat}`, () =>
        prometheus.eventually(async () => {
          const series = await prometheus.query(expanded(expr, INTERVAL));
          assert.ok(series.length > 0, 'nothing');
          for (const { metric, value } of series) {
            assert.ok(Number.isFinite(Number(value[1])), `${JSON.stringify(metric)} is ${value[1]}`);
            checkLegend(legendFormat, metric);
          }
        }),
      );
    }
  }

  for (const { name, query } of templating.list) {
    if (typeof query !== 'object') continue;
    const selector = /^label_values\((.*), (\w+)\)$/.exec(query.query) ?? assert.fail(query.query);
    await t.test(`variable ${name}`, async () => {
      const series = await prometheus.query(expanded(selector[1] ?? '', INTERVAL));
      assert.ok(series.some(({ metric }) => metric[selector[2] ?? ''] !== undefined));
    });
  }

  await t.test('series of the alerts', async () => {
    const names = new Set((await readFile(RULES, 'utf8')).match(/\bpodway_\w+/g));
    for (const name of names) assert.ok((await prometheus.query(name)).length > 0, name);
  });

  await t.test('alerts that are true here are pending or firing, and no other', () =>
    prometheus.eventually(async () => {
      const alerts = await prometheus.query('count by (alertname) (ALERTS)');
      assert.deepEqual(new Set(alerts.map(({ metric }) => metric['alertname'])), new Set(TRUE_HERE));
    }),
  );
});

/** Every label of a legend is a label of the series; a series may lack `namespace`, which says that no pod answered. */
function checkLegend(legend: string, metric: Readonly<Record<string, string>>): void {
  for (const [, label = ''] of legend.matchAll(/\{\{(\w+)\}\}/g)) {
    if (label !== 'namespace') assert.ok(metric[label] !== undefined, `no label ${label}`);
  }
}
