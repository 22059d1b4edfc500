import type { Scenario } from '../harness/scenario.ts';
import { keepAlive64 } from './keep-alive.ts';

/** The same as `keep-alive-64`, with an access log. */
export const accessLog: Scenario = {
  ...keepAlive64,
  name: 'access-log',
  title: 'small GET with an access log into a file, 64 connections',
  byDefault: 'no',
  requiredCapabilities: ['access-log'],
  setup: { accessLog: true },
  compareWith: keepAlive64.name,
};
