import type { Scenario } from '../harness/scenario.ts';
import { wrk } from '../load/wrk.ts';
import { keepAlive64 } from './keep-alive.ts';

/** All on one pod: what differs is the table, not the number of connections to pods. */
function routes(hostCount: number, pathCount: number): Scenario {
  const hosts = Array.from({ length: hostCount }, (_, at) => `host-${at}.bench.local`);
  const paths = Array.from({ length: pathCount }, (_, at) => `/path-${at}`);
  return {
    ...keepAlive64,
    name: `routes-${hostCount * pathCount}`,
    title: `small GET, ${hostCount} hosts x ${pathCount} paths in turn, 64 connections`,
    byDefault: 'no',
    requires: ['routes'],
    setup: { hosts, paths },
    measure: (run) => wrk(run, { connections: 64, script: script(hostCount, pathCount) }),
  };
}

/** Steps by a prime through the routes, so that neighbours in time are strangers in the table. */
function script(hosts: number, paths: number): string {
  return `local requests, at = {}, 0
init = function()
  for host = 0, ${hosts - 1} do
    for path = 0, ${paths - 1} do
      wrk.headers["Host"] = "host-" .. host .. ".bench.local"
      requests[#requests + 1] = wrk.format("GET", "/path-" .. path .. "/small")
    end
  end
end
request = function()
  at = (at + 7919) % #requests
  return requests[at + 1]
end
`;
}

export const routes1 = routes(1, 1);
export const routes10000: Scenario = { ...routes(100, 100), against: routes1.name };
