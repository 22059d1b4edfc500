import type { NamespaceSecret } from '../wiring/secret.ts';

interface FoundSecret {
  readonly secret: NamespaceSecret;
  /** When it was found: a number of `KeyTimeline`. */
  readonly number: number;
}

/**
 * The key Secret of every namespace that has one, from the stream of Secrets or, where the stream is late, from the
 * answer to a question.
 */
export class KnownSecrets {
  readonly #streamed = new Map<string, NamespaceSecret>();
  /** Secrets that a question found and the stream has not delivered yet. */
  readonly #found = new Map<string, FoundSecret>();

  of(namespace: string): NamespaceSecret | undefined {
    return this.#streamed.get(namespace) ?? this.#found.get(namespace)?.secret;
  }

  /** The stream delivered this Secret; undefined: the Secret was deleted. This overrides the answer to a question. */
  streamed(namespace: string, secret: NamespaceSecret | undefined): void {
    this.#found.delete(namespace);
    if (secret === undefined) this.#streamed.delete(namespace);
    else this.#streamed.set(namespace, secret);
  }

  /** A question found this Secret. */
  found(namespace: string, found: FoundSecret): void {
    this.#found.set(namespace, found);
  }

  /** Secrets that questions found before the event with this number, and that the stream has not delivered since. */
  foundBefore(number: number): NamespaceSecret[] {
    return [...this.#found.values()].filter((it) => it.number < number).map(({ secret }) => secret);
  }
}
