import type { Runtime } from '../runtime.ts';

const ENDING = ['SIGINT', 'SIGTERM'] as const;

/** Signals that come before what obeys them is there: they reach it as soon as it listens. */
export class EarlySignals {
  /** That of the process, but for `onSignal`. */
  readonly runtime: Runtime;
  readonly #given: Runtime;
  #first: NodeJS.Signals | undefined;

  constructor(given: Runtime) {
    this.#given = given;
    this.runtime = { ...given, onSignal: (signal, listener) => this.#listenFor(signal, listener) };
  }

  get arrived(): boolean {
    return this.#first !== undefined;
  }

  listen(): void {
    for (const signal of ENDING) this.#given.onSignal(signal, () => (this.#first ??= signal));
  }

  #listenFor(signal: NodeJS.Signals, listener: () => void): void {
    this.#given.onSignal(signal, listener);
    if (signal === this.#first) listener();
  }
}
