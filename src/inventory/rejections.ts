import type { Reason, Rejection } from '../wiring/rejection.ts';

const NONE: readonly Rejection[] = [];

/** What is refused now, object by object, and what of it nobody has been told yet. */
export class Rejections {
  readonly #of = new Map<string, readonly Rejection[]>();
  /** What was told of each object that has changed since. */
  readonly #told = new Map<string, readonly Rejection[]>();
  readonly #counts = new Map<Reason, number>();

  /** How many there are now, by their reason. */
  get counts(): ReadonlyMap<Reason, number> {
    return this.#counts;
  }

  /** @param object names the object; `rejections` replace all that it had */
  set(object: string, rejections: readonly Rejection[]): void {
    const before = this.#of.get(object) ?? NONE;
    if (before.length === 0 && rejections.length === 0) return;
    if (!this.#told.has(object)) this.#told.set(object, before);
    if (rejections.length > 0) this.#of.set(object, rejections);
    else this.#of.delete(object);
    for (const { reason } of before) this.#count(reason, -1);
    for (const { reason } of rejections) this.#count(reason, 1);
  }

  all(): Rejection[] {
    return [...this.#of.values()].flat();
  }

  /** What is refused now and was not at the last call. Costs as much as has changed since. */
  takeNew(): Rejection[] {
    const found: Rejection[] = [];
    for (const [object, told] of this.#told) {
      const known = new Set(told.map(identityOf));
      for (const rejection of this.#of.get(object) ?? NONE) {
        if (!known.has(identityOf(rejection))) found.push(rejection);
      }
    }
    this.#told.clear();
    return found;
  }

  #count(reason: Reason, change: number): void {
    const count = (this.#counts.get(reason) ?? 0) + change;
    if (count > 0) this.#counts.set(reason, count);
    else this.#counts.delete(reason);
  }
}

/** How much the limits leave out changes with every route of the neighbours: that they do is told, and not how much. */
const COUNTING: ReadonlySet<Reason> = new Set<Reason>([
  'too-many-routes-of-namespace',
  'too-many-routes-of-all',
]);

/** The uid too: a pod that takes a name over has to be told of its own. */
function identityOf({ object, reason, detail }: Rejection): string {
  return [object.uid, reason, COUNTING.has(reason) ? '' : detail].join('\n');
}
