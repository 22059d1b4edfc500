import { plainText } from './shown.ts';

/** Default maximum width of a column, in characters. A longer cell moves the rest of its line to the right. */
const MAX_COLUMN_WIDTH = 64;
const GAP = '   ';

/** One column: its title, the cell of a row, and its width if later rows are unknown. */
export type Column<T> = readonly [title: string, cell: (row: T) => string | number, width?: number];

/**
 * Lines with aligned columns, the titles first. Leaves out columns whose cells are all empty. Without rows, no lines.
 *
 * @param maxWidth maximum width of a column, in characters
 */
export function columns<T>(
  rows: readonly T[],
  table: readonly Column<T>[],
  maxWidth: number = MAX_COLUMN_WIDTH,
): string[] {
  if (rows.length === 0) return [];
  const filled = table
    .map(([title, cell]) => [title, ...rows.map((row) => plainText(cell(row)))])
    .filter(([, ...cells]) => cells.some((it) => it !== ''));
  const widths = filled.map((cells) =>
    cells.reduce((most, { length }) => Math.max(most, Math.min(maxWidth, length)), 0),
  );
  return ['', ...rows].map((_, at) =>
    aligned(
      filled.map((cells) => cells[at] ?? ''),
      widths,
    ),
  );
}

/** Joins sections with an empty line between them. Leaves out empty ones. */
export function sections(all: readonly (readonly string[])[]): string[] {
  return all.filter(({ length }) => length > 0).flatMap((lines, at) => (at === 0 ? lines : ['', ...lines]));
}

/** The line with the titles of a table that goes on. */
export function titles(table: readonly Column<never>[]): string {
  return aligned(
    table.map(([title]) => title),
    table.map(([, , width = 0]) => width),
  );
}

/** The line of one row of a table that goes on. */
export function line<T>(row: T, table: readonly Column<T>[]): string {
  return aligned(
    table.map(([, cell]) => plainText(cell(row))),
    table.map(([, , width = 0]) => width),
  );
}

function aligned(cells: readonly string[], widths: readonly number[]): string {
  return cells
    .map((cell, at) => (cell || '-').padEnd(widths[at] ?? 0))
    .join(GAP)
    .trimEnd();
}
