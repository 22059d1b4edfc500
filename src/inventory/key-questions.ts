/**
 * A question to the API server: does this namespace have a key Secret? The request must be sent after the question was
 * taken, never before.
 */
export interface KeyQuestion {
  readonly namespace: string;
  /** Distinguishes it from earlier questions about the namespace. Answers to those are no longer valid. */
  readonly number: number;
}

/** The open questions, at most one for each namespace: a newer question replaces an older one. */
export class KeyQuestions {
  /** The numbers of the questions, by namespace. */
  readonly #open = new Map<string, number>();
  readonly #unread = new Set<string>();

  ask({ namespace, number }: KeyQuestion): void {
    this.#open.set(namespace, number);
    this.#unread.add(namespace);
  }

  /** The question about this namespace no longer needs an answer. */
  close(namespace: string): void {
    this.#open.delete(namespace);
    this.#unread.delete(namespace);
  }

  /** True when a question about this namespace is open. */
  has(namespace: string): boolean {
    return this.#open.has(namespace);
  }

  /** True when this question is open, and not a newer one. */
  isOpen({ namespace, number }: KeyQuestion): boolean {
    return this.#open.get(namespace) === number;
  }

  /** The open questions with a smaller number. */
  before(number: number): KeyQuestion[] {
    return Array.from(this.#open, ([namespace, own]) => ({ namespace, number: own })).filter(
      (it) => it.number < number,
    );
  }

  /** The open questions that no earlier call has returned. */
  take(): KeyQuestion[] {
    const questions: KeyQuestion[] = [];
    for (const namespace of this.#unread) {
      const number = this.#open.get(namespace);
      if (number !== undefined) questions.push({ namespace, number });
    }
    this.#unread.clear();
    return questions;
  }
}
