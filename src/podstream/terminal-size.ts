/** Maximum number of columns and of rows, since programs allocate memory for them. */
const MAX_DIMENSION = 1_000;

export interface TerminalSize {
  readonly columns: number;
  readonly rows: number;
}

/** A size with whole numbers from 1 to 1,000; larger numbers are reduced to 1,000. Undefined if a number is invalid. */
export function terminalSize({
  columns,
  rows,
}: {
  readonly columns: unknown;
  readonly rows: unknown;
}): TerminalSize | undefined {
  const isCount = (value: unknown): value is number => Number.isInteger(value) && (value as number) > 0;
  if (!isCount(columns) || !isCount(rows)) return undefined;
  return { columns: Math.min(columns, MAX_DIMENSION), rows: Math.min(rows, MAX_DIMENSION) };
}

/** The size in the JSON of remotecommand.TerminalSize. */
export function resizeMessage({ columns, rows }: TerminalSize): Uint8Array {
  return Buffer.from(JSON.stringify({ Width: columns, Height: rows }));
}

/** Two sizes that make a running program redraw its screen, because at least one of them differs from the current size. */
export function redrawingSizes(size: TerminalSize): readonly TerminalSize[] {
  const { columns, rows } = size;
  return [{ columns: columns + 1, rows: rows + 1 }, size];
}
