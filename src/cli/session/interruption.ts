import type { Runtime } from '../runtime.ts';

/** Signals that end a session, and the exit codes that shells give to them. */
const CODES = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const;

/** Whether a signal has asked for the end. */
export class Interruption {
  readonly #controller = new AbortController();
  readonly #came = Promise.withResolvers<void>();
  #code: number | undefined;

  constructor({ onSignal }: Pick<Runtime, 'onSignal'>) {
    for (const [name, code] of Object.entries(CODES)) {
      onSignal(name as keyof typeof CODES, () => {
        this.#code ??= code;
        this.#controller.abort();
        this.#came.resolve();
      });
    }
  }

  /** The exit code then. */
  get code(): number | undefined {
    return this.#code;
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Resolves with the first signal. */
  get came(): Promise<void> {
    return this.#came.promise;
  }
}
