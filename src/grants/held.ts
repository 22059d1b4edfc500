import { compareText } from '../wiring/order.ts';

const NONE: readonly string[] = [];

/** Who holds one host and path. With thousands of namespaces there are as many of these: they are small. */
export class Held {
  readonly host: string;
  readonly path: string;
  #written = NONE;
  #byDefault = NONE;

  constructor(host: string, path: string) {
    this.host = host;
    this.path = path;
  }

  /** Sorted; several share it on purpose. What somebody wrote comes before what the template gives. */
  get namespaces(): readonly string[] {
    return this.#written.length > 0 ? this.#written : this.#byDefault;
  }

  get isEmpty(): boolean {
    return this.#written.length + this.#byDefault.length === 0;
  }

  /** How a namespace has it; undefined: it has not. */
  originOf(namespace: string): 'written' | 'default' | undefined {
    if (this.#written.includes(namespace)) return 'written';
    return this.#byDefault.includes(namespace) ? 'default' : undefined;
  }

  add(namespace: string, origin: 'written' | 'default'): void {
    if (origin === 'written') this.#written = [...this.#written, namespace].sort(compareText);
    else this.#byDefault = [...this.#byDefault, namespace].sort(compareText);
  }

  remove(namespace: string): void {
    const others = (it: string): boolean => it !== namespace;
    this.#written = this.#written.length > 0 ? this.#written.filter(others) : NONE;
    this.#byDefault = this.#byDefault.length > 0 ? this.#byDefault.filter(others) : NONE;
  }
}

/** What is held of one host: nearly always one path. */
export class HeldHost {
  #paths: Held | Map<string, Held> | undefined;

  get isEmpty(): boolean {
    return this.#paths === undefined;
  }

  get(path: string): Held | undefined {
    if (this.#paths instanceof Map) return this.#paths.get(path);
    return this.#paths?.path === path ? this.#paths : undefined;
  }

  all(): Iterable<Held> {
    if (this.#paths instanceof Map) return this.#paths.values();
    return this.#paths === undefined ? [] : [this.#paths];
  }

  add(held: Held): void {
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
