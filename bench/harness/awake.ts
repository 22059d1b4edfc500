import { Child } from './child.ts';

/**
 * Keeps CPUs from idling, with loops of the lowest priority. The host takes an idle virtual CPU away and gives it back
 * milliseconds late.
 */
export class Awake {
  readonly #loops: Child[];

  /** CPUs, each in taskset's notation. */
  constructor(...cores: readonly string[]) {
    const loop = ['chrt', '--idle', '0', 'sh', '-c', 'while :; do :; done'];
    this.#loops = cores.map((it) => new Child(loop, { cores: it }));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#loops.map((it) => it[Symbol.asyncDispose]()));
  }
}
