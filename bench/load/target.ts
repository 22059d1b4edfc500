import type { Place } from '../harness/rival.ts';

/** Where a load program sends its requests. */
export interface Target extends Place {
  readonly host: string;
  readonly path: string;
  /** By TLS, whoever signed the certificate. */
  readonly secure?: boolean;
}

/** What every load program prints, as JSON, when it is done. Times are in microseconds. */
export interface LoadResult {
  /** Requests, round trips or events. */
  readonly operations: number;
  readonly seconds: number;
  readonly errors: number;
  readonly p50?: number;
  readonly p99?: number;
  readonly p999?: number;
  /** The 99th percentile of the requests during which the generator was not held up. */
  readonly undisturbed99?: number;
  /** How late the generator itself was, 99th percentile: above it the latencies mean something. */
  readonly lag?: number;
  readonly rate?: number;
  readonly bytesPerPair?: number;
  readonly pairs?: number;
}

/** The program's one argument. */
export function readOptions(): unknown {
  return JSON.parse(process.argv[2] ?? '');
}

/** Prints the result and ends the program, open connections and all. */
export function finish(result: LoadResult): void {
  process.stdout.write(`${JSON.stringify(result)}\n`, () => process.exit(0));
}

export function microseconds(): number {
  return Number(process.hrtime.bigint()) / 1_000;
}
