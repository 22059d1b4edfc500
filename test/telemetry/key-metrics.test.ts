import type { KeyCounts } from '../../src/boundary/figures.ts';
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { KeyMetrics } from '../../src/telemetry/key-metrics.ts';
import { delta } from '../fixtures/table-delta.ts';
import { samplesOf, textOf } from './exposition.ts';

const TWO = { namespace: 'shop', digests: ['x', 'y'], fields: ['api-key', 'api-key.next'] };

function counts(changes: Partial<KeyCounts>): KeyCounts {
  return { namespace: 'shop', missing: 0, wrong: 0, repeated: 0, byPod: 0, uses: [], ...changes };
}

async function read(series: KeyMetrics): Promise<Record<string, number>> {
  return Object.fromEntries(samplesOf(await textOf(series.render())));
}

test('every namespace with keys has series of its keys, their uses and the refusals', async () => {
  const series = new KeyMetrics();
  series.follow(delta({ keys: [TWO] }));
  series.add(counts({ missing: 1, wrong: 2, repeated: 3, byPod: 4, uses: [['api-key.next', 5]] }));
  series.add(counts({ namespace: 'gone', missing: 1 }));
  series.add(counts({ uses: [['api-key.unknown', 1]] }));
  assert.deepEqual(await read(series), {
    'podway_namespace_keys{namespace="shop"}': 2,
    'podway_key_uses_total{field="api-key",namespace="shop"}': 0,
    'podway_key_uses_total{field="api-key.next",namespace="shop"}': 5,
    'podway_forbidden_total{cause="missing-key",namespace="shop"}': 1,
    'podway_forbidden_total{cause="wrong-key",namespace="shop"}': 2,
    'podway_forbidden_total{cause="repeated-key",namespace="shop"}': 3,
    'podway_forbidden_total{cause="pod",namespace="shop"}': 4,
  });
});

test('the series of a removed field or namespace are removed, and the others continue', async () => {
  const series = new KeyMetrics();
  series.follow(delta({ keys: [TWO] }));
  series.add(counts({ missing: 1, uses: [['api-key', 7]] }));
  series.follow(delta({ keys: [{ namespace: 'shop', digests: ['y'], fields: ['api-key'] }] }));
  const samples = await read(series);
  assert.equal(samples['podway_key_uses_total{field="api-key",namespace="shop"}'], 7);
  assert.equal(samples['podway_key_uses_total{field="api-key.next",namespace="shop"}'], undefined);
  assert.equal(samples['podway_forbidden_total{cause="missing-key",namespace="shop"}'], 1);
  series.follow(delta({ keysRemoved: ['shop'] }));
  assert.deepEqual(await read(series), {});
});
