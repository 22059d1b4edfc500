import type { RequestHead } from '../http1/request-head.ts';
import { requestHost } from '../wiring/host.ts';

/** The hosts that are routed; see `RouteTable`. */
export interface KnownHosts {
  host(name: string): unknown;
}

/** A host that was asked for under HOST_SUFFIX. */
export interface LocalName {
  readonly host: string;
  /** What followed it: the suffix and the port, in lower case; without that of http, which browsers leave out. */
  readonly tail: string;
}

/** Names under which a browser reaches this machine, and no pod is meant. */
const LOOPBACK: ReadonlySet<string> = new Set(['127.0.0.1', '[::1]']);

/**
 * The host that is meant by one under `suffix`, which is taken off once; undefined where the request stands as it is: its
 * host has no suffix, or none is routed without it, or an absolute target and Host are not spelled alike.
 */
export function underSuffix(head: RequestHead, suffix: string, hosts: KnownHosts): LocalName | undefined {
  const { host: value, form, authority } = head;
  if (form === 'absolute' && authority.toLowerCase() !== value.toLowerCase()) return undefined;
  const name = requestHost(value);
  if (name === undefined || name.length <= suffix.length || !name.endsWith(suffix)) return undefined;
  const host = name.slice(0, -suffix.length);
  if (hosts.host(host) === undefined) return undefined;
  return { host, tail: value.toLowerCase().slice(host.length).replace(/:80$/, '') };
}

/**
 * Not a host of a pod: that of the suffix itself, or of this machine. A client that requests it wants to see the list of
 * hosts.
 */
export function requestsHostList(
  { method, form, host: value }: RequestHead,
  suffix: string,
  hosts: KnownHosts,
): boolean {
  if (form !== 'origin' || (method !== 'GET' && method !== 'HEAD')) return false;
  const name = requestHost(value);
  if (name === undefined || hosts.host(name) !== undefined) return false;
  return name === suffix.slice(1) || LOOPBACK.has(name);
}

const MOST = 1_000;

/** The page of hosts: text for people, in ASCII. `value` is the Host by which it is asked for. */
export function hostsPage(names: Iterable<string>, suffix: string, value: string): string {
  const port = portOf(value);
  const shown: string[] = [];
  let more = 0;
  for (const name of names) {
    if (shown.length < MOST) shown.push(name);
    else more += 1;
  }
  if (shown.length === 0) return 'no pod declares a host\n';
  const lines = shown.sort().map((name) => `  http://${name}${suffix}${port}/\n`);
  return `hosts that pods ask for:\n${lines.join('')}${more > 0 ? `  and ${more} more\n` : ''}`;
}

/** With its colon; '' for none, or that of http. */
export function portOf(value: string): string {
  const [port = ''] = /:\d+$/.exec(value) ?? [];
  return port === ':80' ? '' : port;
}
