import type { Intake } from '../inventory/intake.ts';

/** Processes a large list in pieces, and reports to its source when all of it has taken effect. */
export class IntakeTask {
  readonly #intake: Intake;
  readonly #done: () => void;
  #waiting: PromiseWithResolvers<void> | undefined;

  /** @param done is called whenever a list has taken effect */
  constructor(intake: Intake, done: () => void) {
    this.#intake = intake;
    this.#done = done;
  }

  /** Resolves when all delivered objects have taken effect; undefined: they have. */
  get end(): Promise<void> | undefined {
    if (!this.#intake.isBusy) return undefined;
    this.#waiting ??= Promise.withResolvers();
    return this.#waiting.promise;
  }

  /** Processes the delivered objects. Yields after every bounded piece of work. */
  *settle(): Generator<void, void> {
    if (!this.#intake.isBusy) return;
    yield* this.#intake.settle();
    this.#done();
    this.#waiting?.resolve();
    this.#waiting = undefined;
  }
}
