import { word } from './shown.ts';

/** Characters to which a column is aligned; longer cells push the rest of their line. */
const WIDEST = 64;
const GAP = '   ';

/** One column: what stands above it, and the cell of a row. */
export type Column<T> = readonly [title: string, cell: (row: T) => string | number];

/** Lines with aligned columns, the titles first; columns without any cell are left out. No rows: no lines. */
export function columns<T>(rows: readonly T[], table: readonly Column<T>[]): string[] {
  if (rows.length === 0) return [];
  const filled = table
    .map(([title, cell]) => [title, ...rows.map((row) => word(cell(row)))])
    .filter(([, ...cells]) => cells.some((it) => it !== ''));
  const widths = filled.map((cells) => Math.min(WIDEST, Math.max(...cells.map(({ length }) => length))));
  return ['', ...rows].map((_, at) =>
    filled
      .map((cells, column) => (cells[at] || '-').padEnd(widths[column] ?? 0))
      .join(GAP)
      .trimEnd(),
  );
}
