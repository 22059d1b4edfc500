import { keyOf } from '../../wiring/object-id.ts';
import type { Contents } from './selected.ts';
import type { FileState } from './manifest-file.ts';

/**
 * Milliseconds. Who writes a file in several steps pauses less than that between two of them. As long as it may be half
 * of a file, the state before it counts.
 */
const PAUSE = 50;
/** Milliseconds until a file is read again that changed while it was read, if the kernel does not say so before. */
const AGAIN = 5;
/** Milliseconds. A Secret is gone, and what is wrong is told, when a file has not changed for so long. */
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
  readonly vanished: Pick<Contents, 'secrets' | 'suspects'>;
  readonly settled: boolean;
  /** When to look again though nothing changes; undefined when there is nothing to wait for. */
  readonly due: number | undefined;
}

const NONE = { secrets: [], suspects: [] };
const NOTHING: Contents = { pods: [], ...NONE };

/**
 * What counts of a file whose state is `state` now. A state is believed at once unless it takes something away or may be
 * cut: then only when it has stayed as it is. A Secret that vanishes takes a second, since a namespace without it is open.
 */
export function believe(
  before: BelievedFile | undefined,
  state: FileState | undefined,
  now: number,
): BelievedFile {
  const same = before !== undefined && sameState(before.state, state);
  const since = same ? before.since : now;
  const quiet = now - since;
  const settled = quiet >= SETTLED;
  const last = before?.contents;
  const next = state === undefined ? NOTHING : state.contents;
  if (next === undefined || (state !== undefined && state.signature === undefined)) {
    const vanished = before?.vanished ?? NONE;
    // Read in the middle of a change: it is to be read again.
    const changing = state?.signature === undefined && state?.problems.length === 0;
    const due = changing ? now + AGAIN : since + SETTLED;
    return { state, since, contents: last, vanished, settled, due: settled && !changing ? undefined : due };
  }
  if (quiet < PAUSE && ((state?.mayBeCut ?? false) || takesAway(last, next))) {
    return { state, since, contents: last, vanished: before?.vanished ?? NONE, settled, due: since + PAUSE };
  }
  const vanished = settled ? NONE : missing([last ?? NONE, before?.vanished ?? NONE], next);
  const waits =
    !settled && (vanished.secrets.length + vanished.suspects.length > 0 || (state?.problems.length ?? 0) > 0);
  return { state, since, contents: next, vanished, settled, due: waits ? since + SETTLED : undefined };
}

/** A file that was there at the start: nothing is known that could be taken away. */
export function believeAtStart(state: FileState): BelievedFile {
  const { contents } = state;
  return { state, since: Number.NEGATIVE_INFINITY, contents, vanished: NONE, settled: true, due: undefined };
}

/** Time alone may have changed what counts, or that it has settled. */
export function isDue({ due, settled, since }: BelievedFile, now: number): boolean {
  return (due !== undefined && due <= now) || (!settled && now - since >= SETTLED);
}

/** Neither is there a file any more, nor does anything of it count. */
export function isForgotten({ state, contents, vanished }: BelievedFile): boolean {
  return (
    state === undefined && contents === NOTHING && vanished.secrets.length + vanished.suspects.length === 0
  );
}

function sameState(before: FileState | undefined, now: FileState | undefined): boolean {
  if (before === undefined || now === undefined) return before === now;
  if (before.signature !== now.signature) return false;
  // Without one it changed while it was read; or it cannot be read, and its state is why.
  const [was, is] = [before, now].map(({ problems }) => problems[0]?.detail);
  return now.signature !== undefined || (is !== undefined && was === is);
}

function takesAway(before: Contents | undefined, next: Contents): boolean {
  const pods = new Set(next.pods.map(keyOf));
  return before?.pods.some((pod) => !pods.has(keyOf(pod))) ?? false;
}

function missing(former: readonly BelievedFile['vanished'][], next: Contents): BelievedFile['vanished'] {
  const secrets = new Set(next.secrets.map(keyOf));
  const suspects = new Set(next.suspects.map(({ namespace }) => namespace));
  return {
    secrets: former.flatMap((it) => it.secrets).filter((it) => !secrets.has(keyOf(it))),
    suspects: former.flatMap((it) => it.suspects).filter(({ namespace }) => !suspects.has(namespace)),
  };
}
