import { counted } from '../counted.ts';
import { type Host, parseHost } from '../host.ts';
import { type Item, readItems } from './items.ts';
import { type PathPrefix, parsePathPrefix } from '../path.ts';
import type { Pod } from '../pod.ts';
import type { PodOptions } from '../options/pod-options.ts';
import { PathTable, type PortPath, routesOf } from './path-table.ts';
import { printable, type RejectionReason, type Rejection, referTo } from '../rejection.ts';
import { isLoop } from './redirect-loop.ts';
import { REJECTED } from '../options/pod-options.ts';
import { shownUnknown } from '../options/shown-options.ts';
import { OptionReader } from './item-options.ts';
import type { OptionRules } from '../options/option.ts';

/** One route that a pod declares: requests for this host and path prefix go to this port of the pod. */
export interface Wiring {
  readonly host: Host;
  readonly path: PathPrefix;
  readonly port: number;
  /** The options after the path, together with those of the pod's options annotation. */
  readonly options: PodOptions;
}

export interface WiringOptions {
  /** Reject ports that no container declares. */
  readonly requireContainerPort: boolean;
  /** Maximum number of different pairs of host and path. */
  readonly maxRoutesPerPod: number;
  readonly optionRules: OptionRules;
}

export interface PodWiring {
  readonly wirings: readonly Wiring[];
  readonly rejections: readonly Rejection[];
}

/** Maximum length of an annotation, in characters. Kubernetes allows 256 KiB for all annotations of an object together. */
const MAX_ANNOTATION = 256 * 1024;
/** Maximum number of items read from an annotation, unless MAX_ROUTES_PER_POD is larger. */
const MAX_ITEMS = 2_000;
const MAX_REJECTIONS = 100;
const NOTHING: PodWiring = { wirings: [], rejections: [] };

interface ItemProblem {
  readonly reason: RejectionReason;
  readonly detail: string;
}

/** The paths of the annotation. */
interface Paths {
  /** Paths for every host of the pod. */
  readonly shared: PathTable;
  /** Paths with a host before them, by host. */
  readonly own: ReadonlyMap<Host, PathTable>;
}

/** An item without its options. */
interface Place {
  /** Undefined: every host of the pod. */
  readonly host: Host | undefined;
  readonly path: PathPrefix;
  readonly port: number;
}

/**
 * The routes that a pod's annotations declare, in the order of the annotations, without duplicates. A path with a host
 * applies to that host, a path without a host to every host of the pod. podway drops a malformed item alone and reports it in
 * `rejections`. Annotations without any host, such as the empty ones that deployment tools write, declare no route and are
 * not reported.
 */
export function wirePod(pod: Pod, options: WiringOptions): PodWiring {
  if (pod.defect !== undefined) return rejected(pod, 'wrong-type', pod.defect);
  if (pod.unselected !== undefined) return rejected(pod, 'label-unknown', pod.unselected);
  const wired = wireAnnotations(pod, options);
  if (pod.misspelt === undefined) return wired;
  const [first] = asRejections(pod, [{ reason: 'annotation-unknown', detail: pod.misspelt }]);
  return { ...wired, rejections: [...(first === undefined ? [] : [first]), ...wired.rejections] };
}

function wireAnnotations(pod: Pod, options: WiringOptions): PodWiring {
  const [hostsText, pathsText] = [pod.hosts ?? '', pod.paths ?? ''];
  const hasHosts = /[^ \t\r\n\f\v]/.test(hostsText);
  if (!hasHosts && !HOST_BEFORE_PATH.test(pathsText)) return NOTHING;
  const longest = Math.max(hostsText.length, pathsText.length, pod.options?.length ?? 0);
  if (longest > MAX_ANNOTATION) return rejected(pod, 'annotation-too-long', `${longest} characters`);
  const hostItems = splitItems(hostsText);
  const { items, strays } = readItems(pathsText);
  if (items.length === 0) return rejected(pod, 'paths-missing', hostsText);
  const problems: ItemProblem[] = strays.map((it) => ({ reason: strayReason(it), detail: shownUnknown(it) }));
  const max = Math.max(MAX_ITEMS, options.maxRoutesPerPod);
  const hosts = readHosts(hostItems.slice(0, max), problems);
  const paths = readPaths(items.slice(0, max), pod, options, problems);
  const { wirings, more } = firstRoutes(hosts, paths, options.maxRoutesPerPod, problems);
  if (!hasHosts && paths.shared.size > 0) {
    const [first = ''] = paths.shared.paths();
    problems.push({ reason: 'hosts-missing', detail: first });
  }
  if (more || Math.max(hostItems.length, items.length) > max) {
    const detail = `${counted(hostItems.length, 'host')}, ${counted(items.length, 'path')}`;
    problems.unshift({ reason: 'too-many-routes', detail });
  }
  return { wirings, rejections: asRejections(pod, problems) };
}

