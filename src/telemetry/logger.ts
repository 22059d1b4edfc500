import { type Logger, pino } from 'pino';
import { prettyFactory } from 'pino-pretty';
import type { Config } from '../config/load.ts';
import { LineSink } from './line-sink.ts';

export type { Logger } from 'pino';

const BACKLOG = 1024 * 1024;

export interface Log {
  readonly logger: Logger;
  /** Lines dropped because the reader was too slow. */
  readonly dropped: () => number;
  /** Writes a line of another kind into the log. Returns false if the reader was too slow, and the line is lost. */
  readonly line: (text: string) => boolean;
  /** Call it at the end of the process. Writes the lines that wait, as far as the reader takes them at once. */
  readonly flush: () => void;
}

/** The process's log: JSON lines, or coloured text when `fd` is a terminal. Never blocks. */
export function openLog(fd: number, options: { level: Config['logLevel']; terminal: boolean }): Log {
  let dropped = 0;
  const sink = new LineSink(fd, { limit: BACKLOG, onDropped: () => undefined });
  const write = (line: string) => {
    if (!sink.write(line)) dropped += 1;
  };
  const pretty = options.terminal
    ? prettyFactory({ colorize: true, translateTime: 'SYS:HH:MM:ss.l' })
    : undefined;
  const logger = pino(
    {
      level: options.level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (level) => ({ level }) },
    },
    { write: (line: string) => write(pretty ? (pretty(line) ?? '') : line) },
  );
  return { logger, dropped: () => dropped, line: (text) => sink.write(text), flush: () => sink.flush() };
}
