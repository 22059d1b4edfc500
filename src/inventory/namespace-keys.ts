import { keyOf } from '../wiring/object-id.ts';
import type { NamespaceSecret } from '../wiring/secret.ts';
import type { AcceptedKeys, DeletedSecret, KeyNews, KeyRelease } from './deleted-secrets.ts';
import { KeyKnowledge } from './key-knowledge.ts';
import type { KeyQuestion } from './key-questions.ts';
import { KeyTimeline } from './key-timeline.ts';
import { type KeyDelta, type KeyListing, PublishedKeys } from './published-keys.ts';
import type { Rejections } from './rejections.ts';

export interface NamespaceKeysOptions {
  /**
   * Pods and Secrets come on two streams of which one may fail: a namespace is closed until it is known to have no
   * Secret. False where both come from one source at once (a folder).
   */
  readonly keysNeedProof: boolean;
  /** The keys of a deleted Secret stay in force until `release`; so long an open namespace is remembered without pods. */
  readonly keysOutliveSecrets: boolean;
}

/** The facts that are needed about a pod that is added or deleted. */
interface KeyedPod {
  readonly uid: string;
  readonly namespace: string;
  /** See wiring/pod.ts. */
  readonly owner?: string | undefined;
}

const NO_KEYS: AcceptedKeys = { digests: [], fields: [] };

/**
 * Which namespaces have a key, which have none, and of which it is unknown.
 *
 * Pods and Secrets arrive on streams of their own, and resource versions of different resources cannot be compared. So a
 * namespace is open only when something proves that it had no Secret at a moment after its first pod was seen: a
 * question that was asked after that and answered with none, or a list of Secrets that was asked for after that and
 * does not have it. A Secret that is created later arrives by the stream. Until then its pods wait.
 *
 * What is known of a namespace does not count for the pods that come after its last one: they may be of another namespace of
 * that name. There is one exception: as long as the question about a namespace that was open cannot be answered, pods of a
 * controller that it had before are served as before (see `Continuity`).
 */
export class NamespaceKeys {
  readonly #options: NamespaceKeysOptions;
  readonly #rejections: Rejections;
  readonly #timeline = new KeyTimeline();
  readonly #known = new KeyKnowledge();
  readonly #published = new PublishedKeys((namespace) => this.#known.state(namespace));
  /** By namespace; what has not been taken yet. */
  readonly #releases = new Map<string, KeyRelease>();
  #complete = false;

  constructor(options: NamespaceKeysOptions, rejections: Rejections) {
    this.#options = options;
    this.#rejections = rejections;
  }

  /** A list of Secrets was complete that says of every namespace in the first list of pods whether it has one. */
  get complete(): boolean {
    return this.#complete;
  }

  /** Namespaces that the workers keep closed until it is known whether they have a Secret. */
  get unknown(): ReadonlySet<string> {
    return this.#published.unknown;
  }

  /** Secrets that are gone and whose keys are still in force, by namespace. */
  get deleted(): ReadonlyMap<string, DeletedSecret> {
    return this.#known.deleted.all;
  }

  /** The first list of pods is complete. */
  podsListed(): void {
    this.#timeline.podsListed();
  }

  podChanged(previous: KeyedPod | undefined, next: KeyedPod | undefined): void {
    if (previous?.uid === next?.uid) return;
    // Gone before the other came: a namespace of which no pod has stayed may be another one.
    if (previous !== undefined) this.#podGone(previous);
    if (next !== undefined) this.#podCame(next);
  }

  /** The stream of Secrets brought this. */
  secretChanged(previous: NamespaceSecret | undefined, next: NamespaceSecret | undefined): void {
    const namespace = next?.namespace ?? previous?.namespace;
    if (namespace === undefined) return;
    if (previous !== undefined) this.#rejections.set(`Secret/${keyOf(previous)}`, []);
    this.#known.secrets.streamed(namespace, next);
    if (next === undefined) this.#secretGone(namespace, previous ?? NO_KEYS);
    else this.#secretThere(namespace, next);
  }

  /** A list of Secrets is requested now: its contents are those of a later moment. */
  listRequested(): void {
    this.#timeline.requestList();
  }

  /** The list that was asked for last is complete, and `secretChanged` has been called with all of it. */
  listed(): void {
    const { listRequested, listCoversPods } = this.#timeline;
    this.#complete ||= !this.#options.keysNeedProof || listCoversPods;
    const { questions, secrets } = this.#known;
    for (const question of questions.before(listRequested)) this.answer(question, undefined);
    for (const secret of secrets.foundBefore(listRequested)) this.secretChanged(secret, undefined);
  }

