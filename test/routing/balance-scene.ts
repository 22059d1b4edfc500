import assert from 'node:assert/strict';
import type { Endpoint } from '../../src/routing/endpoint.ts';
import { defaultOptions } from '../../src/routing/options.ts';
import { pick } from '../../src/routing/pick.ts';
import type { Route } from '../../src/routing/route.ts';
import type { Pod } from '../../src/wiring/pod.ts';
import { type SettingsOverrides, workerSettings } from '../fixtures/settings.ts';
import { Cluster } from '../inventory/cluster.ts';
import { aPod, type PodText } from '../wiring/objects.ts';

export interface WorkerText {
  readonly seed?: number;
  readonly clock?: { now: number };
  readonly settings?: SettingsOverrides;
}

/** A cluster with one worker that was started with this seed. */
export function workerOf({ seed = 1, clock = { now: 0 }, settings = {} }: WorkerText = {}): Cluster {
  return new Cluster('segment', {}, { clock, defaults: defaultOptions(workerSettings(settings), seed) });
}

/** The same with pods of one route, given as names and options. */
export function clusterOf(pods: Readonly<Record<string, string>>, worker: WorkerText = {}): Cluster {
  return workerOf(worker).list(Object.entries(pods).map(([name, words]) => podOf(name, words)));
}

export function podOf(name: string, words: string, more: PodText = {}): Pod {
  const number = [...new TextEncoder().encode(name)].reduce((sum, it) => sum * 7 + it, 0);
  const ip = `10.0.${(number >> 8) % 250}.${(number & 255) % 250}`;
  return aPod({ name, ip, hosts: 't.local', paths: `80:/ ${words}`, ports: [80], ...more });
}

export function routeOf(cluster: Cluster, path = '/'): Route {
  const route = cluster.table.host('t.local')?.get(path);
  assert.ok(route);
  return route;
}

/** The pods of the next requests. */
export function pods(cluster: Cluster, count: number, now = 0): string[] {
  return Array.from({ length: count }, () => pick(routeOf(cluster), now)?.pod ?? '-');
}

/** How often each pod was picked; `nameOf` groups pods. */
export function countsOf(picked: readonly string[], nameOf = (it: string) => it): Record<string, number> {
  return Object.fromEntries([...Map.groupBy(picked, nameOf)].map(([pod, all]) => [pod, all.length]));
}

export function endpoint(cluster: Cluster, name: string): Endpoint {
  const found = [...cluster.table.endpoints()].find((it) => it.pod === name);
  assert.ok(found);
  return found;
}

/** This many pods whose names begin with a prefix, with these options. */
export function several(name: string, count: number, words: string): Record<string, string> {
  return Object.fromEntries(Array.from({ length: count }, (_, at) => [`${name}-${at}`, words]));
}

/** The name of a pod without its number. */
export function familyOf(pod: string): string {
  return pod.replace(/-\d+$/, '');
}
