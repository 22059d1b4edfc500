import { type Logger, pino } from 'pino';

/** A logger whose lines a test reads. */
export class LogLines {
  readonly #lines: string[] = [];
  readonly logger: Logger = pino(
    { base: null, timestamp: false, formatters: { level: (level) => ({ level }) } },
    { write: (line: string) => void this.#lines.push(line) },
  );

  /** What was logged since the last call. */
  take(): Record<string, unknown>[] {
    return this.#lines.splice(0).map((line) => JSON.parse(line) as Record<string, unknown>);
  }
}
