import type { Host } from '../host.ts';
import type { PathPrefix } from '../path.ts';
import { type PodOptions, REJECTED } from '../options/pod-options.ts';

/** A path on one port of a pod. */
export interface PortPath {
  readonly path: PathPrefix;
  readonly port: number;
  readonly options: PodOptions;
}

/** The ports that serve one path of one host. */
export interface RoutePorts {
  readonly host: Host;
  readonly path: PathPrefix;
  readonly ports: readonly PortPath[];
}

const MAX_PORTS = 16;
const NO_PORTS: readonly PortPath[] = [];

/** Paths in the order of the annotation, with the ports that serve them. */
export class PathTable {
  readonly #paths = new Map<PathPrefix, Map<number, PortPath>>();

  get size(): number {
    return this.#paths.size;
  }

  paths(): IterableIterator<PathPrefix> {
    return this.#paths.keys();
  }

  has(path: PathPrefix): boolean {
    return this.#paths.has(path);
  }

  ports(path: PathPrefix): readonly PortPath[] {
    const ports = this.#paths.get(path);
    return ports === undefined ? NO_PORTS : [...ports.values()];
  }

  /**
   * Returns why podway rejects the item; undefined: accepted. If the same port and path already has different options, it is
   * ambiguous which options apply, so the path gets `REFUSED`.
   */
  add(added: PortPath): 'too-many-ports' | 'options-differ' | undefined {
    const ports = this.#paths.get(added.path) ?? new Map<number, PortPath>();
    const known = ports.get(added.port);
    if (known === undefined && ports.size === MAX_PORTS) return 'too-many-ports';
    this.#paths.set(added.path, ports.set(added.port, joined(known, added)));
    return known === undefined || isSame(known, added) ? undefined : 'options-differ';
  }
}

const EMPTY = new PathTable();

/**
 * The routes of a pod, host by host: first the hosts of the hosts annotation, then other hosts that stand before a path.
 *
 * @param shared paths without a host; they apply to all `hosts`
 * @param own paths with a host before them, by host
 * @param differs is called for a port and path that has other options in `own` than in `shared`
 */
export function* routesOf(
  hosts: readonly Host[],
  shared: PathTable,
  own: ReadonlyMap<Host, PathTable>,
  differs: (host: Host, port: PortPath) => void,
): Generator<RoutePorts> {
  const all = new Set(hosts);
  for (const host of new Set([...hosts, ...own.keys()])) {
    const mine = own.get(host) ?? EMPTY;
    const common = all.has(host) ? shared : EMPTY;
    for (const path of common.paths()) {
      const ports = new Map(common.ports(path).map((it) => [it.port, it]));
      for (const it of mine.ports(path)) {
        const known = ports.get(it.port);
        if (known !== undefined && !isSame(known, it)) differs(host, it);
        ports.set(it.port, joined(known, it));
      }
      yield { host, path, ports: [...ports.values()] };
    }
    for (const path of mine.paths()) if (!common.has(path)) yield { host, path, ports: mine.ports(path) };
  }
}

function isSame(a: PortPath, b: PortPath): boolean {
  return a.options.text === b.options.text;
}

function joined(known: PortPath | undefined, added: PortPath): PortPath {
  if (known === undefined) return added;
  return isSame(known, added) ? known : { ...known, options: REJECTED };
}
