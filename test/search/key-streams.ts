import assert from 'node:assert/strict';
import { authorise, COUNTED } from '../../src/routing/authorise.ts';
import type { ClusterEvent } from '../../src/inventory/event.ts';
import type { KeyRelease } from '../../src/inventory/deleted-secrets.ts';
import type { KeyQuestion } from '../../src/inventory/key-questions.ts';
import type { Pod } from '../../src/wiring/pod.ts';
import type { NamespaceSecret } from '../../src/wiring/secret.ts';
import { Cluster, listed } from '../inventory/cluster.ts';
import { presentedKey } from '../fixtures/presented-key.ts';
import { aPod, aSecret } from '../wiring/objects.ts';

const NAMESPACE = 'shop';
const SECRET = `${NAMESPACE}/routing`;
const NAMES = ['web-0', 'web-1'] as const;
const KEYS = ['first', 'other'] as const;

/**
 * The next event: in the cluster, on a stream, or for a running lookup. `pick` chooses among the candidates. `relist` and `lookup`
 * do all their parts in one step, so that long stories do not need long sequences.
 */
export interface Step {
  readonly kind: Kind;
  readonly of: Resource;
  readonly pick: number;
  /** The streams that deliver all their events at once, if they are up. */
  readonly delivered: readonly Resource[];
}

export type Kind =
  | 'pod'
  | 'pod-gone'
  | 'secret'
  | 'secret-gone'
  | 'delete-namespace'
  | 'deliver'
  | 'break'
  | 'resume'
  | 'list'
  | 'snapshot'
  | 'listed'
  | 'relist'
  | 'serve'
  | 'answer'
  | 'fail'
  | 'lookup'
  | 'time';

export type Resource = 'pods' | 'secrets';

interface Stream<T extends Pod | NamespaceSecret> {
  readonly log: ClusterEvent<T>[];
  readonly handle: (event: ClusterEvent<T>) => void;
  readonly objects: Map<string, T>;
  /** The number of events that podway has received; undefined before the first list. */
  cursor: number | undefined;
  up: boolean;
  /** A running list. Its content is fixed when the API server has read it. */
  list: { snapshot: readonly T[] | undefined; cursor: number } | undefined;
}

interface Question {
  readonly question: KeyQuestion;
  /** What the API server has read; undefined before that. */
  served: { readonly secret: NamespaceSecret | undefined } | undefined;
}

/** Number of steps during which the keys of a deleted Secret stay valid. */
const DELAY = 5;

/**
 * A cluster whose Pods and Secrets reach podway on two streams that are delayed, break and list again; lookups of namespaces, which
 * take time; and the response to a client without a key at any time.
 */
export class KeyStreams {
  readonly cluster = new Cluster('segment', { keysNeedProof: true, keysOutliveSecrets: true });
  readonly #pods = this.#stream<Pod>((event) => this.cluster.inventory.pods(event));
  readonly #secrets = this.#stream<NamespaceSecret>((event) => this.cluster.inventory.secrets(event));
  #questions: Question[] = [];
  #releases: { readonly release: KeyRelease; readonly ofKey: boolean; readonly at: number }[] = [];
  #now = 0;
  #made = 0;
  /** The last time at which the namespace had no Secret, if it has one now. */
  #lastWithout: number | undefined;
  /** Uid of the controller of the namespace's pods. */
  #owner = 'owner';
  /** By uid of a pod or a controller: since when its namespace has had a pod without interruption. */
  readonly #since = new Map<string, number>();
  /** Number of checked grants without a key: a search in which no client is served proves little. */
  served = 0;
  waited = 0;

