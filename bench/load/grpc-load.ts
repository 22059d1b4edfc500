import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runToEnd } from '../harness/child.ts';
import type { Run } from '../harness/scenario.ts';
import { FRAMED } from '../origin/messages.ts';
import type { LoadResult } from './target.ts';

export interface GrpcLoadOptions {
  readonly method: 'unary' | 'stream';
  /** Messages in one answer. */
  readonly messages: number;
  readonly connections: number;
  /** Calls in flight on each connection. */
  readonly streams: number;
}

const GRACE = 60_000;

/** A closed loop of calls, each with one message; an operation is one message from the pod. */
export async function grpcLoad(run: Run, options: GrpcLoadOptions): Promise<LoadResult> {
  const { target, seconds, cores, folder } = run;
  const { method, connections, streams } = options;
  // h2load takes whole seconds only.
  const duration = Math.max(1, Math.round(seconds));
  // With a duration, h2load would cut long streams at its end.
  const extent = method === 'unary' ? `-D${duration}` : `-n${duration * connections * streams}`;
  const body = join(folder, 'message');
  writeFileSync(body, FRAMED);
  const size = ['-t1', `-c${connections}`, `-m${streams}`, extent, '-d', body];
  const fields = [`:authority: ${target.host}`, 'content-type: application/grpc', 'te: trailers'];
  const url = `http://${target.address}:${target.port}/test.Test/${method}`;
  const command = ['h2load', ...size, ...fields.flatMap((it) => ['-H', it]), url] as const;
  return readCalls(await runToEnd(command, cores, duration * 1_000 + GRACE), options);
}

/** Reads h2load's output. A failed call has status 200, too, so messages are counted by their bytes. */
export function readCalls(output: string, { messages }: Pick<GrpcLoadOptions, 'messages'>): LoadResult {
  const [, amount, unit = 's'] = /finished in ([\d.]+)(us|ms|s),/.exec(output) ?? [];
  const bytes = Number(/\((\d+)\) data/.exec(output)?.[1] ?? 0);
  const calls = Number(/status codes: (\d+) 2xx/.exec(output)?.[1] ?? 0);
  const operations = Math.floor(bytes / FRAMED.length);
  if (amount === undefined || operations === 0) throw new Error(`h2load got no answer:\n${output}`);
  const seconds = Number(amount) * ({ us: 1e-6, ms: 1e-3 }[unit] ?? 1);
  return { operations, seconds, errors: Math.max(0, calls * messages - operations) };
}