/** The first `most` routes, host by host in the order of the annotation; `more`: there are further routes. */
function firstRoutes(
  hosts: readonly Host[],
  { shared, own }: Paths,
  max: number,
  problems: ItemProblem[],
): { readonly wirings: readonly Wiring[]; readonly more: boolean } {
  const wirings: Wiring[] = [];
  let routes = 0;
  const differs = (host: Host, { port, path }: PortPath) =>
    problems.push({ reason: 'options-differ', detail: `${port}:${host}${path}` });
  for (const { host, ports } of routesOf(hosts, shared, own, differs)) {
    if (++routes > max) return { wirings, more: true };
    for (const it of ports) {
      const { redirect } = it.options.guards ?? {};
      const isRejected = redirect !== undefined && isLoop(redirect, host, it.path);
      if (isRejected) problems.push({ reason: 'redirect-loop', detail: `${it.port}:${host}${it.path}` });
      wirings.push({ host, ...it, ...(isRejected && { options: REJECTED }) });
    }
  }
  return { wirings, more: false };
}

/** Any ASCII white space separates items, so YAML block scalars work; a no-break space is a mistake in its item. */
function splitItems(text: string): string[] {
  return text.split(/[ \t\r\n\f\v]+/).filter((item) => item !== '');
}

function readHosts(items: readonly string[], problems: ItemProblem[]): Host[] {
  const hosts = new Set<Host>();
  for (const item of items) {
    const parsed = parseHost(item);
    if ('host' in parsed) hosts.add(parsed.host);
    else problems.push({ reason: parsed.problem, detail: item });
  }
  return [...hosts];
}

function readPaths(items: readonly Item[], pod: Pod, options: WiringOptions, problems: ItemProblem[]): Paths {
  const shared = new PathTable();
  const own = new Map<Host, PathTable>();
  const reader = new OptionReader(pod.options, options.optionRules);
  problems.push(...reader.problems);
  const declared = options.requireContainerPort ? pod.ports : undefined;
  for (const item of items) {
    const place = readPlace(item.text, declared);
    if (typeof place === 'string') {
      problems.push({ reason: place, detail: item.text });
      continue;
    }
    const { host, path, port } = place;
    const read = reader.of(item);
    problems.push(...read.problems);
    let table = host === undefined ? shared : own.get(host);
    if (table === undefined) own.set(host as Host, (table = new PathTable()));
    const problem = table.add({ path, port, options: read.options });
    if (problem !== undefined) problems.push({ reason: problem, detail: item.text });
  }
  return { shared, own };
}

/** A token before the first item is an option without an item, or an item whose port begins with a letter. */
function strayReason(text: string): RejectionReason {
  return text.includes(':') ? 'port-malformed' : 'option-without-item';
}

/** An item with a host before its path. */
const HOST_BEFORE_PATH = /(?:^|[ \t\r\n\f\v])\d+:[^/ \t\r\n\f\v]/;

/** `PORT:PATH` or `PORT:HOST/PATH`. */
function readPlace(item: string, declared: readonly number[] | undefined): Place | RejectionReason {
  const colon = item.indexOf(':');
  const slash = item.indexOf('/');
  const hostText = slash < 0 ? '' : item.slice(colon + 1, slash);
  const pathText = item.slice(colon + 1 + hostText.length);
  if (colon < 0 || pathText.includes(':')) return 'not-port-path';
  const parsed = hostText === '' ? { host: undefined } : parseHost(hostText);
  if ('problem' in parsed && hostText.includes(':') && parsed.problem !== 'host-has-port')
    return 'not-port-path';
  const portText = item.slice(0, colon);
  // Leading zeros are accepted; signs, spaces, hexadecimal numbers and exponents are not.
  const port = /^\d{1,10}$/.test(portText) ? Number(portText) : 0;
  if (port < 1 || port > 65535) return 'port-malformed';
  if ('problem' in parsed) return parsed.problem;
  const prefix = parsePathPrefix(pathText);
  if ('problem' in prefix) return prefix.problem;
  if (declared !== undefined && !declared.includes(port)) return 'port-not-declared';
  return { host: parsed.host, path: prefix.path, port };
}

function rejected(pod: Pod, reason: RejectionReason, detail: string): PodWiring {
  return { wirings: [], rejections: asRejections(pod, [{ reason, detail }]) };
}

function asRejections(pod: Pod, problems: readonly ItemProblem[]): Rejection[] {
  const object = referTo(pod);
  const kept = problems.slice(0, MAX_REJECTIONS);
  const dropped = problems.length - kept.length;
  if (dropped > 0) kept.push({ reason: 'more-rejections', detail: `${dropped} more` });
  return kept.map((it) => ({ object, reason: it.reason, detail: printable(it.detail) }));
}
