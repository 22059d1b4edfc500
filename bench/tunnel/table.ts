import { spread } from '../harness/metrics.ts';
import { type Figure, FIGURES, type Figures } from './measures.ts';

/** The figures of one forwarder, round by round. */
export interface Row {
  readonly name: string;
  readonly rounds: Figures[];
}

/** Medians and ranges, one line for each forwarder. */
export function tableOf(rows: readonly Row[]): string[] {
  const all = Object.keys(FIGURES) as Figure[];
  const figures = all.filter((it) => rows.some(({ rounds }) => rounds.some((figures) => it in figures)));
  const cells = [['', ...figures], ...rows.map((row) => [row.name, ...figures.map((it) => cell(row, it))])];
  const widths = cells[0]?.map((_, at) => Math.max(...cells.map((row) => row[at]?.length ?? 0))) ?? [];
  return cells.map((row) =>
    row
      .map((text, at) => (at === 0 ? text.padEnd(widths[0] ?? 0) : text.padStart(widths[at] ?? 0)))
      .join('  '),
  );
}

/** `figure` of one forwarder divided by that of another in the same round: the median, and the range. */
export function ratio(one: Row, other: Row, figure: Figure): string {
  const ratios = one.rounds.map(
    (it, at) => (it[figure] ?? Number.NaN) / (other.rounds[at]?.[figure] ?? Number.NaN),
  );
  return spreadOf(ratios, 2);
}

/** The median of values, and their range. */
export function spreadOf(values: readonly number[], digits: number): string {
  const found = spread(values);
  if (found === undefined) return '-';
  const { median, low, high } = found;
  const range = values.length > 1 ? ` (${low.toFixed(digits)} to ${high.toFixed(digits)})` : '';
  return `${median.toFixed(digits)}${range}`;
}

function cell({ rounds }: Row, figure: Figure): string {
  const values = rounds.map((it) => it[figure]).filter((it) => it !== undefined);
  const median = spread(values)?.median;
  if (median === undefined) return '-';
  return median.toFixed(median >= 100 ? 0 : median >= 10 ? 1 : 2);
}
