import { WRK } from '../harness/programs.ts';
import type { Scenario } from '../harness/scenario.ts';
import { wrk } from '../load/wrk.ts';

function keepAlive(connections: number, byDefault: Scenario['byDefault']): Scenario {
  return {
    name: `keep-alive-${connections}`,
    title: `small GET, ${connections} keep-alive connection${connections > 1 ? 's' : ''}`,
    operation: 'request',
    byDefault,
    requiredPrograms: [WRK],
    requiredCapabilities: [],
    origin: 'plain',
    headline: 'cpu',
    columns: ['cpu', 'perSecond', 'busy', 'p50', 'p99', 'resident'],
    measure: (run) => wrk(run, { connections }),
  };
}

export const keepAlive64 = keepAlive(64, 'all');
export const keepAlive1 = keepAlive(1, 'no');
export const keepAlive1000 = keepAlive(1_000, 'no');
