import type { Scenario } from '../harness/scenario.ts';
import { keepAlive64 } from './keep-alive.ts';

/**
 * Proxy and load share two cores, so requests/s mean little, but CPU per request is comparable. n workers on n cores serve
 * n / (CPU per request) requests: two workers serve 2 x CPU(one worker) / CPU(two workers) times as many as one.
 */
function workers(count: number): Scenario {
  return {
    ...keepAlive64,
    name: `workers-${count}`,
    title: `small GET, ${count} worker${count > 1 ? 's' : ''}, proxy and load together on two cores, 64 connections`,
    byDefault: 'no',
    requiredCapabilities: ['workers'],
    setup: { workers: count },
    sharedCores: true,
  };
}

export const workers1 = workers(1);
export const workers2: Scenario = { ...workers(2), compareWith: workers1.name };
