import { isIP } from 'node:net';
import { head } from '../fixtures/check.ts';
import { podManifest, secretManifest } from '../fixtures/manifest.ts';
import type { ObjectInput } from '../fixtures/kubernetes-api/store.ts';

/**
 * The port of every pod, as in a cluster; each pod has its own address, and the port differs between test processes.
 */
export const PORT = 20_000 + (process.pid % 10_000);

/** Fields that replace those of an object, level by level; undefined removes a field. */
export interface Overlay {
  readonly [field: string]: unknown;
}

/** A pod in a row: fields that the row does not set are those of a healthy pod. */
export interface PodSpec {
  readonly pod: string;
  /**
   * The origin that represents the pod, by name, or a literal address; default: the origin with the name of the pod.
   * Null: no origin.
   */
  readonly at?: string | null;
  readonly namespace?: string;
  /** Default `t.local`. */
  readonly hosts?: string;
  /** Default `/`. */
  readonly paths?: string;
  readonly but?: Overlay;
}

/** The Secret `routing` of a namespace, with the plain value of its key. */
export interface SecretSpec {
  readonly secret: string;
  readonly key?: string;
  readonly but?: Overlay;
}

export type ObjectSpec = PodSpec | SecretSpec;

export const pod = (name: string, more: Omit<PodSpec, 'pod'> = {}): PodSpec => ({ pod: name, ...more });
export const secret = (namespace: string, key = 'supersecret', but: Overlay = {}): SecretSpec => ({
  secret: namespace,
  key,
  but,
});

/** `count` pods of `crowd.local` without an origin. */
export const manyPods = (count: number, from = 0): readonly PodSpec[] =>
  Array.from({ length: count }, (_, index) =>
    pod(`crowd-${from + index}`, { at: null, hosts: 'crowd.local' }),
  );

/** The route of `manyPods(count)` in the form of `ClusterRouter.routes`. */
export const manyPodsRoute = (count: number, from = 0): string =>
  [
    'crowd.local/',
    ...manyPods(count, from)
      .map((it) => it.pod)
      .sort(),
  ].join(' ');

/** A request for another host. */
export const to = (host: string, path = '/', ...lines: readonly string[]): string =>
  head(`GET ${path} HTTP/1.1`, `Host: ${host}`, ...lines);

/** The key of `secret`, as clients send it. */
export const KEY = 'X-ROUTING-API-KEY: c3VwZXJzZWNyZXQ=';

const UNREACHABLE = '192.0.2.1';

/**
 * The address of an origin: `name` itself if it is an address, otherwise the loopback address of the nth origin of this
 * process.
 */
export function addressOf(name: string, nth: number): string {
  return isIP(name) === 0 ? `127.${(process.pid >> 8) & 0xff || 1}.${process.pid & 0xff}.${nth + 1}` : name;
}

/** The origin that represents a pod. */
export function playerOf(spec: ObjectSpec): string | undefined {
  if ('secret' in spec) return undefined;
  return spec.at === undefined ? spec.pod : (spec.at ?? undefined);
}

/** @param addresses the address of each origin */
export function objectOf(spec: ObjectSpec, addresses: ReadonlyMap<string, string>): ObjectInput {
  const plain =
    'secret' in spec
      ? secretManifest(spec.secret, spec.key === undefined ? {} : { 'api-key': spec.key })
      : podManifest({
          name: spec.pod,
          hosts: spec.hosts ?? 't.local',
          paths: spec.paths ?? '/',
          port: PORT,
          address: addresses.get(playerOf(spec) ?? '') ?? UNREACHABLE,
          ...(spec.namespace !== undefined && { namespace: spec.namespace }),
        });
  return overlaid(plain, spec.but ?? {}) as ObjectInput;
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
