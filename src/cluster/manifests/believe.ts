import { keyOf } from '../../wiring/object-id.ts';
import type { Kind, KindTable } from '../kind.ts';
import { type Contents, filterObjects, joinObjects, type ObjectLists } from './selected.ts';
import type { FileState } from './manifest-file.ts';

/**
 * Milliseconds. Who writes a file in several steps pauses less than that between two of them. As long as it may be half
 * of a file, the state before it counts.
 */
const PAUSE = 50;
/** Milliseconds until a file is read again that changed while it was read, if the kernel does not say so before. */
const AGAIN = 5;
/** Milliseconds. A Secret is gone, and problems are reported, when a file has not changed for so long. */
export const SETTLED = 1000;

/** What counts of a file, and since when it has been as it is. Replaced, never changed. */
export interface BelievedFile {
  /** As the file is now; undefined when it is gone. */
  readonly state: FileState | undefined;
  /** When this state was first seen; long ago for what was there at the start. */
  readonly since: number;
  /** What counts; undefined when there was never a state that could be read. */
  readonly contents: Contents | undefined;
  /** Of former states: what vanished of them, and is not believed to be gone yet. It counts where nothing else does. */
  readonly vanished: Contents;
  readonly settled: boolean;
  /** When to look again though nothing changes; undefined when there is nothing to wait for. */
  readonly due: number | undefined;
}

const NOTHING: Contents = { objects: {}, suspects: [] };

/**
 * What counts of a file whose state is `state` now. A state is believed at once unless it takes something away or may be
 * cut: then only when it has stayed as it is. A Secret that vanishes takes a second, since a namespace without it is open:
 * see `Kind.goneFromFile`.
 */
export function believe(
  before: BelievedFile | undefined,
  state: FileState | undefined,
  now: number,
  kinds: KindTable,
): BelievedFile {
  const same = before !== undefined && sameState(before.state, state);
  const since = same ? before.since : now;
  const quiet = now - since;
  const settled = quiet >= SETTLED;
  const last = before?.contents;
  const next = state === undefined ? NOTHING : state.contents;
  if (next === undefined || (state !== undefined && state.signature === undefined)) {
    const vanished = before?.vanished ?? NOTHING;
    // Read in the middle of a change: it is to be read again.
    const changing = state?.signature === undefined && state?.problems.length === 0;
    const due = changing ? now + AGAIN : since + SETTLED;
    return { state, since, contents: last, vanished, settled, due: settled && !changing ? undefined : due };
  }
  if (quiet < PAUSE && ((state?.mayBeCut ?? false) || takesAway(last, next, kinds))) {
    return {
      state,
      since,
      contents: last,
      vanished: before?.vanished ?? NOTHING,
      settled,
      due: since + PAUSE,
    };
  }
  const former = joined(last ?? NOTHING, before?.vanished ?? NOTHING);
  const vanished = settled ? NOTHING : missing(former, next, kinds);
  const waits = !settled && (!isEmpty(vanished) || (state?.problems.length ?? 0) > 0);
  return { state, since, contents: next, vanished, settled, due: waits ? since + SETTLED : undefined };
}

/** A file that was there at the start: nothing is known that could be taken away. */
export function believeAtStart(state: FileState): BelievedFile {
  const { contents } = state;
  return {
    state,
    since: Number.NEGATIVE_INFINITY,
    contents,
    vanished: NOTHING,
    settled: true,
    due: undefined,
  };
}

/** Time alone may have changed what counts, or that it has settled. */
export function isDue({ due, settled, since }: BelievedFile, now: number): boolean {
  return (due !== undefined && due <= now) || (!settled && now - since >= SETTLED);
}

/** Neither is there a file any more, nor does anything of it count. */
export function isForgotten({ state, contents, vanished }: BelievedFile): boolean {
  return state === undefined && contents === NOTHING && isEmpty(vanished);
}

function sameState(before: FileState | undefined, now: FileState | undefined): boolean {
  if (before === undefined || now === undefined) return before === now;
  if (before.signature !== now.signature) return false;
  // Without one it changed while it was read; or it cannot be read, and its state is why.
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

/** What there was of those kinds that go like this, and is not there any more. */
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
