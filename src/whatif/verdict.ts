import { type Backend, backendKey } from './backend.ts';
import { type Change, changesBetween } from './changes.ts';
import { type Conflict, newConflicts, type Question } from './conflicts.ts';
import { rejectionKey, type Table, type TableRejection } from './table.ts';

/** A rejection, as it is seen from a change. */
export interface JudgedRejection extends TableRejection {
  /** Without a cluster to compare with, every one appears. */
  readonly change: 'appears' | 'stays' | 'goes';
}

/** What becomes of the routes by what is given. */
export interface Verdict {
  /** None without a cluster to compare with. */
  readonly changes: readonly Change[];
  readonly conflicts: readonly Conflict[];
  /** Those that appear or go, and those that stay of what is given. */
  readonly rejections: readonly JudgedRejection[];
  /** Rejections that stay of objects that are not given. */
  readonly otherRejections: number;
}

/** @param given keys of the objects whose manifests are given */
export function judge(question: Question, given: ReadonlySet<string>, compares: boolean): Verdict {
  const { before, after, match } = question;
  const isGiven = (rejection: Backend) => given.has(backendKey(rejection));
  const rejections = judgedRejections(before, after);
  const shown = rejections.filter((it) => it.change !== 'stays' || isGiven(it));
  return {
    changes: compares ? changesBetween(before, after, match) : [],
    conflicts: newConflicts(question),
    rejections: shown,
    otherRejections: rejections.length - shown.length,
  };
}

/** What a change should be looked at for: it takes, loses or is refused something. */
export function findingsOf({ changes, conflicts, rejections }: Verdict): number {
  const losses = changes.filter(({ change }) => change === 'lost').length;
  return losses + conflicts.length + rejections.filter(({ change }) => change !== 'goes').length;
}

function judgedRejections(before: Table, after: Table): JudgedRejection[] {
  const [was, is] = [before, after].map(
    ({ rejections }) => new Map(rejections.map((it) => [rejectionKey(it), it])),
  );
  const now = [...(is ?? [])].map(([key, it]) => ({
    ...it,
    change: was?.has(key) === true ? ('stays' as const) : ('appears' as const),
  }));
  const gone = [...(was ?? [])].filter(([key]) => is?.has(key) !== true);
  return [...now, ...gone.map(([, it]) => ({ ...it, change: 'goes' as const }))];
}
