import type { NamespaceKeyRecord } from '../boundary/delta.ts';

/** Digests of the accepted keys, and the field of the Secret that holds each of them. */
export type AcceptedKeys = Pick<NamespaceKeyRecord, 'digests' | 'fields'>;

/**
 * The end of a waiting time for one namespace. Until then the keys of its deleted Secret stay in force, or podway
 * remembers a namespace whose last pod was deleted.
 */
export interface KeyRelease {
  readonly namespace: string;
  readonly number: number;
}

/**
 * `deleted`: the Secret was deleted, and its keys are still in force. `opened`: the namespace no longer requires a key.
 */
export type KeyEvent = 'deleted' | 'opened';

export interface DeletedSecret {
  /** In force until the namespace opens or has a Secret again. */
  readonly keys: AcceptedKeys;
  /**
   * Number of the release that podway waits for; undefined when podway waits only for the proof that the namespace has
   * no new Secret.
   */
  readonly release: number | undefined;
}

/** Deleted Secrets whose keys are still in force. */
export class DeletedSecrets {
  readonly #deleted = new Map<string, DeletedSecret>();
  readonly #events = new Map<string, KeyEvent>();

  get all(): ReadonlyMap<string, DeletedSecret> {
    return this.#deleted;
  }

  /** Undefined: the namespace has no deleted Secret whose keys are in force. */
  of(namespace: string): DeletedSecret | undefined {
    return this.#deleted.get(namespace);
  }

  add(namespace: string, deleted: DeletedSecret): void {
    this.#deleted.set(namespace, deleted);
    if (deleted.release !== undefined) this.#events.set(namespace, 'deleted');
  }

  /** The release has come. Returns false when the Secret does not wait for the release with this number. */
  release({ namespace, number }: KeyRelease): boolean {
    const deleted = this.#deleted.get(namespace);
    if (deleted?.release !== number) return false;
    this.#deleted.set(namespace, { ...deleted, release: undefined });
    return true;
  }

  /** The namespace has a Secret again. podway no longer reports the deletion of the earlier one. */
  replaced(namespace: string): void {
    this.#deleted.delete(namespace);
    this.#events.delete(namespace);
  }

  /** The namespace is open: the keys are no longer in force. */
  opened(namespace: string): void {
    if (this.#deleted.delete(namespace)) this.#events.set(namespace, 'opened');
  }

  /** The latest news of every namespace since the last call. */
  takeEvents(): ReadonlyMap<string, KeyEvent> {
    const news = new Map(this.#events);
    this.#events.clear();
    return news;
  }
}
