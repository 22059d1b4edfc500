import type { Scenario } from '../harness/scenario.ts';
import { keepAlive64 } from './keep-alive.ts';

/** Off is what `keep-alive-64` measures. */
export const accessLog: Scenario = {
  ...keepAlive64,
  name: 'access-log',
  title: 'small GET with an access log into a file, 64 connections',
  byDefault: 'no',
  requires: ['access-log'],
  setup: { accessLog: true },
  against: keepAlive64.name,
};
