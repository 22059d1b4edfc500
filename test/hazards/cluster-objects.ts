import { isIP } from 'node:net';
import { head } from '../fixtures/check.ts';
import { podManifest, secretManifest } from '../fixtures/manifest.ts';
import type { ObjectInput } from '../fixtures/kubernetes-api/store.ts';

/** Every pod listens here, as in a cluster, each at an address of its own; another port for every test process. */
export const PORT = 20_000 + (process.pid % 10_000);

/** Fields laid over an object, level by level; undefined takes one away. */
export interface Overlay {
  readonly [field: string]: unknown;
}

/** A pod as a row writes it: the rest of it is as it should be. */
export interface PodWish {
  readonly pod: string;
  /** The origin that plays it, by name, or a literal address; default: the one with its name. Null: nobody. */
  readonly at?: string | null;
  readonly namespace?: string;
  /** Default `t.local`. */
  readonly hosts?: string;
  /** Default `/`. */
  readonly paths?: string;
  readonly but?: Overlay;
}

/** The Secret `routing` of a namespace, with the plain value of its key. */
export interface SecretWish {
  readonly secret: string;
  readonly key?: string;
  readonly but?: Overlay;
}

export type Wish = PodWish | SecretWish;

export const pod = (name: string, more: Omit<PodWish, 'pod'> = {}): PodWish => ({ pod: name, ...more });
export const secret = (namespace: string, key = 'supersecret', but: Overlay = {}): SecretWish => ({
  secret: namespace,
  key,
  but,
});

/** `count` pods of `crowd.local` that nobody plays. */
export const crowd = (count: number, from = 0): readonly PodWish[] =>
  Array.from({ length: count }, (_, index) =>
    pod(`crowd-${from + index}`, { at: null, hosts: 'crowd.local' }),
  );

/** The route of `crowd(count)` as `ClusterRouter.routes` tells it. */
export const crowdRoute = (count: number, from = 0): string =>
  [
    'crowd.local/',
    ...crowd(count, from)
      .map((it) => it.pod)
      .sort(),
  ].join(' ');

/** A request for another host. */
export const to = (host: string, path = '/', ...lines: readonly string[]): string =>
  head(`GET ${path} HTTP/1.1`, `Host: ${host}`, ...lines);

/** The key of `secret`, as clients send it. */
export const KEY = 'X-ROUTING-API-KEY: c3VwZXJzZWNyZXQ=';

const NOBODY = '192.0.2.1';

/** The address of an origin: `name` itself if it is one, else the loopback address of the nth of this process. */
export function addressOf(name: string, nth: number): string {
  return isIP(name) === 0 ? `127.${(process.pid >> 8) & 0xff || 1}.${process.pid & 0xff}.${nth + 1}` : name;
}

/** The origin that plays a pod. */
export function playerOf(wish: Wish): string | undefined {
  if ('secret' in wish) return undefined;
  return wish.at === undefined ? wish.pod : (wish.at ?? undefined);
}

/** @param addresses by origin */
export function objectOf(wish: Wish, addresses: ReadonlyMap<string, string>): ObjectInput {
  const plain =
    'secret' in wish
      ? secretManifest(wish.secret, wish.key === undefined ? {} : { 'api-key': wish.key })
      : podManifest({
          name: wish.pod,
          hosts: wish.hosts ?? 't.local',
          paths: wish.paths ?? '/',
          port: PORT,
          address: addresses.get(playerOf(wish) ?? '') ?? NOBODY,
          ...(wish.namespace !== undefined && { namespace: wish.namespace }),
        });
  return overlaid(plain, wish.but ?? {}) as ObjectInput;
}

function overlaid(below: unknown, above: unknown): unknown {
  if (!isRecord(below) || !isRecord(above)) return above;
  const merged: Record<string, unknown> = { ...below };
  for (const [field, value] of Object.entries(above)) {
    if (value === undefined) delete merged[field];
    else merged[field] = overlaid(below[field], value);
  }
  return merged;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
