/** Has this namespace a key Secret? To be asked after the question was taken, never before. */
export interface KeyQuestion {
  readonly namespace: string;
  /** Distinguishes it from earlier questions about the namespace: an answer to one of those proves nothing any more. */
  readonly number: number;
}

/** The open questions, one a namespace: a newer one takes the place of an older one. */
export class KeyQuestions {
  /** Their numbers, by namespace. */
  readonly #open = new Map<string, number>();
  readonly #untaken = new Set<string>();

  ask({ namespace, number }: KeyQuestion): void {
    this.#open.set(namespace, number);
    this.#untaken.add(namespace);
  }

  /** No longer needs an answer. */
  close(namespace: string): void {
    this.#open.delete(namespace);
    this.#untaken.delete(namespace);
  }

  /** There is one about this namespace. */
  has(namespace: string): boolean {
    return this.#open.has(namespace);
  }

  /** It is this one that is open, and not a newer one. */
  isOpen({ namespace, number }: KeyQuestion): boolean {
    return this.#open.get(namespace) === number;
  }

  /** Those with a smaller number. */
  before(number: number): KeyQuestion[] {
    return Array.from(this.#open, ([namespace, own]) => ({ namespace, number: own })).filter(
      (it) => it.number < number,
    );
  }

  /** Those that were not taken yet. */
  take(): KeyQuestion[] {
    const questions: KeyQuestion[] = [];
    for (const namespace of this.#untaken) {
      const number = this.#open.get(namespace);
      if (number !== undefined) questions.push({ namespace, number });
    }
    this.#untaken.clear();
    return questions;
  }
}
