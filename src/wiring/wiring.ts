import { type Host, parseHost } from './host.ts';
import { type Item, readItems } from './items.ts';
import { type PathPrefix, parsePathPrefix } from './path.ts';
import type { Pod } from './pod.ts';
import { optionsKey, type PodOptions } from './pod-options.ts';
import { printable, type RejectionReason, type Rejection, referTo } from './rejection.ts';
import { readWords } from './words.ts';

/** One route that a pod asks for: requests for this host and path prefix go to this port of it. */
export interface Wiring {
  readonly host: Host;
  readonly path: PathPrefix;
  readonly port: number;
  /** What the words behind the path say. */
  readonly options: PodOptions;
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

type PortPath = Omit<Wiring, 'host'>;

/** Without a detail it is the item as it stands. */
type Problem = Pick<Refusal, 'reason'> & Partial<Refusal>;

/** A path on the ports that serve it. */
interface PathPorts {
  readonly path: PathPrefix;
  readonly ports: readonly PortPath[];
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
  const pathItems = readItems(pathsText);
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
    for (const { ports } of paths) {
      if (++routes > most) return wirings;
      for (const port of ports) wirings.push({ host, ...port });
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
  items: readonly Item[],
  declared: readonly number[] | undefined,
  refusals: Refusal[],
): PathPorts[] {
  const paths = new Map<PathPrefix, Map<number, PortPath>>();
  for (const item of items) {
    const read = readItem(item, declared);
    const problem = 'reason' in read ? read : addTo(paths, read);
    if (problem !== undefined) refusals.push({ detail: item.text, ...problem });
  }
  return Array.from(paths, ([path, ports]) => ({ path, ports: [...ports.values()] }));
}

/** Why it cannot be added. */
function addTo(paths: Map<PathPrefix, Map<number, PortPath>>, read: PortPath): Problem | undefined {
  const ports = paths.get(read.path) ?? new Map<number, PortPath>();
  const known = ports.get(read.port);
  if (known === undefined && ports.size === MAX_PORTS) return { reason: 'too-many-ports' };
  if (known !== undefined)
    return optionsKey(known.options) === optionsKey(read.options) ? undefined : { reason: 'options-differ' };
  paths.set(read.path, ports.set(read.port, read));
  return undefined;
}

function readItem({ text, words }: Item, declared: readonly number[] | undefined): PortPath | Problem {
  const parsed = readPortPath(text, declared);
  if (typeof parsed === 'string') return { reason: parsed };
  const read = readWords(words);
  if ('problem' in read) return { reason: read.problem, detail: `${text} ${read.detail}` };
  return { ...parsed, options: read.options };
}

function readPortPath(
  item: string,
  declared: readonly number[] | undefined,
): Omit<PortPath, 'options'> | RejectionReason {
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
