import type { Intake } from '../inventory/intake.ts';

/** Takes a large list in, in pieces, and says when it has taken effect to the source that it is of. */
export class TakingIn {
  readonly #intake: Intake;
  readonly #done: () => void;
  #waiting: PromiseWithResolvers<void> | undefined;

  /** @param done is called whenever one has taken effect */
  constructor(intake: Intake, done: () => void) {
    this.#intake = intake;
    this.#done = done;
  }

  /** Resolves when all that was delivered has taken effect; undefined: it has. */
  get end(): Promise<void> | undefined {
    if (!this.#intake.isBusy) return undefined;
    this.#waiting ??= Promise.withResolvers();
    return this.#waiting.promise;
  }

  /** Yields after every bounded piece of work. */
  *settle(): Generator<void, void> {
    if (!this.#intake.isBusy) return;
    yield* this.#intake.settle();
    this.#done();
    this.#waiting?.resolve();
    this.#waiting = undefined;
  }
}
