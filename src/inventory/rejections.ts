import { compareText } from '../wiring/order.ts';
import type { ObjectRef, Rejection, RejectionReason } from '../wiring/rejection.ts';

const NONE: readonly Rejection[] = [];

/** The differences from the last report. */
export interface ChangedRejections {
  readonly appeared: readonly Rejection[];
  readonly gone: readonly Rejection[];
}

/** The current rejections of each object, and those that have not been reported yet. */
export class Rejections {
  readonly #of = new Map<string, readonly Rejection[]>();
  /** The last reported rejections of each object that has changed since. */
  readonly #reported = new Map<string, readonly Rejection[]>();
  readonly #counts = new Map<RejectionReason, number>();
  readonly #changed: (object: string) => void;
  #version = 0;

  /** @param changed is called for every object of which something else may be rejected now */
  constructor(changed: (object: string) => void = () => undefined) {
    this.#changed = changed;
  }

  /** Another one whenever they may be others. */
  get version(): number {
    return this.#version;
  }

  /** How many there are now, by their reason. */
  get counts(): ReadonlyMap<RejectionReason, number> {
    return this.#counts;
  }

  /** @param object names the object; `rejections` replace all that it had */
  set(object: string, rejections: readonly Rejection[]): void {
    const before = this.#of.get(object) ?? NONE;
    if (before.length === 0 && rejections.length === 0) return;
    this.#version += 1;
    if (!this.#reported.has(object)) this.#reported.set(object, before);
    if (rejections.length > 0) this.#of.set(object, rejections);
    else this.#of.delete(object);
    for (const { reason } of before) this.#count(reason, -1);
    for (const { reason } of rejections) this.#count(reason, 1);
    this.#changed(object);
  }

  /** The current rejections of one object; its name as `set` has it. */
  of(object: string): readonly Rejection[] {
    return this.#of.get(object) ?? NONE;
  }

  all(): Rejection[] {
    return [...this.#of.values()].flat();
  }

  /** The same, for people. */
  sorted(): Rejection[] {
    return this.all().sort((a, b) => compareObjects(a.object, b.object));
  }

  /** What is refused now and was not at the last call, and the other way round. Costs as much as has changed since. */
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

/** How much the limits leave out changes with every route of the neighbours: that they do is reported, and not how much. */
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

/** The uid too: a pod that takes a name over has rejections of its own. */
function identityOf({ object, reason, detail }: Rejection): string {
  return [object.uid, reason, COUNTING.has(reason) ? '' : detail].join('\n');
}