  run({ kind, of, pick, delivered }: Step): void {
    this.#now += 1;
    if (kind === 'pod') this.#makePod(pickOf(NAMES, pick), pick > 1);
    else if (kind === 'pod-gone') this.#remove(this.#pods, `${NAMESPACE}/${pickOf(NAMES, pick)}`);
    else if (kind === 'secret') this.#makeSecret(pickOf(KEYS, pick));
    else if (kind === 'secret-gone') this.#removeSecret();
    else if (kind === 'delete-namespace') this.#deleteNamespace();
    else if (kind === 'time') this.#passTime(pick);
    else if (kind === 'serve' || kind === 'answer' || kind === 'fail') this.#move(kind, pick);
    else if (kind === 'lookup') {
      this.#move('serve', pick);
      this.#move('answer', pick);
    } else if (of === 'pods') this.#flow(this.#pods, kind, pick);
    else this.#flow(this.#secrets, kind, pick);
    this.#settle();
    for (const resource of delivered) {
      if (resource === 'pods') this.#flow(this.#pods, 'deliver', 1);
      else this.#flow(this.#secrets, 'deliver', 1);
      this.#settle();
    }
  }

  /** All streams work again, and enough time passes. */
  settle(): void {
    this.#questions = this.#questions.map(({ question }) => ({ question, served: undefined }));
    this.run({ kind: 'relist', of: 'pods', pick: 0, delivered: [] });
    this.run({ kind: 'relist', of: 'secrets', pick: 0, delivered: [] });
    for (let turn = 0; turn < 3 * DELAY; turn += 1) {
      for (const kind of ['time', 'lookup'] as const) this.run({ kind, of: 'pods', pick: 0, delivered: [] });
    }
    if (this.#pods.objects.size > 0) {
      assert.equal(this.#reached().length > 0, !this.#secrets.objects.has(SECRET), 'the result at the end');
    }
    const { unknown } = this.cluster.inventory.keys.listing();
    assert.deepEqual([unknown, this.#questions, this.#releases], [[], [], []]);
  }

  #stream<T extends Pod | NamespaceSecret>(handle: (event: ClusterEvent<T>) => void): Stream<T> {
    return { log: [], handle, objects: new Map(), cursor: undefined, up: false, list: undefined };
  }

  #makePod(name: string, owned: boolean): void {
    this.#made += 1;
    const pod = { namespace: NAMESPACE, name, uid: `pod-${this.#made}`, hosts: NAMESPACE, paths: '80:/' };
    // A controller exists as long as its namespace. Some pods have no controller.
    const object = owned ? { ...aPod(pod), owner: this.#owner } : aPod(pod);
    const key = `${NAMESPACE}/${name}`;
    if (this.#pods.objects.has(key)) return;
    const others = [...this.#pods.objects.values()];
    const before = owned ? this.#since.get(this.#owner) : undefined;
    const since = Math.min(before ?? this.#now, ...others.map((it) => this.#since.get(it.uid) ?? this.#now));
    // One pod of an earlier controller proves for all of them that the namespace is the same.
    for (const { uid } of [object, ...others]) this.#since.set(uid, since);
    if (owned) this.#since.set(this.#owner, since);
    this.#pods.objects.set(key, object);
    this.#pods.log.push({ type: 'apply', object });
  }

  #makeSecret(value: string): void {
    this.#made += 1;
    const before = this.#secrets.objects.get(SECRET);
    const object = aSecret(NAMESPACE, value, before?.uid ?? `secret-${this.#made}`);
    if (before === undefined) this.#lastWithout = this.#now - 1;
    this.#secrets.objects.set(SECRET, object);
    this.#secrets.log.push({ type: 'apply', object });
  }

  #removeSecret(): void {
    this.#lastWithout = undefined;
    this.#remove(this.#secrets, SECRET);
  }

  /** Deletes the namespace as Kubernetes does: first the Secret, some time later the pods. */
  #deleteNamespace(): void {
    this.#owner = `owner-${this.#now}`;
    this.#removeSecret();
    this.#now += 1;
    for (const name of NAMES) this.#remove(this.#pods, `${NAMESPACE}/${name}`);
  }

  #remove<T extends Pod | NamespaceSecret>(stream: Stream<T>, key: string): void {
    const object = stream.objects.get(key);
    if (object === undefined) return;
    stream.objects.delete(key);
    stream.log.push({ type: 'delete', object });
  }

  #flow<T extends Pod | NamespaceSecret>(stream: Stream<T>, kind: Kind, pick: number): void {
    if (kind === 'break') {
      stream.up = false;
      stream.list = undefined;
    } else if (kind === 'resume') stream.up = stream.cursor !== undefined;
    else if (kind === 'list') this.#list(stream);
    else if (kind === 'snapshot') snapshot(stream);
    else if (kind === 'listed') finish(stream);
    else if (kind === 'relist') {
      this.#list(stream);
      snapshot(stream);
      finish(stream);
    } else if (kind === 'deliver' && stream.up && stream.cursor !== undefined) {
      const end = pick === 0 ? stream.cursor + 1 : stream.log.length;
      const events = stream.log.slice(stream.cursor, end);
      stream.cursor += events.length;
      for (const event of events) stream.handle(event);
    }
  }

