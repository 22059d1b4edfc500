import type { NamespaceKeyRecord } from '../boundary/delta.ts';

/** The accepted keys, and the field of the Secret with each of them. */
export type AcceptedKeys = Pick<NamespaceKeyRecord, 'digests' | 'fields'>;

/**
 * The Secret of this namespace is gone and its keys stay in force, or its last pod is gone and what is known of it is kept,
 * until the release with this number comes.
 */
export interface KeyRelease {
  readonly namespace: string;
  readonly number: number;
}

/** `deleted`: the Secret is gone, its keys are still in force. `opened`: no key guards the namespace any more. */
export type KeyNews = 'deleted' | 'opened';

export interface DeletedSecret {
  /** In force until the namespace opens or has a Secret again. */
  readonly keys: AcceptedKeys;
  /** Number of the release to wait for; undefined once it has come, and only the proof is missing. */
  readonly release: number | undefined;
}

/** Secrets that are gone and whose keys are still in force. */
export class DeletedSecrets {
  readonly #deleted = new Map<string, DeletedSecret>();
  readonly #news = new Map<string, KeyNews>();

  get all(): ReadonlyMap<string, DeletedSecret> {
    return this.#deleted;
  }

  /** Undefined: its Secret is there, or its keys are no longer in force. */
  of(namespace: string): DeletedSecret | undefined {
    return this.#deleted.get(namespace);
  }

  add(namespace: string, deleted: DeletedSecret): void {
    this.#deleted.set(namespace, deleted);
    if (deleted.release !== undefined) this.#news.set(namespace, 'deleted');
  }

  /** The release with this number has come. False: the Secret does not wait for that one. */
  release({ namespace, number }: KeyRelease): boolean {
    const deleted = this.#deleted.get(namespace);
    if (deleted?.release !== number) return false;
    this.#deleted.set(namespace, { ...deleted, release: undefined });
    return true;
  }

  /** The namespace has a Secret again: the deletion of the last one is no longer reported. */
  replaced(namespace: string): void {
    this.#deleted.delete(namespace);
    this.#news.delete(namespace);
  }

  /** The namespace is open: its keys are no longer in force. */
  opened(namespace: string): void {
    if (this.#deleted.delete(namespace)) this.#news.set(namespace, 'opened');
  }

  /** The last news of every namespace since the last call. */
  takeNews(): ReadonlyMap<string, KeyNews> {
    const news = new Map(this.#news);
    this.#news.clear();
    return news;
  }
}
