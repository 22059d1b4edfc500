import type { NamespaceSecret } from '../wiring/secret.ts';

interface FoundSecret {
  readonly secret: NamespaceSecret;
  /** When, as NamespaceKeys counts events. */
  readonly number: number;
}

/** The key Secret of every namespace that has one, from the stream of Secrets or, where that lags, from a question. */
export class KnownSecrets {
  readonly #streamed = new Map<string, NamespaceSecret>();
  /** What the stream has not brought yet. */
  readonly #found = new Map<string, FoundSecret>();

  of(namespace: string): NamespaceSecret | undefined {
    return this.#streamed.get(namespace) ?? this.#found.get(namespace)?.secret;
  }

  /** The stream brought this; undefined: the Secret is gone. It overrides what a question found. */
  streamed(namespace: string, secret: NamespaceSecret | undefined): void {
    this.#found.delete(namespace);
    if (secret === undefined) this.#streamed.delete(namespace);
    else this.#streamed.set(namespace, secret);
  }

  /** A question found it. */
  found(namespace: string, found: FoundSecret): void {
    this.#found.set(namespace, found);
  }

  /** Found before the event of that number, and not brought by the stream since. */
  foundBefore(number: number): NamespaceSecret[] {
    return [...this.#found.values()].filter((it) => it.number < number).map(({ secret }) => secret);
  }
}
