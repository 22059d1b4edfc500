import { compareText } from '../wiring/order.ts';

/**
 * Names of namespaces, sorted. A single name, the usual case, is a string: an array would take more memory than the
 * rest of the object.
 */
type Names = string | readonly string[];

const NO_NAMESPACES: readonly string[] = [];

/**
 * The namespaces that hold one host and path. These objects are small, because thousands of namespaces need as many of
 * them.
 */
export class PathHolders {
  readonly host: string;
  readonly path: string;
  #written: Names = NO_NAMESPACES;
  #byDefault: Names = NO_NAMESPACES;

  constructor(host: string, path: string) {
    this.host = host;
    this.path = path;
  }

  /** Sorted. Several namespaces share a grant on purpose. Explicit grants override those of the template. */
  get namespaces(): readonly string[] {
    return listOf(this.#written.length > 0 ? this.#written : this.#byDefault);
  }

  get isEmpty(): boolean {
    return this.#written.length + this.#byDefault.length === 0;
  }

  /** How the namespace holds it; undefined: it does not. */
  originOf(namespace: string): 'written' | 'default' | undefined {
    if (listOf(this.#written).includes(namespace)) return 'written';
    return listOf(this.#byDefault).includes(namespace) ? 'default' : undefined;
  }

  add(namespace: string, origin: 'written' | 'default'): void {
    if (origin === 'written') this.#written = namesOf([...listOf(this.#written), namespace]);
    else this.#byDefault = namesOf([...listOf(this.#byDefault), namespace]);
  }

  remove(namespace: string): void {
    const without = (names: Names): Names => namesOf(listOf(names).filter((it) => it !== namespace));
    this.#written = without(this.#written);
    this.#byDefault = without(this.#byDefault);
  }
}

function listOf(names: Names): readonly string[] {
  return typeof names === 'string' ? [names] : names;
}

function namesOf(list: readonly string[]): Names {
  if (list.length === 0) return NO_NAMESPACES;
  return list.length === 1 ? (list[0] ?? NO_NAMESPACES) : list.toSorted(compareText);
}

/** All grants of one host: nearly always one path. */
export class HostHolders {
  #paths: PathHolders | Map<string, PathHolders> | undefined;

  get isEmpty(): boolean {
    return this.#paths === undefined;
  }

  get(path: string): PathHolders | undefined {
    if (this.#paths instanceof Map) return this.#paths.get(path);
    return this.#paths?.path === path ? this.#paths : undefined;
  }

  all(): Iterable<PathHolders> {
    if (this.#paths instanceof Map) return this.#paths.values();
    return this.#paths === undefined ? [] : [this.#paths];
  }

  add(held: PathHolders): void {
    if (this.#paths === undefined) this.#paths = held;
    else if (this.#paths instanceof Map) this.#paths.set(held.path, held);
    else
      this.#paths = new Map([
        [this.#paths.path, this.#paths],
        [held.path, held],
      ]);
  }

  delete(path: string): void {
    if (!(this.#paths instanceof Map)) {
      this.#paths = undefined;
      return;
    }
    this.#paths.delete(path);
    if (this.#paths.size === 1) this.#paths = [...this.#paths.values()][0];
  }
}
