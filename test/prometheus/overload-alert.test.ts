import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { Metrics } from '../../src/telemetry/metrics.ts';
import { NOTHING_YET } from '../fixtures/control-plane-state.ts';
import { get } from '../fixtures/check.ts';
import { ok, until } from '../fixtures/origin.ts';
import { type Scene, startScene } from '../fixtures/scene.ts';
import { textOf } from '../telemetry/exposition.ts';
import { delta, recordsOf } from '../fixtures/table-delta.ts';
import { prometheusMissing, promtool } from './prometheus.ts';

const RULES = fileURLToPath(new URL('../../charts/podway/prometheus/alerts.yaml', import.meta.url));
const SERVED = 11;
const REFUSED = 14;

/** The statuses of a data plane that admits this many concurrent requests and refuses the others. */
async function statuses(scene: Scene, release: () => void): Promise<number[]> {
  const clients = await Promise.all(Array.from({ length: SERVED + REFUSED }, () => scene.client()));
  const served = clients.slice(0, SERVED);
  const refused = clients.slice(SERVED);
  for (const client of served) await client.send(get('/'));
  await scene.origin('o1').request(SERVED - 1);
  const answers = await Promise.all(refused.map((client) => client.exchange(get('/'))));
  release();
  answers.push(...(await Promise.all(served.map((client) => client.response()))));
  return answers.map(({ status }) => status);
}

/** The lines of a family as series of a promtool unit test, with the same increase in every interval. */
function growing(text: string, family: string): { series: string; values: string }[] {
  const samples = text.matchAll(new RegExp(`^(${family})\\{(.*)\\} (\\d+)$`, 'gm'));
  return [...samples].map(([, name, labels, value]) => ({
    series: `${name}{job="podway",${labels}}`,
    values: `0+${value}x40`,
  }));
}

test('the metrics of a router that refuses 56 % for overload make the alerts fire', async (t) => {
  const missing = await prometheusMissing();
  if (missing !== false) return t.skip(missing);
  const gate = Promise.withResolvers<void>();
  await using scene = await startScene({
    pods: [{ name: 'o1', answer: [until(gate.promise), ok('late')] }],
    settings: { maxInFlight: SERVED, maxInFlightShare: 100 },
  });
  const answers = await statuses(scene, gate.resolve);
  assert.equal(answers.filter((status) => status === 503).length, REFUSED);

  const metrics = new Metrics('1');
  const { series, endpoints, requests, ...figures } = scene.router.snapshot();
  assert.equal(requests.length + endpoints.length, 2, 'one series each for served and refused requests');
  const namespaces = [...new Set(series.map(({ namespace }) => namespace))].filter((it) => it !== '');
  const pods = namespaces.map((namespace) => {
    const condition = 'ready' as const;
    return { id: namespace, uid: '', namespace, pod: 'o1', address: '10.0.0.1', port: 80, condition };
  });
  metrics.follow(delta(recordsOf([{ host: 't.local', path: '/', endpoints: pods }])));
  metrics.add(figures);
  for (const increment of series) metrics.count(increment);
  const text = await textOf(metrics.render(NOTHING_YET));

  const alert = (alertname: string, labels: object, summary: string, description: string) => ({
    alertname,
    eval_time: '15m',
    exp_alerts: [
      {
        exp_labels: { severity: 'warning', job: 'podway', ...labels },
        exp_annotations: {
          summary,
          description,
          runbook_url: `docs/alerts.md#${alertname.toLowerCase()}`,
        },
      },
    ],
  });
  const unitTest = {
    rule_files: [RULES],
    tests: [
      {
        interval: '30s',
        input_series: [
          ...growing(text, 'podway_requests_total'),
          ...growing(text, 'podway_refused_total'),
          { series: 'podway_downstream_connections_shed_total{job="podway"}', values: '0x40' },
        ],
        alert_rule_test: [
          alert(
            'PodwayErrorRatio',
            {},
            'More than 5 % of the requests for a route, or of all, are answered with 5xx',
            '56% of all requests fail. Reasons, in the whole router: overload-in-flight (466.7m/s).',
          ),
          alert(
            'PodwayShedding',
            { reason: 'overload-in-flight' },
            'A podway pod refuses connections or requests because of a limit',
            ' refuses 466.7m connections or requests a second: overload-in-flight.',
          ),
        ],
      },
    ],
  };
  const folder = await mkdtemp(join(tmpdir(), 'podway-alert-'));
  try {
    const file = join(folder, 'test.yaml');
    await writeFile(file, JSON.stringify(unitTest));
    const { code, output } = await promtool(['test', 'rules', file]);
    assert.equal(code, 0, output);
  } finally {
    await rm(folder, { recursive: true });
  }
});
