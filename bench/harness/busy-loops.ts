import { Child } from './child.ts';

/**
 * Keeps CPUs busy with loops of the lowest priority. The host gives an idle virtual CPU to others, and returns it milliseconds
 * late.
 */
export class BusyLoops {
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
