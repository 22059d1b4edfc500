import type { RouteDelta } from '../boundary/delta.ts';
import type { Cause, HistoryEntry } from '../boundary/history.ts';
import type { Rejection } from '../wiring/rejection.ts';
import { entryForHosts, concernsHosts } from './entry-for-hosts.ts';
import {
  describeCertificates,
  describeEndpoints,
  describeKeys,
  describeRejections,
  describeRoutes,
  type EndpointPair,
  type RoutePair,
} from './describe.ts';
import { PastTable } from './past-table.ts';
import { sizeOf } from './size.ts';
import { noUndo, TableCopy, type Undo } from './table-copy.ts';

export interface HistoryLimits {
  readonly entries: number;
  /** Maximum memory in bytes, as estimated, without the copy of the table. */
  readonly bytes: number;
}

/** The causes of a published change, and its changes of rejections. */
export interface Published {
  readonly revision: number;
  /** Milliseconds since 1970. */
  readonly time: number;
  readonly causes: readonly Cause[];
  readonly moreCauses: number;
  readonly appeared: readonly Rejection[];
  readonly gone: readonly Rejection[];
}

interface Kept {
  readonly entry: HistoryEntry;
  /** Undefined only for the oldest entry, which is never taken back, or whose undo was too large. */
  readonly undo: Undo | undefined;
  readonly bytes: number;
}

/** The revisions that the history holds. */
export interface Remembered {
  readonly oldest: number;
  readonly newest: number;
}

export interface Entries {
  /** The newest first. */
  readonly entries: readonly HistoryEntry[];
  /**
   * The revision at which the search ended, because it had examined too many endpoints. Entries from there on are
   * missing.
   */
  readonly lookedFrom?: number;
}

const TIMER: Cause = { kind: 'podway', namespace: '', name: '', event: 'timer' };

/** Maximum number of endpoints that one question about hosts examines: this takes some ten milliseconds. */
const MAX_EXAMINED_ENDPOINTS = 100_000;

/**
 * The last published changes, their causes, and how to take them back, within limits of number and memory. The work for
 * a change is in proportion to its records. The history keeps only what it needs to restore the table before the
 * change.
 */
export class History {
  readonly #limits: HistoryLimits;
  readonly #copy = new TableCopy();
  readonly #kept: Kept[] = [];
  #bytes = 0;
  /** The undo of a change that has been followed and is not published yet. */
  #pending: Undo = noUndo(false);
  #number = 0;

  constructor(limits: HistoryLimits) {
    this.#limits = limits;
  }

  /** Applies a change, or a part of one. The caller calls `published` after the last part. */
  follow(delta: RouteDelta): void {
    this.#copy.apply(delta, this.#pending);
  }

  /**
   * Adds the entry of the followed change, or of changed rejections only. Yields after every bounded piece of work. The
   * entry appears when this ends, and the caller must not follow another change before.
   */
  *published({ revision, time, causes, moreCauses, appeared, gone }: Published): Generator<void, void> {
    const undo = this.#pending;
    const entry: HistoryEntry = {
      revision,
      number: this.#number + 1,
      time,
      synced: this.#copy.synced,
      causes: causes.length === 0 ? [TIMER] : causes,
      moreCauses,
      ...(yield* this.#describe(undo)),
      rejections: describeRejections(appeared, gone),
    };
    const size = yield* sizeOf(entry, undo);
    this.#pending = noUndo(this.#copy.synced);
    this.#number = entry.number;
    const isKept = this.#kept.length > 0 && size.undo <= this.#limits.bytes / 2;
    this.#add(
      isKept ? { entry, undo, bytes: size.entry + size.undo } : { entry, undo: undefined, bytes: size.entry },
    );
  }

