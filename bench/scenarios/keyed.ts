import { KEY_HEADER } from '../harness/rival.ts';
import type { Scenario } from '../harness/scenario.ts';
import { wrk } from '../load/wrk.ts';
import { keepAlive64 } from './keep-alive.ts';

const KEY = Buffer.from('a key of thirty-two octets here!').toString('base64');

export const keyed: Scenario = {
  ...keepAlive64,
  name: 'keyed',
  title: 'small GET on a route with a key, 64 connections',
  byDefault: 'no',
  requiredCapabilities: ['keys'],
  setup: { key: KEY },
  compareWith: keepAlive64.name,
  measure: (run) => wrk(run, { connections: 64, headers: { [KEY_HEADER]: KEY } }),
};
