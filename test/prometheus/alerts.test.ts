import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import { REASONS } from '../../src/boundary/reasons.ts';

const RULES = fileURLToPath(new URL('../../charts/podway/prometheus/alerts.yaml', import.meta.url));
const UNIT_TESTS = fileURLToPath(new URL('alerts.test.yaml', import.meta.url));

interface Rule {
  readonly alert: string;
  readonly expr: string;
  readonly annotations: Readonly<Record<string, string>>;
}

interface RuleFile {
  readonly groups: readonly { readonly rules: readonly Rule[] }[];
}

interface UnitTests {
  readonly tests: readonly {
    readonly alert_rule_test: readonly { readonly alertname: string; readonly exp_alerts: unknown[] }[];
  }[];
}

function alerts(): Rule[] {
  const { groups } = parse(readFileSync(RULES, 'utf8')) as RuleFile;
  return groups.flatMap(({ rules }) => rules);
}

test('every alert has a unit test in which it fires', () => {
  const { tests } = parse(readFileSync(UNIT_TESTS, 'utf8')) as UnitTests;
  const firing = tests.flatMap((one) => one.alert_rule_test).filter((one) => one.exp_alerts.length > 0);
  assert.deepEqual(
    [...new Set(firing.map(({ alertname }) => alertname))].sort(),
    alerts()
      .map(({ alert }) => alert)
      .sort(),
  );
});

test('every alert names its own chapter of docs/alerts.md', () => {
  for (const { alert, annotations } of alerts())
    assert.equal(annotations['runbook_url'], `docs/alerts.md#${alert.toLowerCase()}`);
});

test('every alert that distinguishes causes has the cause in its text', () => {
  const described = alerts().flatMap(({ alert, expr, annotations }) => {
    const [label] = /(?<=\bby \([^)]*)\b(?:reason|cause|result|resource)\b/.exec(expr) ?? [];
    if (label !== undefined) assert.ok(annotations['description']?.includes(`$labels.${label} `), alert);
    return label === undefined ? [] : [alert];
  });
  assert.ok(described.length > 4);
});

test('the alert about errors counts the reasons that cause 5xx, and no others', () => {
  const { annotations } = alerts().find(({ alert }) => alert === 'PodwayErrorRatio') ?? assert.fail();
  const [, pattern] = /\$five := "([^"]+)"/.exec(annotations['description'] ?? '') ?? [];
  const looksFor = new RegExp(`^(?:${pattern})$`);
  for (const [reason, { status }] of Object.entries(REASONS))
    assert.equal(looksFor.test(reason), typeof status === 'number' && status >= 500, reason);
});
