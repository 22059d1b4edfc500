import type { Runtime } from '../runtime.ts';

/** Signals that end a session, and their exit codes as in shells. */
const EXIT_CODES = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const;

/** Remembers the first signal that ends the command. */
export class Interruption {
  readonly #controller = new AbortController();
  readonly #came = Promise.withResolvers<void>();
  #code: number | undefined;

  constructor({ onSignal }: Pick<Runtime, 'onSignal'>) {
    for (const [name, code] of Object.entries(EXIT_CODES)) {
      onSignal(name as keyof typeof EXIT_CODES, () => {
        this.#code ??= code;
        this.#controller.abort();
        this.#came.resolve();
      });
    }
  }

  /** The exit code for that signal; undefined before. */
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
