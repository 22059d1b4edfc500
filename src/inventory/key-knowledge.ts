import { Continuity } from './continuity.ts';
import { type AcceptedKeys, DeletedSecrets } from './deleted-secrets.ts';
import { KeyQuestions } from './key-questions.ts';
import { KnownSecrets } from './known-secrets.ts';
import type { KeyState } from './published-keys.ts';

/** A namespace that has pods, or had some a while ago. */
interface Namespace {
  /** How many it has now. */
  pods: number;
  /** Determines whether it is still the one that was open. */
  readonly continuity: Continuity;
}

/**
 * All that is known of namespaces and their keys, and what follows from it.
 *
 * | known of the namespace | to the workers it is |
 * |---|---|
 * | a Secret, from the stream or by a question | guarded by its keys |
 * | its Secret is gone, and the release has not come or is not proven | guarded by the keys it had |
 * | a question is open that could not be answered, and it is the namespace that was open | open |
 * | a question is open otherwise | unknown: closed |
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

  /** Known to have no key, or the same namespace that was open. */
  isOpen(namespace: string): boolean {
    if (this.#accepted(namespace) !== undefined) return false;
    return !this.questions.has(namespace) || (this.continuityOf(namespace)?.isSame ?? false);
  }

  /** Has neither pods nor keys, and nothing of it is remembered. */
  isUnused(namespace: string): boolean {
    if (this.podsOf(namespace) > 0 || this.#accepted(namespace) !== undefined) return false;
    return !this.continuityOf(namespace)?.isRemembered;
  }

  podsOf(namespace: string): number {
    return this.#namespaces.get(namespace)?.pods ?? 0;
  }

  /** Undefined where there are no pods and nothing is remembered of any. */
  continuityOf(namespace: string): Continuity | undefined {
    return this.#namespaces.get(namespace)?.continuity;
  }

  podCame(name: string): void {
    const namespace = this.#namespaces.get(name);
    if (namespace === undefined) this.#namespaces.set(name, { pods: 1, continuity: new Continuity() });
    else namespace.pods += 1;
  }

  podGone(name: string): void {
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
