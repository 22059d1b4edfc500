import type { ClusterEvent } from '../../inventory/event.ts';
import type { ObjectId } from '../../wiring/object-id.ts';
import type { KindTable } from '../kind.ts';
import { deliveryOrder } from '../kinds.ts';
import type { SourceProblem } from '../source.ts';
import type { KindStatuses } from '../watch/kind-statuses.ts';
import type { ResourceStatus } from '../watch/status.ts';
import type { FolderState } from './folder-state.ts';

export interface FollowerOptions {
  readonly kinds: KindTable;
  readonly statuses: Pick<KindStatuses<KindTable>, 'of'>;
  /** Called with one event at a time. */
  readonly changed: (kind: string, event: ClusterEvent<ObjectId>) => void;
  readonly problem: (problem: SourceProblem) => void;
}

type Objects = ReadonlyMap<string, ObjectId>;

/** Turns successive states of a folder into events: the first state into a list, the others into changes. */
export class Follower {
  readonly #options: FollowerOptions;
  readonly #order: readonly string[];
  /** What was delivered last, by the name of its kind. */
  readonly #before = new Map<string, Objects>();
  #reported: ReadonlySet<string> = new Set();

  constructor(options: FollowerOptions) {
    this.#options = options;
    this.#order = deliveryOrder(options.kinds);
  }

  /**
   * Delivers the changes kind by kind, in the order of delivery. Secrets come first, so that even a consumer that
   * publishes in between never sees a new namespace before its key.
   */
  advance(next: FolderState): void {
    this.#report(next.problems);
    for (const name of this.#order) this.#advance(name, next);
  }

  #advance(name: string, { objects: { [name]: next = new Map() }, hidden }: FolderState): void {
    const { kinds, statuses, changed } = this.#options;
    const kind = kinds[name];
    const before = this.#before.get(name);
    if (kind === undefined) return;
    if (before === undefined && hidden.has(name)) {
      // Without its key a namespace would be open, so podway routes nothing until it can read the file.
      const message = `a file that may hold a ${kind.kind} cannot be read; nothing is routed until it can`;
      statuses.of(name).failed({ reason: 'file-unreadable', message });
      return;
    }
    const events = before === undefined ? listOf(next) : changesOf(before, next, (a, b) => kind.same(a, b));
    for (const event of events) changed(name, event);
    settled(statuses.of(name), before === undefined);
    this.#before.set(name, next);
  }

  /** Reports a lasting problem once, and again if it comes back. */
  #report(problems: readonly SourceProblem[]): void {
    const reported = new Set<string>();
    for (const problem of problems) {
      const text = `${problem.where}: ${problem.detail}`;
      if (!this.#reported.has(text) && !reported.has(text)) this.#options.problem(problem);
      reported.add(text);
    }
    this.#reported = reported;
  }
}

function settled(status: ResourceStatus, first: boolean): void {
  status.healthy();
  if (first) status.listed();
  if (status.phase === 'watching') status.activity();
  else status.watching();
}

function* listOf(objects: Objects): Generator<ClusterEvent<ObjectId>, void> {
  yield { type: 'init' };
  for (const object of objects.values()) yield { type: 'init-apply', object };
  yield { type: 'init-done' };
}

/** An object of the same name with another uid is another object: the old one is deleted first. */
function* changesOf(
  before: Objects,
  next: Objects,
  same: (a: ObjectId, b: ObjectId) => boolean,
): Generator<ClusterEvent<ObjectId>, void> {
  for (const [key, { uid, namespace, name }] of before) {
    if (next.get(key)?.uid !== uid) yield { type: 'delete', object: { uid, namespace, name } };
  }
  for (const [key, object] of next) {
    const old = before.get(key);
    if (old === undefined || !same(old, object)) yield { type: 'apply', object };
  }
}
