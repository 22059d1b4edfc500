import type { NamespaceSecret } from '../wiring/secret.ts';
import { Continuity } from './continuity.ts';
import type { NamespaceKeyRecord } from '../boundary/delta.ts';
import { keyOf } from '../wiring/object-id.ts';
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

/** Has this namespace a key Secret? To be asked after the question was taken, never before. */
export interface KeyQuestion {
  readonly namespace: string;
  /** Tells it from earlier questions about the namespace: an answer to one of those proves nothing any more. */
  readonly number: number;
}

/**
 * The Secret of this namespace is gone, and its keys stay in force, or its last pod is, and what is known of it is kept,
 * until `release` is called with this.
 */
export interface KeyRelease {
  readonly namespace: string;
  readonly number: number;
}

/** What is to be known of a pod that comes or goes. */
export interface KeyedPod {
  readonly namespace: string;
  /** See wiring/pod.ts. */
  readonly owner?: string | undefined;
}

/** The part of a delta that is about keys. */
export interface KeyDelta {
  readonly keys: readonly NamespaceKeyRecord[];
  readonly keysUnknown: readonly string[];
  readonly keysRemoved: readonly string[];
}

export interface KeyListing {
  /** `deleted`: the Secret is gone, and its keys stay in force for a while. */
  readonly keyed: readonly { readonly namespace: string; readonly keys: number; readonly deleted: boolean }[];
  /** Closed (503) until somebody tells whether they have a Secret. */
  readonly unknown: readonly string[];
}

/** `deleted`: the Secret is gone, its keys are still in force. `opened`: nothing guards the namespace any more. */
export type KeyNews = 'deleted' | 'opened';

type AcceptedKeys = Pick<NamespaceKeyRecord, 'digests' | 'fields'>;

const NO_KEYS: AcceptedKeys = { digests: [], fields: [] };

interface Knowledge {
  /** Pods that there are of it now. */
  pods: number;
  /** What the stream of Secrets said last. */
  secret: NamespaceSecret | undefined;
  /** What a question brought to light and the stream has not told yet, and when (in numbers of `#number`). */
  found: { readonly secret: NamespaceSecret; readonly number: number } | undefined;
  /** The keys of a Secret that is gone, as long as they are in force. */
  kept: AcceptedKeys | undefined;
  /** Number of the release that ends `kept`; undefined once it is due and only the proof is missing. */
  release: number | undefined;
  /** Number of the question that is open; undefined when the namespace is known. */
  question: number | undefined;
  /** What tells whether it is still the one that was open. */
  readonly continuity: Continuity;
}

/** What the workers know of a namespace; an open one is not among them. */
type Published = NamespaceKeyRecord | 'unknown';

/**
 * Which namespaces have a key, which have none, and of which nobody knows.
 *
 * Pods and Secrets arrive on streams of their own, and resource versions of different resources cannot be compared. So a
 * namespace is open only when something proves that it had no Secret at a moment after its first pod was seen: a
 * question that was asked after that and answered with none, or a list of Secrets that was asked for after that and
 * does not have it. A Secret that is created later arrives by the stream. Until then its pods wait.
 *
 * What is known of a namespace does not count for the pods that come after its last one: they may be of another namespace of
 * that name. There is one exception: as long as nobody answers the question about a namespace that was open, pods of a
 * controller that it had before are served as before (see `Continuity`).
 *
 * | known of the namespace | workers are told |
 * |---|---|
 * | a Secret, from the stream or by a question | its keys |
 * | its Secret is gone, and the release is not due or not proven | the keys it had |
 * | a question is open that could not be answered, and it is the namespace that was open | open |
 * | a question is open otherwise | closed |
 * | none of these | open |
 */
export class NamespaceKeys {
  readonly #options: NamespaceKeysOptions;
  readonly #rejections: Rejections;
  readonly #known = new Map<string, Knowledge>();
  /** Namespaces about which a question is open. */
  readonly #unproven = new Set<string>();
  /** Namespaces whose Secret only a question brought to light. */
  readonly #found = new Set<string>();
  /** What has not been taken yet. */
  readonly #questions = new Set<string>();
  readonly #releases = new Map<string, KeyRelease>();
  readonly #news = new Map<string, KeyNews>();
  readonly #dirty = new Set<string>();
  readonly #published = new Map<string, Published>();
  /** Orders what happens: first pods, questions, answers, requests for lists. */
  #number = 0;
  #listAsked = 0;
  #podsListed: number | undefined;
  #complete = false;

  constructor(options: NamespaceKeysOptions, rejections: Rejections) {
    this.#options = options;
    this.#rejections = rejections;
  }

  /** A list of Secrets has told of every namespace that was in the first list of pods. */
  get complete(): boolean {
    return this.#complete;
  }

  /** The first list of pods is complete. */
  podsListed(): void {
    this.#number += 1;
    this.#podsListed ??= this.#number;
  }

