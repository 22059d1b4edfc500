import { word } from './shown.ts';

/** Characters to which a column is aligned; longer cells push the rest of their line. */
const WIDEST = 64;
const GAP = '   ';

/** One column: what stands above it, the cell of a row, and in a table without an end its width. */
export type Column<T> = readonly [title: string, cell: (row: T) => string | number, width?: number];

/** Lines with aligned columns, the titles first; columns without any cell are left out. No rows: no lines. */
export function columns<T>(rows: readonly T[], table: readonly Column<T>[]): string[] {
  if (rows.length === 0) return [];
  const filled = table
    .map(([title, cell]) => [title, ...rows.map((row) => word(cell(row)))])
    .filter(([, ...cells]) => cells.some((it) => it !== ''));
  const widths = filled.map((cells) =>
    cells.reduce((most, { length }) => Math.max(most, Math.min(WIDEST, length)), 0),
  );
  return ['', ...rows].map((_, at) =>
    aligned(
      filled.map((cells) => cells[at] ?? ''),
      widths,
    ),
  );
}

/** Those that have lines, an empty line between two of them. */
export function sections(all: readonly (readonly string[])[]): string[] {
  return all.filter(({ length }) => length > 0).flatMap((lines, at) => (at === 0 ? lines : ['', ...lines]));
}

/** The titles of a table without an end. */
export function titles(table: readonly Column<never>[]): string {
  return aligned(
    table.map(([title]) => title),
    table.map(([, , width = 0]) => width),
  );
}

/** A row of it. */
export function line<T>(row: T, table: readonly Column<T>[]): string {
  return aligned(
    table.map(([, cell]) => word(cell(row))),
    table.map(([, , width = 0]) => width),
  );
}

function aligned(cells: readonly string[], widths: readonly number[]): string {
  return cells
    .map((cell, at) => (cell || '-').padEnd(widths[at] ?? 0))
    .join(GAP)
    .trimEnd();
}
