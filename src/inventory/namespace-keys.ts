import { keyOf } from '../wiring/object-id.ts';
import type { NamespaceSecret } from '../wiring/secret.ts';
import type { AcceptedKeys, DeletedSecret, KeyEvent, KeyRelease } from './deleted-secrets.ts';
import { KeyKnowledge } from './key-knowledge.ts';
import type { KeyQuestion } from './key-questions.ts';
import { KeyTimeline } from './key-timeline.ts';
import { type KeyDelta, type KeyListing, PublishedKeys } from './published-keys.ts';
import type { Rejections } from './rejections.ts';

export interface NamespaceKeysOptions {
  /**
   * Pods and Secrets come on two streams, and one of them may fail. So a namespace is closed until it is known to have
   * no Secret. False where both come from one source at once (a folder).
   */
  readonly keysNeedProof: boolean;
  /**
   * The keys of a deleted Secret stay in force until `release`. For the same time podway remembers an open namespace
   * without pods.
   */
  readonly keysOutliveSecrets: boolean;
}

/** The facts about an added or deleted pod that matter for keys. */
interface KeyedPod {
  readonly uid: string;
  readonly namespace: string;
  /** See wiring/pod.ts. */
  readonly owner?: string | undefined;
}

const NO_KEYS: AcceptedKeys = { digests: [], fields: [] };

/**
 * Which namespaces have a key, which have none, and for which this is unknown.
 *
 * Pods and Secrets arrive on separate streams, and resource versions of different resources cannot be compared. So a
 * namespace is open only when there is proof that it had no Secret at a moment after podway saw its first pod: a
 * question that was asked after this moment and answered with no Secret, or a list of Secrets that was requested after
 * it and contains none. Until then the pods of the namespace get no requests. A Secret that is created later arrives by
 * the stream.
 *
 * What podway knows of a namespace ends with its last pod, because later pods may be in another namespace of that name.
 * There is one exception: while a question about a namespace that was open cannot be answered, podway serves pods of a
 * controller that had pods there before (see `Continuity`).
 */
export class NamespaceKeys {
  readonly #options: NamespaceKeysOptions;
  readonly #rejections: Rejections;
  readonly #timeline = new KeyTimeline();
  readonly #known = new KeyKnowledge();
  readonly #published = new PublishedKeys((namespace) => this.#known.state(namespace));
  /** By namespace: releases that no call of `takeReleases` has returned. */
  readonly #releases = new Map<string, KeyRelease>();
  #complete = false;

  constructor(options: NamespaceKeysOptions, rejections: Rejections) {
    this.#options = options;
    this.#rejections = rejections;
  }

  /** A list of Secrets was complete that shows for every namespace of the first list of pods whether it has a Secret. */
  get complete(): boolean {
    return this.#complete;
  }

  /** Namespaces that the workers keep closed until podway knows whether they have a Secret. */
  get unknown(): ReadonlySet<string> {
    return this.#published.unknown;
  }

  /** Deleted Secrets whose keys are still in force, by namespace. */
  get deleted(): ReadonlyMap<string, DeletedSecret> {
    return this.#known.deleted.all;
  }

  /** The first list of pods is complete. */
  podsListed(): void {
    this.#timeline.podsListed();
  }

  podChanged(previous: KeyedPod | undefined, next: KeyedPod | undefined): void {
    if (previous?.uid === next?.uid) return;
    // The deletion comes first: when no pod of a namespace stays, it may be another namespace of that name.
    if (previous !== undefined) this.#podDeleted(previous);
    if (next !== undefined) this.#podAdded(next);
  }

  /** The stream of Secrets delivered this change. */
  secretChanged(previous: NamespaceSecret | undefined, next: NamespaceSecret | undefined): void {
    const namespace = next?.namespace ?? previous?.namespace;
    if (namespace === undefined) return;
    if (previous !== undefined) this.#rejections.set(`Secret/${keyOf(previous)}`, []);
    this.#known.secrets.streamed(namespace, next);
    if (next === undefined) this.#secretDeleted(namespace, previous ?? NO_KEYS);
    else this.#secretFound(namespace, next);
  }

  /** A list of Secrets is being requested: it will show the state of a later moment. */
  listRequested(): void {
    this.#timeline.requestList();
  }

  /** The list that was requested last is complete, and `secretChanged` has been called for all its changes. */
  listed(): void {
    const { listRequested, listCoversPods } = this.#timeline;
    this.#complete ||= !this.#options.keysNeedProof || listCoversPods;
    const { questions, secrets } = this.#known;
    for (const question of questions.before(listRequested)) this.answer(question, undefined);
    for (const secret of secrets.foundBefore(listRequested)) this.secretChanged(secret, undefined);
  }

  /**
   * The open questions that no earlier call has returned. The list is empty before `complete`, because a list of
   * Secrets answers all questions.
   */
  takeQuestions(): KeyQuestion[] {
    return this.#complete ? this.#known.questions.take() : [];
  }

  /** True when neither a list nor the stream has answered the question. */
  isOpen(question: KeyQuestion): boolean {
    return this.#known.questions.isOpen(question);
  }