  podCame({ namespace, owner }: KeyedPod): void {
    const known = this.#of(namespace);
    known.pods += 1;
    if (!this.#options.keysNeedProof) return;
    // Where keys outlive their Secret the namespace may be another one of that name, with another key.
    if (known.pods === 1 && known.secret === undefined && known.found === undefined)
      this.#ask(namespace, known);
    if (known.question === undefined) return;
    known.continuity.came(owner);
    this.#dirty.add(namespace);
  }

  podGone({ namespace, owner }: KeyedPod): void {
    const known = this.#of(namespace);
    known.pods -= 1;
    const { keysNeedProof, keysOutliveSecrets } = this.#options;
    if (keysNeedProof && keysOutliveSecrets && isOpen(known)) {
      known.continuity.gone(owner);
      if (known.pods === 0) this.#remember(namespace, known);
    }
    if (known.pods === 0 && known.continuity.isRemembered) this.#unask(namespace, known);
    this.#forgetUnused(namespace, known);
  }

  /** The stream of Secrets told this. */
  secretChanged(previous: NamespaceSecret | undefined, next: NamespaceSecret | undefined): void {
    const namespace = next?.namespace ?? previous?.namespace;
    if (namespace === undefined) return;
    if (previous !== undefined) this.#rejections.set(`Secret/${keyOf(previous)}`, []);
    const known = this.#of(namespace);
    known.secret = next;
    this.#setFound(namespace, known, undefined);
    if (next === undefined) this.#secretGone(namespace, known, previous ?? NO_KEYS);
    else this.#secretThere(namespace, known, next);
  }

  /** A list of Secrets is asked for now: what it says, it says of a later moment. */
  listAsked(): void {
    this.#number += 1;
    this.#listAsked = this.#number;
  }

  /** The list that was asked for last is complete, and `secretChanged` has been told all of it. */
  listed(): void {
    const { keysNeedProof } = this.#options;
    this.#complete ||=
      !keysNeedProof || (this.#podsListed !== undefined && this.#podsListed < this.#listAsked);
    for (const namespace of this.#unproven) {
      const { question = 0 } = this.#of(namespace);
      if (question < this.#listAsked) this.answer({ namespace, number: question }, undefined);
    }
    for (const namespace of this.#found) {
      const known = this.#of(namespace);
      const { found } = known;
      if (found === undefined || found.number > this.#listAsked) continue;
      this.secretChanged(found.secret, undefined);
    }
  }

  /** Open questions that were not taken yet; none before `complete`, since a list answers them all. */
  takeQuestions(): KeyQuestion[] {
    if (!this.#complete) return [];
    const questions: KeyQuestion[] = [];
    for (const namespace of this.#questions) {
      const number = this.#known.get(namespace)?.question;
      if (number !== undefined) questions.push({ namespace, number });
    }
    this.#questions.clear();
    return questions;
  }

  /** The question is open: nothing else has told it meanwhile. */
  isOpen({ namespace, number }: KeyQuestion): boolean {
    return this.#known.get(namespace)?.question === number;
  }

  /**
   * @param secret of the namespace at a moment after the question was taken; undefined: it has none. An answer that the
   * stream has overtaken, or that is about an earlier namespace of that name, is not looked at.
   */
  answer(question: KeyQuestion, secret: NamespaceSecret | undefined): void {
    const { namespace, number } = question;
    const known = this.#known.get(namespace);
    if (known === undefined || known.question !== number) return;
    if (secret !== undefined) {
      this.#number += 1;
      this.#setFound(namespace, known, { secret, number: this.#number });
      this.#secretThere(namespace, known, secret);
      return;
    }
    this.#settle(namespace, known);
    if (known.release === undefined) this.#open(namespace, known);
  }

  /** The question could not be answered, and is going to be asked again. */
  unanswered({ namespace, number }: KeyQuestion): void {
    const known = this.#known.get(namespace);
    if (known === undefined || known.question !== number) return;
    known.continuity.unanswered();
    this.#dirty.add(namespace);
  }

  /** What has gone since the last call, and is to be released after a while. */
  takeReleases(): KeyRelease[] {
    const releases = [...this.#releases.values()];
    this.#releases.clear();
    return releases;
  }

  /** The while is over. Nothing happens when a new Secret has come, or the Secret has come and gone again. */
  release({ namespace, number }: KeyRelease): void {
    const known = this.#known.get(namespace);
    if (known === undefined) return;
    if (known.release === number) this.#due(namespace, known);
    else if (known.continuity.release(number)) this.#forgetUnused(namespace, known);
  }

  /** What differs from what the workers were told last. */
  take(): KeyDelta {
    const keys: NamespaceKeyRecord[] = [];
    const keysUnknown: string[] = [];
    const keysRemoved: string[] = [];
    for (const namespace of this.#dirty) {
      const before = this.#published.get(namespace);
      const now = this.#state(namespace);
      if (sameState(before, now)) continue;
      if (now === undefined) keysRemoved.push(namespace);
      else if (now === 'unknown') keysUnknown.push(namespace);
      else keys.push(now);
      if (now === undefined) this.#published.delete(namespace);
      else this.#published.set(namespace, now);
    }
    this.#dirty.clear();
    return { keys, keysUnknown, keysRemoved };
  }

  /** All that the workers were told, for one that starts now. */
  whole(): KeyDelta {
    const all = [...this.#published];
    return {
      keys: all.flatMap(([, it]) => (it === 'unknown' ? [] : [it])),
      keysUnknown: all.flatMap(([namespace, it]) => (it === 'unknown' ? [namespace] : [])),
      keysRemoved: [],
    };
  }

  /** What happened since the last call that somebody should know. */
  takeNews(): ReadonlyMap<string, KeyNews> {
    const news = new Map(this.#news);
    this.#news.clear();
    return news;
  }

  /** What the workers were told, sorted for people. */
  listing(): KeyListing {
    const { keys, keysUnknown } = this.whole();
    const keyed = keys.map(({ namespace, digests }) => {
      return { namespace, keys: digests.length, deleted: this.#known.get(namespace)?.kept !== undefined };
    });
    return {
      keyed: keyed.sort((a, b) => (a.namespace < b.namespace ? -1 : 1)),
      unknown: keysUnknown.toSorted(),
    };
  }

  #of(namespace: string): Knowledge {
    let known = this.#known.get(namespace);
    if (known === undefined) {
      known = {
        pods: 0,
        secret: undefined,
        found: undefined,
        kept: undefined,
        release: undefined,
        question: undefined,
        continuity: new Continuity(),
      };
      this.#known.set(namespace, known);
    }
    return known;
  }

  /** Its last pod is gone, and it is open. */
  #remember(namespace: string, { continuity }: Knowledge): void {
    this.#number += 1;
    if (continuity.remember(this.#number)) this.#releases.set(namespace, { namespace, number: this.#number });
  }

  #ask(namespace: string, known: Knowledge): void {
    this.#number += 1;
    known.question = this.#number;
    this.#unproven.add(namespace);
    this.#questions.add(namespace);
    this.#dirty.add(namespace);
  }

  /** Nobody has to answer any more. */
  #unask(namespace: string, known: Knowledge): void {
    known.question = undefined;
    this.#unproven.delete(namespace);
    this.#questions.delete(namespace);
    this.#dirty.add(namespace);
  }

  /** It is known whether the namespace has keys. */
  #settle(namespace: string, known: Knowledge): void {
    this.#unask(namespace, known);
    known.continuity.clear();
  }

  #secretThere(namespace: string, known: Knowledge, secret: NamespaceSecret): void {
    known.kept = undefined;
    known.release = undefined;
    this.#releases.delete(namespace);
    this.#settle(namespace, known);
    this.#news.delete(namespace);
    this.#rejections.set(`Secret/${keyOf(secret)}`, secret.rejections);
  }

  #secretGone(namespace: string, known: Knowledge, { digests, fields }: AcceptedKeys): void {
    this.#settle(namespace, known);
    known.kept = { digests, fields };
    if (!this.#options.keysOutliveSecrets) {
      this.#due(namespace, known);
      return;
    }
    this.#number += 1;
    known.release = this.#number;
    this.#releases.set(namespace, { namespace, number: this.#number });
    this.#news.set(namespace, 'deleted');
  }

  /** The stream may have failed since the Secret went, and a new one may be there: opening is proven, too. */
  #due(namespace: string, known: Knowledge): void {
    known.release = undefined;
    if (this.#options.keysNeedProof && known.pods > 0) this.#ask(namespace, known);
    else this.#open(namespace, known);
  }

  #open(namespace: string, known: Knowledge): void {
    if (known.kept !== undefined) this.#news.set(namespace, 'opened');
    known.kept = undefined;
    this.#dirty.add(namespace);
    this.#forgetUnused(namespace, known);
  }

  #setFound(namespace: string, known: Knowledge, found: Knowledge['found']): void {
    known.found = found;
    if (found === undefined) this.#found.delete(namespace);
    else this.#found.add(namespace);
  }

  #forgetUnused(namespace: string, known: Knowledge): void {
    if (known.pods > 0 || acceptedOf(known) !== undefined || known.continuity.isRemembered) return;
    this.#known.delete(namespace);
    this.#unproven.delete(namespace);
    this.#questions.delete(namespace);
    this.#dirty.add(namespace);
  }

  #state(namespace: string): Published | undefined {
    const known = this.#known.get(namespace);
    if (known === undefined) return undefined;
    const accepted = acceptedOf(known);
    if (accepted !== undefined) return { namespace, digests: accepted.digests, fields: accepted.fields };
    return known.question === undefined || known.continuity.isTrusted ? undefined : 'unknown';
  }
}

function acceptedOf({ secret, found, kept }: Knowledge): AcceptedKeys | undefined {
  return secret ?? found?.secret ?? kept;
}

/** Known to have no key, or the same namespace that was. */
function isOpen(known: Knowledge): boolean {
  return acceptedOf(known) === undefined && (known.question === undefined || known.continuity.isSame);
}

function sameState(a: Published | undefined, b: Published | undefined): boolean {
  if (a === undefined || b === undefined || a === 'unknown' || b === 'unknown') return a === b;
  return a.digests.join() === b.digests.join() && a.fields.join() === b.fields.join();
}
