import { Child } from './child.ts';

/**
 * Keeps CPUs from idling, with loops that everything else goes before: a virtual CPU that idles is given back to its
 * host, and comes back milliseconds late.
 */
export class Awake {
  readonly #loops: Child[];

  /** Each in taskset's notation. */
  constructor(...cores: readonly string[]) {
    const loop = ['chrt', '--idle', '0', 'sh', '-c', 'while :; do :; done'];
    this.#loops = cores.map((it) => new Child(loop, { cores: it }));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#loops.map((it) => it[Symbol.asyncDispose]()));
  }
}