  #list(stream: { list: object | undefined }): void {
    if (stream === this.#secrets) this.cluster.inventory.keys.listRequested();
    stream.list = { snapshot: undefined, cursor: 0 };
  }

  #move(kind: 'serve' | 'answer' | 'fail', pick: number): void {
    const one = this.#questions[pick % Math.max(1, this.#questions.length)];
    if (one === undefined) return;
    if (kind === 'fail') {
      one.served = undefined;
      this.cluster.inventory.keys.unanswered(one.question);
    } else if (kind === 'serve') {
      one.served ??= { secret: this.#secrets.objects.get(SECRET) };
    } else if (one.served !== undefined) {
      this.#questions = this.#questions.filter((it) => it !== one);
      this.cluster.inventory.keys.answer(one.question, one.served.secret);
    }
  }

  #passTime(pick: number): void {
    this.#now += pick % DELAY;
    const due = this.#releases.filter(({ at }) => at <= this.#now);
    this.#releases = this.#releases.filter(({ at }) => at > this.#now);
    for (const { release } of due) this.cluster.inventory.keys.release(release);
  }

  #settle(): void {
    const { keys } = this.cluster.inventory;
    this.cluster.publish();
    for (const question of keys.takeQuestions()) this.#questions.push({ question, served: undefined });
    // Lookups and lists that are running end even if their results are out of date.
    this.#questions = this.#questions.filter((it) => it.served !== undefined || keys.isOpen(it.question));
    const { keyed, unknown } = keys.listing();
    const deleted = keyed.filter((it) => it.deleted);
    assert.deepEqual([keys.unknown.size, keys.deleted.size], [unknown.length, deleted.length], 'counted');
    const ofKey = deleted.length > 0;
    for (const release of keys.takeReleases()) this.#releases.push({ release, ofKey, at: this.#now + DELAY });
    this.#check();
  }

  /** Checks that podway may serve without a key: the namespace had no Secret at some time since its pods exist. */
  #check(): void {
    const pods = this.#reached();
    if (pods.length === 0) return;
    this.served += 1;
    const without = this.#lastWithout ?? this.#now;
    for (const { uid } of pods) {
      const since = this.#since.get(uid) ?? 0;
      assert.ok(without >= since, `${uid} is served without its key`);
    }
    const keys = this.#releases.filter(({ ofKey }) => ofKey);
    assert.deepEqual(keys, [], 'open before the keys of the deleted Secret are released');
  }

  /** The pods that would get a request without a key. */
  #reached(): readonly { readonly uid: string }[] {
    const { table } = this.cluster;
    const route = table.synced ? table.host(NAMESPACE)?.get('/') : undefined;
    if (route === undefined) return [];
    const grant = authorise(route, table.keys, presentedKey([]), COUNTED);
    if (grant === 'keys-unknown') this.waited += 1;
    return typeof grant === 'string' ? [] : grant.candidates;
  }
}

function snapshot<T extends Pod | NamespaceSecret>({ list, objects, log }: Stream<T>): void {
  if (list === undefined || list.snapshot !== undefined) return;
  list.snapshot = [...objects.values()];
  list.cursor = log.length;
}

function finish<T extends Pod | NamespaceSecret>(stream: Stream<T>): void {
  const { list } = stream;
  if (list?.snapshot === undefined) return;
  stream.list = undefined;
  stream.cursor = list.cursor;
  stream.up = true;
  for (const event of listed(list.snapshot)) stream.handle(event);
}

function pickOf<T>(items: readonly [T, ...T[]], pick: number): T {
  return items[pick % items.length] ?? items[0];
}
