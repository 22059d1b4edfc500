import { runToEnd } from '../harness/child.ts';
import type { Run } from '../harness/scenario.ts';
import type { LoadResult } from './target.ts';

export interface H2loadOptions {
  readonly connections: number;
  /** Requests in flight on each connection. */
  readonly streams: number;
}

const GRACE = 20_000;

/** A closed loop over HTTP/2: every stream that ends is followed by the next one. */
export async function h2load(run: Run, { connections, streams }: H2loadOptions): Promise<LoadResult> {
  const { target, seconds, cores } = run;
  // h2load takes whole seconds only.
  const duration = Math.max(1, Math.round(seconds));
  const options = ['-t1', `-c${connections}`, `-m${streams}`, `-D${duration}`];
  // The handshake names the host of the certificate, and `:authority` is that host, as `Host` is in a request of
  // HTTP/1.1.
  const way = ['--connect-to', `${target.address}:${target.port}`, '-H', `:authority: ${target.host}`];
  const url = `${target.secure ? 'https' : 'http'}://${target.host}:${target.port}${target.path}`;
  const command = ['h2load', ...options, ...way, url] as const;
  return readH2load(await runToEnd(command, cores, duration * 1_000 + GRACE), duration);
}

/** Reads h2load's output. Throws when h2load got no answer at all. */
export function readH2load(output: string, seconds: number): LoadResult {
  const succeeded = Number(/status codes: (\d+) 2xx/.exec(output)?.[1] ?? 0);
  if (succeeded === 0) throw new Error(`h2load got no answer:\n${output}`);
  const others = /2xx, (\d+) 3xx, (\d+) 4xx, (\d+) 5xx/.exec(output)?.slice(1) ?? [];
  const broken = /(\d+) errored, (\d+) timeout/.exec(output)?.slice(1) ?? [];
  return {
    operations: succeeded,
    seconds,
    errors: [...others, ...broken].reduce((sum, it) => sum + Number(it), 0),
  };
}