  /**
   * Ignores an answer when the stream has answered the question meanwhile, or when it is about an earlier namespace of
   * that name.
   *
   * @param secret of the namespace at a moment after the question was taken; undefined: it has none
   */
  answer(question: KeyQuestion, secret: NamespaceSecret | undefined): void {
    if (!this.isOpen(question)) return;
    const { namespace } = question;
    const { secrets, deleted } = this.#known;
    if (secret !== undefined) {
      secrets.found(namespace, { secret, number: this.#timeline.next() });
      this.#secretFound(namespace, secret);
      return;
    }
    this.#settle(namespace);
    if (deleted.of(namespace)?.release === undefined) this.#open(namespace);
  }

  /** The question could not be answered, and the caller will ask it again. */
  unanswered(question: KeyQuestion): void {
    if (!this.isOpen(question)) return;
    this.#known.continuityOf(question.namespace)?.unanswered();
    this.#published.changed(question.namespace);
  }

  /**
   * Deleted Secrets and namespaces without pods since the last call. The caller calls `release` for each after a delay.
   */
  takeReleases(): KeyRelease[] {
    const releases = [...this.#releases.values()];
    this.#releases.clear();
    return releases;
  }

  /**
   * The delay is over. This has no effect when the namespace has a new Secret, or when its Secret was created and
   * deleted again.
   */
  release(release: KeyRelease): void {
    const { namespace, number } = release;
    if (this.#known.deleted.release(release)) this.#openWhenProven(namespace);
    else if (this.#known.continuityOf(namespace)?.release(number)) this.#forgetUnused(namespace);
  }

  /** The differences from what the workers have. */
  take(): KeyDelta {
    return this.#published.take();
  }

  /** Everything that the workers have, for a new worker. */
  whole(): KeyDelta {
    return this.#published.whole();
  }

  /** What the workers have, sorted for display. */
  listing(): KeyListing {
    return this.#published.listing(this.deleted);
  }

  /** Namespaces whose Secret was deleted, or whose keys are no longer in force, since the last call. */
  takeEvents(): ReadonlyMap<string, KeyEvent> {
    return this.#known.deleted.takeEvents();
  }

  #podAdded({ namespace, owner }: KeyedPod): void {
    const { questions, secrets } = this.#known;
    this.#known.podAdded(namespace);
    if (!this.#options.keysNeedProof) return;
    // The keys of a deleted Secret do not answer the question: it may be another namespace of that name, with another
    // key.
    if (this.#known.podsOf(namespace) === 1 && secrets.of(namespace) === undefined)
      this.#openQuestion(namespace);
    if (!questions.has(namespace)) return;
    this.#known.continuityOf(namespace)?.podAdded(owner);
    this.#published.changed(namespace);
  }

  #podDeleted({ namespace, owner }: KeyedPod): void {
    this.#known.podDeleted(namespace);
    const { keysNeedProof, keysOutliveSecrets } = this.#options;
    const wasLast = this.#known.podsOf(namespace) === 0;
    const continuity = this.#known.continuityOf(namespace);
    if (keysNeedProof && keysOutliveSecrets && this.#known.isOpen(namespace)) {
      continuity?.podDeleted(owner);
      if (wasLast) this.#remember(namespace);
    }
    if (wasLast && continuity?.isRemembered) this.#closeQuestion(namespace);
    this.#forgetUnused(namespace);
  }

  /** The last pod of an open namespace was deleted. */
  #remember(namespace: string): void {
    const number = this.#timeline.next();
    if (this.#known.continuityOf(namespace)?.remember(number))
      this.#releases.set(namespace, { namespace, number });
  }

  #openQuestion(namespace: string): void {
    this.#known.questions.ask({ namespace, number: this.#timeline.next() });
    this.#published.changed(namespace);
  }

  #closeQuestion(namespace: string): void {
    this.#known.questions.close(namespace);
    this.#published.changed(namespace);
  }

  /** podway knows whether the namespace has keys. */
  #settle(namespace: string): void {
    this.#closeQuestion(namespace);
    this.#known.continuityOf(namespace)?.clear();
  }

  #secretFound(namespace: string, secret: NamespaceSecret): void {
    this.#releases.delete(namespace);
    this.#settle(namespace);
    this.#known.deleted.replaced(namespace);
    this.#rejections.set(`Secret/${keyOf(secret)}`, secret.rejections);
  }

  #secretDeleted(namespace: string, { digests, fields }: AcceptedKeys): void {
    this.#settle(namespace);
    const keys = { digests, fields };
    if (!this.#options.keysOutliveSecrets) {
      this.#known.deleted.add(namespace, { keys, release: undefined });
      this.#openWhenProven(namespace);
      return;
    }
    const number = this.#timeline.next();
    this.#known.deleted.add(namespace, { keys, release: number });
    this.#releases.set(namespace, { namespace, number });
  }

  /**
   * Opens the namespace once there is proof: the stream may have failed since the deletion, and a new Secret may exist.
   */
  #openWhenProven(namespace: string): void {
    if (this.#options.keysNeedProof && this.#known.podsOf(namespace) > 0) this.#openQuestion(namespace);
    else this.#open(namespace);
  }

  #open(namespace: string): void {
    this.#known.deleted.opened(namespace);
    this.#published.changed(namespace);
    this.#forgetUnused(namespace);
  }

  #forgetUnused(namespace: string): void {
    if (!this.#known.isUnused(namespace)) return;
    this.#known.forget(namespace);
    this.#published.changed(namespace);
  }
}
