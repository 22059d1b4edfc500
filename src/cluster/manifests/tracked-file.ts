import { keyOf } from '../../wiring/object-id.ts';
import type { Kind, KindTable } from '../kind.ts';
import { type Contents, filterObjects, joinObjects, type ObjectLists } from './selected.ts';
import type { FileState } from './manifest-file.ts';

/**
 * Milliseconds. A program that writes a file in several steps pauses less than this between two steps. While the file
 * may be incomplete, its previous state counts.
 */
const PAUSE = 50;
/**
 * Milliseconds until podway reads a file again that changed during the read, unless the kernel reports a change before.
 */
const REREAD_DELAY = 5;
/** Milliseconds without a change of a file after which a missing Secret counts as gone, and podway reports problems. */
export const SETTLED = 1000;

/** What counts of a file, and since when the file is in its state. Replaced, never changed. */
export interface TrackedFile {
  /** The present state of the file; undefined if the file is gone. */
  readonly state: FileState | undefined;
  /** When podway first saw this state; -Infinity for files that existed at the start. */
  readonly since: number;
  /** What counts; undefined if the file never had a state that podway could read. */
  readonly contents: Contents | undefined;
  /** Objects of former states that are missing now and do not count as gone yet. They count if no file has them. */
  readonly vanished: Contents;
  readonly settled: boolean;
  /** When to look again even if nothing changes; undefined if podway waits for nothing. */
  readonly due: number | undefined;
}

const NO_CONTENTS: Contents = { objects: {}, suspects: [] };

/**
 * What counts of a file whose state is `state` now. podway accepts a new state at once, unless it removes something or
 * may be incomplete: then only after the state has stayed the same. A Secret counts as gone only after a second,
 * because a namespace without it is open: see `Kind.goneFromFile`.
 */
export function trackFile(
  before: TrackedFile | undefined,
  state: FileState | undefined,
  now: number,
  kinds: KindTable,
): TrackedFile {
  const same = before !== undefined && sameState(before.state, state);
  const since = same ? before.since : now;
  const quiet = now - since;
  const settled = quiet >= SETTLED;
  const last = before?.contents;
  const next = state === undefined ? NO_CONTENTS : state.contents;
  if (next === undefined || (state !== undefined && state.signature === undefined)) {
    const vanished = before?.vanished ?? NO_CONTENTS;
    // The file changed during the read: podway must read it again.
    const changing = state?.signature === undefined && state?.problems.length === 0;
    const due = changing ? now + REREAD_DELAY : since + SETTLED;
    return { state, since, contents: last, vanished, settled, due: settled && !changing ? undefined : due };
  }
  if (quiet < PAUSE && ((state?.mayBeCut ?? false) || takesAway(last, next, kinds))) {
    return {
      state,
      since,
      contents: last,
      vanished: before?.vanished ?? NO_CONTENTS,
      settled,
      due: since + PAUSE,
    };
  }
  const former = joined(last ?? NO_CONTENTS, before?.vanished ?? NO_CONTENTS);
  const vanished = settled ? NO_CONTENTS : missing(former, next, kinds);
  const waits = !settled && (!isEmpty(vanished) || (state?.problems.length ?? 0) > 0);
  return { state, since, contents: next, vanished, settled, due: waits ? since + SETTLED : undefined };
}

/** A file that existed at the start: it has no former state from which it could remove something. */
export function trackFileAtStart(state: FileState): TrackedFile {
  const { contents } = state;
  return {
    state,
    since: Number.NEGATIVE_INFINITY,
    contents,
    vanished: NO_CONTENTS,
    settled: true,
    due: undefined,
  };
}

/** Whether the mere passage of time may have changed what counts, or whether the file has settled. */
export function isDue({ due, settled, since }: TrackedFile, now: number): boolean {
  return (due !== undefined && due <= now) || (!settled && now - since >= SETTLED);
}

/** Whether the file is gone, and nothing of it counts any more. */
export function isForgotten({ state, contents, vanished }: TrackedFile): boolean {
  return state === undefined && contents === NO_CONTENTS && isEmpty(vanished);
}

function sameState(before: FileState | undefined, now: FileState | undefined): boolean {
  if (before === undefined || now === undefined) return before === now;
  if (before.signature !== now.signature) return false;
  // A state without a signature changed during the read, and equals no other; or it cannot be read, and then the
  // problem decides.
  const [was, is] = [before, now].map(({ problems }) => problems[0]?.detail);
  return now.signature !== undefined || (is !== undefined && was === is);
}

function takesAway(before: Contents | undefined, next: Contents, kinds: KindTable): boolean {
  return before !== undefined && hasAny(absent(before.objects, next.objects, 'after-pause', kinds));
}

function missing(former: Contents, next: Contents, kinds: KindTable): Contents {
  const suspects = new Set(next.suspects.map(({ namespace }) => namespace));
  return {
    objects: absent(former.objects, next.objects, 'when-settled', kinds),
    suspects: former.suspects.filter(({ namespace }) => !suspects.has(namespace)),
  };
}

/** The objects of `before` that are missing in `next`, of the kinds with this `goneFromFile`. */
function absent(
  before: ObjectLists,
  next: ObjectLists,
  goes: Kind<never>['goneFromFile'],
  kinds: KindTable,
): ObjectLists {
  const going = Object.keys(before).filter((name) => kinds[name]?.goneFromFile === goes);
  const stays = new Map(going.map((name) => [name, new Set(next[name]?.map(keyOf))]));
  return filterObjects(before, (name, object) => stays.get(name)?.has(keyOf(object)) === false);
}

function joined(one: Contents, other: Contents): Contents {
  const suspects = [...one.suspects, ...other.suspects];
  return { objects: joinObjects([one.objects, other.objects]), suspects };
}

function isEmpty({ objects, suspects }: Contents): boolean {
  return suspects.length === 0 && !hasAny(objects);
}

function hasAny(objects: ObjectLists): boolean {
  return Object.values(objects).some((list) => list.length > 0);
}
