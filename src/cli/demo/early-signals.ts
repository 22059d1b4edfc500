import type { Runtime } from '../runtime.ts';

const ENDING_SIGNALS = ['SIGINT', 'SIGTERM'] as const;

/** Keeps the first signal that arrives before the router has a listener for it, and delivers it when the router has one. */
export class EarlySignals {
  /** The runtime of the process, with another `onSignal`. */
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
    for (const signal of ENDING_SIGNALS) this.#given.onSignal(signal, () => (this.#first ??= signal));
  }

  #listenFor(signal: NodeJS.Signals, listener: () => void): void {
    this.#given.onSignal(signal, listener);
    if (signal === this.#first) listener();
  }
}
