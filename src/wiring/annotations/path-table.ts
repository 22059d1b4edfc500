import type { Host } from '../host.ts';
import type { PathPrefix } from '../path.ts';
import { type PodOptions, REFUSED } from '../options/pod-options.ts';

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

/** Paths, in their order, and the ports that serve them. */
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
   * Why it cannot be added. Where its words differ from those known, it is ambiguous which of the two is meant: none
   * counts.
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
 * Host by host: of those for all paths, and of those that stand before a path.
 *
 * @param shared paths without a host of their own
 * @param own by the host that stands before them
 * @param differs is called where a path has other words by its own host than by one for all
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
  return isSame(known, added) ? known : { ...known, options: REFUSED };
}
