/** Columns or rows, at most; programs allocate by it. */
const LARGEST = 1_000;

export interface TerminalSize {
  readonly columns: number;
  readonly rows: number;
}

/** A size that may be sent: whole numbers from 1 to 1,000, larger ones cut; undefined for anything else. */
export function terminalSize({
  columns,
  rows,
}: {
  readonly columns: unknown;
  readonly rows: unknown;
}): TerminalSize | undefined {
  const isCount = (value: unknown): value is number => Number.isInteger(value) && (value as number) > 0;
  if (!isCount(columns) || !isCount(rows)) return undefined;
  return { columns: Math.min(columns, LARGEST), rows: Math.min(rows, LARGEST) };
}

/** As remotecommand.TerminalSize is written. */
export function resizeMessage({ columns, rows }: TerminalSize): Uint8Array {
  return Buffer.from(JSON.stringify({ Width: columns, Height: rows }));
}

/** Sizes that make a program which is running already draw its screen again: it sees a change in any case. */
export function redrawingSizes(size: TerminalSize): readonly TerminalSize[] {
  const { columns, rows } = size;
  return [{ columns: columns + 1, rows: rows + 1 }, size];
}
