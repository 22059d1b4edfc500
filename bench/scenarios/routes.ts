import type { Scenario } from '../harness/scenario.ts';
import { wrk } from '../load/wrk.ts';
import { keepAlive64 } from './keep-alive.ts';

/** The number of different requests is hosts times paths, equal in both scenarios. */
const HOSTS = 100;
const PATHS = 100;

const two = (n: number): string => String(n).padStart(2, '0');

/**
 * All routes lead to one pod, so that only the size of the table differs, not the number of connections to pods. The load is
 * the same, too: the scenario with one route gets as many different requests, whose bytes differ only in the host's number.
 */
function routes(name: string, hostCount: number, paths: readonly string[]): Scenario {
  const hosts = Array.from({ length: hostCount }, (_, at) => `host-${two(at)}.bench.local`);
  return {
    ...keepAlive64,
    name,
    title: `small GET, ${hosts.length} hosts x ${paths.length} paths in turn, 64 connections`,
    byDefault: 'no',
    requiredCapabilities: ['routes'],
    setup: { hosts, paths },
    measure: (run) => wrk(run, { connections: 64, script: script(hosts.length) }),
  };
}

/** A script for wrk. It steps through the requests by a prime number, so that consecutive requests are far apart in the table. */
function script(hosts: number): string {
  return `local requests, at = {}, 0
init = function()
  for host = 0, ${HOSTS - 1} do
    for path = 0, ${PATHS - 1} do
      wrk.headers["Host"] = string.format("host-%02d.bench.local", host % ${hosts})
      requests[#requests + 1] = wrk.format("GET", string.format("/path-%02d/small", path))
    end
  end
end
request = function()
  at = (at + 7919) % #requests
  return requests[at + 1]
end
`;
}

export const routes1 = routes('routes-1', 1, ['/']);
export const routes10000: Scenario = {
  ...routes(
    'routes-10000',
    HOSTS,
    Array.from({ length: PATHS }, (_, at) => `/path-${two(at)}`),
  ),
  compareWith: routes1.name,
};
