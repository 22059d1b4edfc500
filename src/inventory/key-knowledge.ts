import { Continuity } from './continuity.ts';
import { type AcceptedKeys, DeletedSecrets } from './deleted-secrets.ts';
import { KeyQuestions } from './key-questions.ts';
import { KnownSecrets } from './known-secrets.ts';
import type { KeyState } from './published-keys.ts';

/** A namespace that has pods, or had pods a short time ago. */
interface Namespace {
  /** Number of its current pods. */
  pods: number;
  /** Determines whether it is still the namespace that was open. */
  readonly continuity: Continuity;
}

/**
 * All facts about namespaces and their keys, and the state that follows from them.
 *
 * | known of the namespace | its state for the workers |
 * |---|---|
 * | it has a Secret, from the stream or as the answer to a question | guarded by the keys of the Secret |
 * | its Secret was deleted, and the release or its proof is still missing | guarded by the keys of the deleted Secret |
 * | a question could not be answered, and it is the namespace that was open | open |
 * | any other question is open | unknown: closed |
 * | none of these | open |
 */
export class KeyKnowledge {
  readonly secrets = new KnownSecrets();
  readonly deleted = new DeletedSecrets();
  readonly questions = new KeyQuestions();
  readonly #namespaces = new Map<string, Namespace>();

  state(namespace: string): KeyState {
    const accepted = this.#accepted(namespace);
    if (accepted !== undefined) return { namespace, digests: accepted.digests, fields: accepted.fields };
    if (!this.questions.has(namespace)) return 'open';
    return this.continuityOf(namespace)?.isTrusted ? 'open' : 'unknown';
  }

  /** True when it is known to have no key, or is the same namespace that was open. */
  isOpen(namespace: string): boolean {
    if (this.#accepted(namespace) !== undefined) return false;
    return !this.questions.has(namespace) || (this.continuityOf(namespace)?.isSame ?? false);
  }

  /** True when it has neither pods nor keys, and podway does not remember it. */
  isUnused(namespace: string): boolean {
    if (this.podsOf(namespace) > 0 || this.#accepted(namespace) !== undefined) return false;
    return !this.continuityOf(namespace)?.isRemembered;
  }

  podsOf(namespace: string): number {
    return this.#namespaces.get(namespace)?.pods ?? 0;
  }

  /** Undefined when the namespace has no pods and podway does not remember any. */
  continuityOf(namespace: string): Continuity | undefined {
    return this.#namespaces.get(namespace)?.continuity;
  }

  podAdded(name: string): void {
    const namespace = this.#namespaces.get(name);
    if (namespace === undefined) this.#namespaces.set(name, { pods: 1, continuity: new Continuity() });
    else namespace.pods += 1;
  }

  podDeleted(name: string): void {
    const namespace = this.#namespaces.get(name);
    if (namespace !== undefined) namespace.pods -= 1;
  }

  forget(namespace: string): void {
    this.#namespaces.delete(namespace);
    this.questions.close(namespace);
  }

  #accepted(namespace: string): AcceptedKeys | undefined {
    return this.secrets.of(namespace) ?? this.deleted.of(namespace)?.keys;
  }
}
