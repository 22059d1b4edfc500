import { runToEnd } from '../harness/child.ts';
import type { Run } from '../harness/scenario.ts';
import type { LoadResult } from './target.ts';

export interface H2loadOptions {
  readonly connections: number;
  /** Requests that a connection has under way. */
  readonly streams: number;
}

const GRACE = 20_000;

/** A closed loop over HTTP/2: every stream that ends is followed by the next one. */
export async function h2load(run: Run, { connections, streams }: H2loadOptions): Promise<LoadResult> {
  const { target, seconds, cores } = run;
  // h2load counts whole seconds.
  const duration = Math.max(1, Math.round(seconds));
  const options = ['-t1', `-c${connections}`, `-m${streams}`, `-D${duration}`];
  // The name of the certificate is asked for in the handshake, and the authority is that name as a request of HTTP/1.1 has it.
  const way = ['--connect-to', `${target.address}:${target.port}`, '-H', `:authority: ${target.host}`];
  const url = `${target.secure ? 'https' : 'http'}://${target.host}:${target.port}${target.path}`;
  const command = ['h2load', ...options, ...way, url] as const;
  return readH2load(await runToEnd(command, cores, duration * 1_000 + GRACE), duration);
}

/** What h2load printed. Throws when it got no answer at all. */
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
