import { compareText } from '../wiring/order.ts';
import type { ObjectRef, Rejection, RejectionReason } from '../wiring/rejection.ts';

const NO_REJECTIONS: readonly Rejection[] = [];

/** The differences from the last report. */
export interface ChangedRejections {
  readonly appeared: readonly Rejection[];
  readonly gone: readonly Rejection[];
}

/** The current rejections of each object, and those that have not been reported yet. */
export class Rejections {
  readonly #of = new Map<string, readonly Rejection[]>();
  /** For each object that has changed since the last report: the rejections that were reported last. */
  readonly #reported = new Map<string, readonly Rejection[]>();
  readonly #counts = new Map<RejectionReason, number>();
  readonly #changed: (object: string) => void;
  #version = 0;

  /** @param changed is called with every object whose rejections may have changed */
  constructor(changed: (object: string) => void = () => undefined) {
    this.#changed = changed;
  }

  /** A number that changes whenever the rejections may have changed. */
  get version(): number {
    return this.#version;
  }

  /** Number of current rejections, by reason. */
  get counts(): ReadonlyMap<RejectionReason, number> {
    return this.#counts;
  }

  /**
   * Replaces all rejections of an object.
   *
   * @param object a unique name of the object
   */
  set(object: string, rejections: readonly Rejection[]): void {
    const before = this.#of.get(object) ?? NO_REJECTIONS;
    if (before.length === 0 && rejections.length === 0) return;
    this.#version += 1;
    if (!this.#reported.has(object)) this.#reported.set(object, before);
    if (rejections.length > 0) this.#of.set(object, rejections);
    else this.#of.delete(object);
    for (const { reason } of before) this.#count(reason, -1);
    for (const { reason } of rejections) this.#count(reason, 1);
    this.#changed(object);
  }

  /**
   * The current rejections of one object.
   *
   * @param object as in `set`
   */
  of(object: string): readonly Rejection[] {
    return this.#of.get(object) ?? NO_REJECTIONS;
  }

  all(): Rejection[] {
    return [...this.#of.values()].flat();
  }

  /** The same, sorted for display. */
  sorted(): Rejection[] {
    return this.all().sort((a, b) => compareObjects(a.object, b.object));
  }

  /**
   * The rejections that appeared since the last call, and those that are gone. Costs work in proportion to what has
   * changed.
   */
  take(): ChangedRejections {
    const appeared: Rejection[] = [];
    const gone: Rejection[] = [];
    for (const [object, reported] of this.#reported) {
      const now = this.of(object);
      appeared.push(...without(now, reported));
      gone.push(...without(reported, now));
    }
    this.#reported.clear();
    return { appeared, gone };
  }

  #count(reason: RejectionReason, change: number): void {
    const count = (this.#counts.get(reason) ?? 0) + change;
    if (count > 0) this.#counts.set(reason, count);
    else this.#counts.delete(reason);
  }
}

/**
 * Reasons whose detail is a number of routes, which changes with every route of other pods. podway reports that the
 * limits leave routes out, and does not report again when only the number changes.
 */
export const COUNTING: ReadonlySet<RejectionReason> = new Set<RejectionReason>([
  'too-many-routes-of-namespace',
  'too-many-routes-of-all',
]);

function compareObjects(a: ObjectRef, b: ObjectRef): number {
  return compareText(a.kind, b.kind) || compareText(a.namespace, b.namespace) || compareText(a.name, b.name);
}

function without(all: readonly Rejection[], others: readonly Rejection[]): readonly Rejection[] {
  const known = new Set(others.map(identityOf));
  return all.filter((it) => !known.has(identityOf(it)));
}

/** What makes two rejections equal. It includes the uid: a pod that takes over a name has its own rejections. */
function identityOf({ object, reason, detail }: Rejection): string {
  return [object.uid, reason, COUNTING.has(reason) ? '' : detail].join('\n');
}
