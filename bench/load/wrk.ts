import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runToEnd } from '../harness/child.ts';
import type { Run } from '../harness/scenario.ts';
import type { LoadResult } from './target.ts';

export interface WrkOptions {
  readonly connections: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** A Lua script. */
  readonly script?: string;
}

const UNITS: Readonly<Record<string, number>> = { us: 1, ms: 1e3, s: 1e6, m: 60e6 };
const GRACE = 20_000;

/** A closed loop: every connection sends its next request when it has the answer. */
export async function wrk(run: Run, { connections, headers = {}, script }: WrkOptions): Promise<LoadResult> {
  const { target, seconds, cores, folder } = run;
  const fields = Object.entries({ Host: target.host, ...headers }).flatMap((it) => ['-H', it.join(': ')]);
  const scripted: string[] = [];
  if (script !== undefined) {
    const file = join(folder, 'wrk.lua');
    writeFileSync(file, script);
    scripted.push('-s', file);
  }
  // wrk takes whole seconds only.
  const duration = Math.max(1, Math.round(seconds));
  const url = `${target.secure === true ? 'https' : 'http'}://${target.address}:${target.port}${target.path}`;
  const command = ['wrk', '-t1', `-c${connections}`, `-d${duration}s`, '--timeout', '10s', '--latency'];
  return readWrk(await runToEnd([...command, ...fields, ...scripted, url], cores, duration * 1_000 + GRACE));
}

/** Reads wrk's output, in microseconds. Throws when wrk got no answer at all. */
export function readWrk(output: string): LoadResult {
  const done = /(\d+) requests in ([\d.]+)(us|ms|s|m)\b/.exec(output);
  const operations = Number(done?.[1] ?? 0);
  if (operations === 0) throw new Error(`wrk got no answer:\n${output}`);
  const refused = /Non-2xx or 3xx responses: (\d+)/.exec(output)?.slice(1) ?? [];
  const broken = /connect (\d+), read (\d+), write (\d+), timeout (\d+)/.exec(output)?.slice(1) ?? [];
  return {
    operations,
    seconds: duration(done?.[2], done?.[3]) / 1e6,
    errors: [...refused, ...broken].reduce((sum, it) => sum + Number(it), 0),
    p50: percentile(output, '50'),
    p99: percentile(output, '99'),
  };
}

function percentile(output: string, rank: string): number {
  const found = new RegExp(`^ +${rank}% +([\\d.]+)(us|ms|s|m) *$`, 'm').exec(output);
  return duration(found?.[1], found?.[2]);
}

function duration(amount = '', unit = ''): number {
  return Number(amount || Number.NaN) * (UNITS[unit] ?? Number.NaN);
}
