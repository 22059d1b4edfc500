import type { Outcome } from '../harness/comparison.ts';
import { METRICS, type Metric, ratios, spread } from '../harness/metrics.ts';
import type { Scenario } from '../harness/scenario.ts';

/** A scenario's outcomes as lines: the median, and below it the range over the rounds. */
export function table(scenario: Scenario, outcomes: readonly Outcome[], yardstick: string): string[] {
  const columns = scenario.columns.filter((metric) => outcomes.some((it) => valuesOf(it, metric).length > 0));
  const reference = outcomes.find((it) => it.name === yardstick)?.samples ?? [];
  const ratioTitle = reference.length > 0 ? [`${METRICS[scenario.headline].title} : ${yardstick}`] : [];
  const rows = [['', ...columns.map((it) => titleOf(it, scenario)), ...ratioTitle, '']];
  for (const outcome of outcomes) {
    const relative = reference.length > 0 ? [ratios(outcome.samples, reference, scenario.headline)] : [];
    const cells = columns.map((metric) => cell(valuesOf(outcome, metric), METRICS[metric].digits));
    rows.push([outcome.name, ...cells, ...relative.map((it) => cell(it, 2)), remark(outcome)]);
  }
  return align(rows);
}

export function valuesOf({ samples }: Outcome, metric: Metric): number[] {
  return samples.map((it) => it.figures[metric]).filter((it) => it !== undefined);
}

function titleOf(metric: Metric, { operation }: Scenario): string {
  const { title, unit } = METRICS[metric];
  if (metric === 'cpu') return `CPU us/${operation}`;
  if (metric === 'perSecond') return `${operation}s/s`;
  return unit === '' ? title : `${title} ${unit}`;
}

function cell(values: readonly number[], digits: number): string {
  const found = spread(values);
  if (found === undefined) return '-';
  const { median, low, high } = found;
  const range = values.length > 1 ? ` (${low.toFixed(digits)}-${high.toFixed(digits)})` : '';
  return `${median.toFixed(digits)}${range}`;
}

function remark({ samples, failed }: Outcome): string {
  if (failed !== undefined) return `out: ${failed.split('\n')[0]?.slice(0, 100)}`;
  const errors = samples.reduce((sum, it) => sum + it.errors, 0);
  return errors > 0 ? `${errors} errors` : '';
}

function align(rows: readonly string[][]): string[] {
  const widths = (rows[0] ?? []).map((_, at) => Math.max(...rows.map((row) => row[at]?.length ?? 0)));
  return rows.map((row) =>
    row
      .map((text, at) =>
        at === 0 || at === row.length - 1 ? text.padEnd(widths[at] ?? 0) : text.padStart(widths[at] ?? 0),
      )
      .join('  ')
      .trimEnd(),
  );
}
