import type { RequestHead } from '../http1/request-head.ts';
import { requestHost } from '../wiring/host.ts';

/** The routed hosts; see `RouteTable`. */
export interface KnownHosts {
  host(name: string): unknown;
}

/** A host that a client requests under HOST_SUFFIX. */
export interface LocalName {
  readonly host: string;
  /** What followed it: the suffix and the port, in lower case, without the port of http, which browsers omit. */
  readonly tail: string;
}

/** Names by which a browser reaches this machine and not a pod. */
const LOOPBACK: ReadonlySet<string> = new Set(['127.0.0.1', '[::1]']);

/**
 * The host of a request under `suffix`, with the suffix removed once. Undefined when the request stays as it is: its
 * host has no suffix, the host without it is not routed, or an absolute target and Host have different spellings.
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

/** True when the request is for the list of hosts: its host is the suffix itself or this machine, and is not routed. */
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

const MAX_LISTED_HOSTS = 1_000;

/**
 * The page of hosts, for people, in ASCII.
 *
 * @param value the Host of the request
 */
export function hostsPage(names: Iterable<string>, suffix: string, value: string): string {
  const port = portOf(value);
  const shown: string[] = [];
  let more = 0;
  for (const name of names) {
    if (shown.length < MAX_LISTED_HOSTS) shown.push(name);
    else more += 1;
  }
  if (shown.length === 0) return 'no pod declares a host\n';
  const lines = shown.sort().map((name) => `  http://${name}${suffix}${port}/\n`);
  return `hosts that pods declare:\n${lines.join('')}${more > 0 ? `  and ${more} more\n` : ''}`;
}

/** The port with its colon; '' for none, and for the port of http. */
export function portOf(value: string): string {
  const [port = ''] = /:\d+$/.exec(value) ?? [];
  return port === ':80' ? '' : port;
}
