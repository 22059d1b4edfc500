import type { SocketAddress } from '../harness/rival.ts';

/** The address to which a load program sends its requests. */
export interface Target extends SocketAddress {
  readonly host: string;
  readonly path: string;
  /** Use TLS, without verifying the certificate. */
  readonly secure?: boolean;
}

/** What every load program prints as JSON at its end. Times are in microseconds. */
export interface LoadResult {
  /** Requests, round trips or events. */
  readonly operations: number;
  readonly seconds: number;
  readonly errors: number;
  readonly p50?: number;
  readonly p99?: number;
  readonly p999?: number;
  /** The 99th percentile of the requests during which the generator was not blocked. */
  readonly undisturbed99?: number;
  /** The delay of the generator itself, 99th percentile. Latencies below it mean nothing. */
  readonly lag?: number;
  readonly rate?: number;
  readonly bytesPerPair?: number;
  readonly pairs?: number;
}

/** The options of the program, JSON in its only argument. */
export function readOptions(): unknown {
  return JSON.parse(process.argv[2] ?? '');
}

/** Prints the result and ends the program, with its open connections. */
export function finish(result: LoadResult): void {
  process.stdout.write(`${JSON.stringify(result)}\n`, () => process.exit(0));
}

export function microseconds(): number {
  return Number(process.hrtime.bigint()) / 1_000;
}
