import type { Scenario } from '../harness/scenario.ts';
import { wrk } from '../load/wrk.ts';
import { keepAlive64 } from './keep-alive.ts';

export const newConnections: Scenario = {
  ...keepAlive64,
  name: 'new-connections',
  title: 'small GET, a new connection for each request, 64 at a time',
  byDefault: 'leaders',
  measure: (run) => wrk(run, { connections: 64, headers: { Connection: 'close' } }),
};