  /** Open questions that were not taken yet; none before `complete`, since a list answers them all. */
  takeQuestions(): KeyQuestion[] {
    return this.#complete ? this.#known.questions.take() : [];
  }

  /** The question is open: neither a list nor the stream has answered it meanwhile. */
  isOpen(question: KeyQuestion): boolean {
    return this.#known.questions.isOpen(question);
  }

  /**
   * @param secret of the namespace at a moment after the question was taken; undefined: it has none. An answer that the
   * stream has overtaken, or that is about an earlier namespace of that name, is ignored.
   */
  answer(question: KeyQuestion, secret: NamespaceSecret | undefined): void {
    if (!this.isOpen(question)) return;
    const { namespace } = question;
    const { secrets, deleted } = this.#known;
    if (secret !== undefined) {
      secrets.found(namespace, { secret, number: this.#timeline.next() });
      this.#secretThere(namespace, secret);
      return;
    }
    this.#settle(namespace);
    if (deleted.of(namespace)?.release === undefined) this.#open(namespace);
  }

  /** The question could not be answered, and is going to be asked again. */
  unanswered(question: KeyQuestion): void {
    if (!this.isOpen(question)) return;
    this.#known.continuityOf(question.namespace)?.unanswered();
    this.#published.changed(question.namespace);
  }

  /** What has gone since the last call, and is to be released after a while. */
  takeReleases(): KeyRelease[] {
    const releases = [...this.#releases.values()];
    this.#releases.clear();
    return releases;
  }

  /** The while is over. Nothing happens when a new Secret has come, or the Secret has come and gone again. */
  release(release: KeyRelease): void {
    const { namespace, number } = release;
    if (this.#known.deleted.release(release)) this.#openWhenProven(namespace);
    else if (this.#known.continuityOf(namespace)?.release(number)) this.#forgetUnused(namespace);
  }

  /** What differs from what the workers know. */
  take(): KeyDelta {
    return this.#published.take();
  }

  /** All that the workers know, for one that starts now. */
  whole(): KeyDelta {
    return this.#published.whole();
  }

  /** What the workers know, sorted for people. */
  listing(): KeyListing {
    return this.#published.listing(this.deleted);
  }

  /** Namespaces that lost their Secret, or their keys, since the last call. */
  takeNews(): ReadonlyMap<string, KeyNews> {
    return this.#known.deleted.takeNews();
  }

  #podCame({ namespace, owner }: KeyedPod): void {
    const { questions, secrets } = this.#known;
    this.#known.podCame(namespace);
    if (!this.#options.keysNeedProof) return;
    // Where keys outlive their Secret the namespace may be another one of that name, with another key.
    if (this.#known.podsOf(namespace) === 1 && secrets.of(namespace) === undefined)
      this.#openQuestion(namespace);
    if (!questions.has(namespace)) return;
    this.#known.continuityOf(namespace)?.came(owner);
    this.#published.changed(namespace);
  }

  #podGone({ namespace, owner }: KeyedPod): void {
    this.#known.podGone(namespace);
    const { keysNeedProof, keysOutliveSecrets } = this.#options;
    const wasLast = this.#known.podsOf(namespace) === 0;
    const continuity = this.#known.continuityOf(namespace);
    if (keysNeedProof && keysOutliveSecrets && this.#known.isOpen(namespace)) {
      continuity?.gone(owner);
      if (wasLast) this.#remember(namespace);
    }
    if (wasLast && continuity?.isRemembered) this.#closeQuestion(namespace);
    this.#forgetUnused(namespace);
  }

  /** Its last pod is gone, and it is open. */
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

  /** It is known whether the namespace has keys. */
  #settle(namespace: string): void {
    this.#closeQuestion(namespace);
    this.#known.continuityOf(namespace)?.clear();
  }

  #secretThere(namespace: string, secret: NamespaceSecret): void {
    this.#releases.delete(namespace);
    this.#settle(namespace);
    this.#known.deleted.replaced(namespace);
    this.#rejections.set(`Secret/${keyOf(secret)}`, secret.rejections);
  }

  #secretGone(namespace: string, { digests, fields }: AcceptedKeys): void {
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

  /** The stream may have failed since the Secret went, and a new one may be there: opening is proven, too. */
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
