import { execFileSync } from 'node:child_process';
import type { Scenario } from '../harness/scenario.ts';
import { runLoad } from '../load/run-load.ts';
import type { WebSocketIdleOptions } from '../load/websocket-idle.ts';

const MOST_PAIRS = 10_000;
/**
 * File descriptors that a router needs for other purposes or keeps in reserve. podway refuses new connections before it runs
 * out of descriptors.
 */
const RESERVE = 400;

export const webSocketIdle: Scenario = {
  name: 'websocket-idle',
  title: 'idle WebSockets, as many of 10,000 as descriptors allow',
  operation: 'pair',
  byDefault: 'no',
  requiredPrograms: [],
  requiredCapabilities: ['websocket'],
  origin: 'streams',
  headline: 'bytesPerPair',
  columns: ['bytesPerPair', 'pairs', 'resident'],
  newProcess: true,
  measure: (run) =>
    runLoad(run, 'websocket-idle.ts', {
      target: run.target,
      pairs: Math.min(MOST_PAIRS, Math.floor((descriptors() - RESERVE) / 2)),
      pid: run.pid,
    } satisfies WebSocketIdleOptions),
};

/** The hard limit of file descriptors: children inherit it, and Node raises its soft limit to it. */
function descriptors(): number {
  const limit = execFileSync('sh', ['-c', 'ulimit -Hn'], { encoding: 'utf8' }).trim();
  return limit === 'unlimited' ? Number.MAX_SAFE_INTEGER : Number(limit);
}
