import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { kubernetesTools } from '../fixtures/kubernetes-tools.ts';
import { of } from '../chart/check-release.ts';
import { render } from '../chart/release.ts';
import { prometheusMissing, promtool } from './prometheus.ts';

const RULES = fileURLToPath(new URL('../../charts/podway/prometheus/alerts.yaml', import.meta.url));
const UNIT_TESTS = fileURLToPath(new URL('alerts.test.yaml', import.meta.url));

const skip = await prometheusMissing();

test('promtool accepts the alerts', { skip }, async () => {
  const { code, output } = await promtool(['check', 'rules', RULES]);
  assert.equal(code, 0, output);
});

test('promtool passes the unit tests of the alerts', { skip }, async () => {
  const { code, output } = await promtool(['test', 'rules', UNIT_TESTS]);
  assert.equal(code, 0, output);
});

test("promtool accepts the rules of the chart's PrometheusRule", { skip }, async (t) => {
  const tools = await kubernetesTools();
  if (typeof tools === 'string') return t.skip(tools);
  const objects = await render(tools, { metrics: { prometheusRule: { enabled: true } } });
  const folder = await mkdtemp(join(tmpdir(), 'podway-rules-'));
  try {
    const file = join(folder, 'rules.yaml');
    await writeFile(file, JSON.stringify(of(objects, 'PrometheusRule')[0]?.spec));
    const { code, output } = await promtool(['check', 'rules', file]);
    assert.equal(code, 0, output);
  } finally {
    await rm(folder, { recursive: true });
  }
});