  get remembered(): Remembered | undefined {
    const [first, last] = [this.#kept.at(0), this.#kept.at(-1)];
    return first && last && { oldest: first.entry.revision, newest: last.entry.revision };
  }

  /** Estimated memory of the entries in bytes, without the copy of the table. */
  get bytes(): number {
    return this.#bytes;
  }

  /**
   * The newest entries, the newest first.
   *
   * @param max maximum number of entries
   * @param since entries of later revisions only
   */
  newest(max: number, since = -1): HistoryEntry[] {
    const found: HistoryEntry[] = [];
    for (let at = this.#kept.length - 1; at >= 0 && found.length < max; at -= 1) {
      const entry = this.#kept[at]?.entry;
      if (entry === undefined || entry.revision <= since) break;
      found.push(entry);
    }
    return found;
  }

  /** The same for some hosts: each entry contains only what concerns them. */
  entriesFor(hosts: ReadonlySet<string>, max: number, since = -1): Entries {
    const past = this.#pastTable(hosts);
    const found: HistoryEntry[] = [];
    for (let at = this.#kept.length - 1; at >= 0 && found.length < max; at -= 1) {
      const { entry, undo } = this.#kept[at] as Kept;
      if (entry.revision <= since) break;
      if (past.lookedAt > MAX_EXAMINED_ENDPOINTS) return { entries: found, lookedFrom: entry.revision };
      const entriesFor = entryForHosts(entry, undo, past);
      if (concernsHosts(entriesFor, hosts)) found.push(entriesFor);
    }
    return { entries: found };
  }

  /**
   * The table of that revision, without certificates, and when it was published (milliseconds since 1970). Undefined:
   * the revision is no longer remembered, or is not published yet.
   *
   * @param hosts whose routes are requested; undefined: all
   */
  tableAt(
    revision: number,
    hosts?: ReadonlySet<string>,
  ): { readonly table: RouteDelta; readonly time: number } | undefined {
    const { oldest, newest } = this.remembered ?? { oldest: 0, newest: -1 };
    if (revision < oldest || revision > newest) return undefined;
    const past = this.#pastTable(hosts);
    for (let at = this.#kept.length - 1; at >= 0; at -= 1) {
      const { entry, undo } = this.#kept[at] as Kept;
      if (entry.revision <= revision) return { table: past.whole(revision), time: this.#timeOf(at) };
      if (undo !== undefined) past.takeBack(undo);
    }
    return undefined;
  }

  /** When the table of that entry was published: the first entry of its revision decides. */
  #timeOf(at: number): number {
    const { revision, time } = (this.#kept[at] as Kept).entry;
    let first = time;
    for (let before = at - 1; this.#kept[before]?.entry.revision === revision; before -= 1)
      first = this.#kept[before]?.entry.time ?? first;
    return first;
  }

  #pastTable(hosts: ReadonlySet<string> | undefined): PastTable {
    const past = new PastTable(this.#copy, hosts);
    past.takeBack(this.#pending);
    return past;
  }

  *#describe({ routes, endpoints, keys, certificates }: Undo) {
    const copy = this.#copy;
    return {
      routes: yield* describeRoutes(routePairs(routes, copy)),
      endpoints: yield* describeEndpoints(endpointPairs(endpoints, copy)),
      ...describeKeys(keys.map(([namespace]) => [namespace, copy.keyOf(namespace)])),
      ...describeCertificates(certificates),
    };
  }

  #add(kept: Kept): void {
    if (kept.undo === undefined) this.#kept.length = this.#bytes = 0;
    this.#kept.push(kept);
    this.#bytes += kept.bytes;
    const { entries, bytes } = this.#limits;
    while (this.#kept.length > 1 && (this.#kept.length > entries || this.#bytes > bytes))
      this.#bytes -= this.#kept.shift()?.bytes ?? 0;
  }
}

// Generators, because a change of ten thousand pods would otherwise need a second list.

function* routePairs(routes: Undo['routes'], { hosts }: TableCopy): Generator<RoutePair, void> {
  for (const [route, set] of routes)
    yield [route, set !== undefined, hosts.get(route.host)?.has(route.path) ?? false];
}

function* endpointPairs(changed: Undo['endpoints'], { endpoints }: TableCopy): Generator<EndpointPair, void> {
  for (const [number, before] of changed) yield [before, endpoints.get(number)];
}
