import type { TerminalSize } from '../../podstream/terminal-size.ts';

/** The first line of a recording (asciicast v2). `began`: seconds since 1970. */
export function castHeader({ columns, rows }: TerminalSize, began: number, title: string): string {
  const timestamp = Math.floor(began);
  return `${JSON.stringify({ version: 2, width: columns, height: rows, timestamp, title })}\n`;
}

/** A line of a recording: output, input, or a new size such as `80x24`. `after`: milliseconds since the beginning. */
export function castEvent(after: number, code: 'o' | 'i' | 'r', data: string): string {
  return `${JSON.stringify([Math.round(after) / 1000, code, data])}\n`;
}
