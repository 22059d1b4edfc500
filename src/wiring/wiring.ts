import { type Host, parseHost } from './host.ts';
import { type PathPrefix, parsePathPrefix } from './path.ts';
import type { Pod } from './pod.ts';
import { printable, type RejectionReason, type Rejection, referTo } from './rejection.ts';

/** One route that a pod asks for: requests for this host and path prefix go to this port of it. */
export interface Wiring {
  readonly host: Host;
  readonly path: PathPrefix;
  readonly port: number;
}

export interface WiringOptions {
  /** Refuse ports that no container declares. */
  readonly requireContainerPort: boolean;
  /** Different pairs of host and path. */
  readonly maxRoutesPerPod: number;
}

export interface PodWiring {
  readonly wirings: readonly Wiring[];
  readonly rejections: readonly Rejection[];
}

/** Kubernetes' own limit for all annotations of an object together. */
const MAX_ANNOTATION = 256 * 1024;
/** Items of a list that are read, if no more routes are allowed. */
const MAX_ITEMS = 2_000;
const MAX_PORTS = 16;
const MAX_REJECTIONS = 100;
const NOTHING: PodWiring = { wirings: [], rejections: [] };

interface Refusal {
  readonly reason: RejectionReason;
  readonly detail: string;
}

/** A path on the ports that serve it. */
interface PathPorts {
  readonly path: PathPrefix;
  readonly ports: readonly number[];
}

/**
 * What a pod's annotations ask for: every path on every host, in annotation order, each once. A bad item is dropped
 * alone and named in `rejections`. No hosts, or an empty annotation (deployment tools write `""`): nothing, silently.
 */
export function wirePod(pod: Pod, options: WiringOptions): PodWiring {
  if (pod.defect !== undefined) return refused(pod, 'wrong-type', pod.defect);
  const hostsText = pod.hosts ?? '';
  const pathsText = pod.paths ?? '';
  if (!/[^ \t\r\n\f\v]/.test(hostsText)) return NOTHING;
  if (Math.max(hostsText.length, pathsText.length) > MAX_ANNOTATION) {
    return refused(pod, 'annotation-too-long', `${Math.max(hostsText.length, pathsText.length)} characters`);
  }
  const hostItems = splitItems(hostsText);
  const pathItems = splitItems(pathsText);
  if (pathItems.length === 0) return refused(pod, 'paths-missing', hostsText);
  const refusals: Refusal[] = [];
  const most = Math.max(MAX_ITEMS, options.maxRoutesPerPod);
  const hosts = readHosts(hostItems.slice(0, most), refusals);
  const declared = options.requireContainerPort ? pod.ports : undefined;
  const paths = readPaths(pathItems.slice(0, most), declared, refusals);
  const tooMany = Math.max(hostItems.length, pathItems.length) > most;
  if (tooMany || hosts.length * paths.length > options.maxRoutesPerPod) {
    const detail = `${hostItems.length} hosts, ${pathItems.length} paths`;
    refusals.unshift({ reason: 'too-many-routes', detail });
  }
  const wirings = firstRoutes(hosts, paths, options.maxRoutesPerPod);
  return { wirings, rejections: asRejections(pod, refusals) };
}

/** Host by host, as they stand in the annotation. */
function firstRoutes(hosts: readonly Host[], paths: readonly PathPorts[], most: number): Wiring[] {
  const wirings: Wiring[] = [];
  let routes = 0;
  for (const host of hosts) {
    for (const { path, ports } of paths) {
      if (++routes > most) return wirings;
      for (const port of ports) wirings.push({ host, path, port });
    }
  }
  return wirings;
}

/** Any ASCII white space separates, so that YAML block scalars work; a no-break space is a mistake in its item. */
function splitItems(text: string): string[] {
  return text.split(/[ \t\r\n\f\v]+/).filter((item) => item !== '');
}

function readHosts(items: readonly string[], refusals: Refusal[]): Host[] {
  const hosts = new Set<Host>();
  for (const item of items) {
    const parsed = parseHost(item);
    if ('host' in parsed) hosts.add(parsed.host);
    else refusals.push({ reason: parsed.problem, detail: item });
  }
  return [...hosts];
}

function readPaths(
  items: readonly string[],
  declared: readonly number[] | undefined,
  refusals: Refusal[],
): PathPorts[] {
  const paths = new Map<PathPrefix, Set<number>>();
  for (const item of items) {
    const parsed = readPortPath(item, declared);
    if (typeof parsed === 'string') {
      refusals.push({ reason: parsed, detail: item });
      continue;
    }
    const ports = paths.get(parsed.path) ?? new Set();
    if (ports.size === MAX_PORTS && !ports.has(parsed.port))
      refusals.push({ reason: 'too-many-ports', detail: item });
    else paths.set(parsed.path, ports.add(parsed.port));
  }
  return Array.from(paths, ([path, ports]) => ({ path, ports: [...ports] }));
}

function readPortPath(
  item: string,
  declared: readonly number[] | undefined,
): Omit<Wiring, 'host'> | RejectionReason {
  const [portText, pathText, ...more] = item.split(':');
  if (portText === undefined || pathText === undefined || more.length > 0) return 'not-port-path';
  // Leading zeros are harmless once it is a number; signs, spaces, hex and exponents are not a port.
  const port = /^\d{1,10}$/.test(portText) ? Number(portText) : 0;
  if (port < 1 || port > 65535) return 'port-malformed';
  const prefix = parsePathPrefix(pathText);
  if ('problem' in prefix) return prefix.problem;
  if (declared !== undefined && !declared.includes(port)) return 'port-not-declared';
  return { path: prefix.path, port };
}

function refused(pod: Pod, reason: RejectionReason, detail: string): PodWiring {
  return { wirings: [], rejections: asRejections(pod, [{ reason, detail }]) };
}

function asRejections(pod: Pod, refusals: readonly Refusal[]): Rejection[] {
  const object = referTo(pod);
  const kept = refusals.slice(0, MAX_REJECTIONS);
  const dropped = refusals.length - kept.length;
  if (dropped > 0) kept.push({ reason: 'more-rejections', detail: `${dropped} more` });
  return kept.map((it) => ({ object, reason: it.reason, detail: printable(it.detail) }));
}
