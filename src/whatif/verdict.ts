import { compareText } from '../wiring/order.ts';
import { type Backend, backendKey } from './backend.ts';
import { type Change, changesBetween } from './changes.ts';
import { type Conflict, newConflicts, type Question } from './conflicts.ts';
import { rejectionKey, type Table, type TableRejection } from './table.ts';

/** A rejection, and what the change does with it. */
export interface JudgedRejection extends TableRejection {
  /** Without a cluster to compare with, every rejection appears. */
  readonly change: 'appears' | 'stays' | 'goes';
}

/** A host that a namespace declares without the grant that it needs. */
export interface MissingGrant {
  readonly host: string;
  readonly namespace: string;
}

/** What the given manifests change. */
export interface Verdict {
  /** Empty without a cluster to compare with. */
  readonly changes: readonly Change[];
  readonly conflicts: readonly Conflict[];
  /** Rejections that appear or go, and those of the given objects that stay. */
  readonly rejections: readonly JudgedRejection[];
  /** Hosts in these rejections that podway refuses because a grant is missing; sorted. */
  readonly missingGrants: readonly MissingGrant[];
  /** Number of rejections that stay, of objects that are not given. */
  readonly otherRejections: number;
}

/**
 * @param given keys of the objects whose manifests are given
 * @param compares there is a cluster to compare with
 */
export function judge(question: Question, given: ReadonlySet<string>, compares: boolean): Verdict {
  const { before, after, match } = question;
  const isGiven = (rejection: Backend) => given.has(backendKey(rejection));
  const rejections = judgedRejections(before, after);
  const shown = rejections.filter((it) => it.change !== 'stays' || isGiven(it));
  return {
    changes: compares ? changesBetween(before, after, match) : [],
    conflicts: newConflicts(question),
    rejections: shown,
    missingGrants: missingGrants(shown),
    otherRejections: rejections.length - shown.length,
  };
}

/** The number of findings that a person should check: lost routes, conflicts, and rejections that appear or stay. */
export function findingsOf({ changes, conflicts, rejections }: Verdict): number {
  const losses = changes.filter(({ change }) => change === 'lost').length;
  return losses + conflicts.length + rejections.filter(({ change }) => change !== 'goes').length;
}

/** Several workloads of a namespace may need the same grant. */
function missingGrants(rejections: readonly JudgedRejection[]): MissingGrant[] {
  const found = new Map<string, MissingGrant>();
  for (const { reason, change, detail, namespace } of rejections) {
    if (reason !== 'host-not-granted' || change === 'goes') continue;
    // HOST/PATH. If the host is too long for a rejection, only the rejection shows it.
    const [, host] = /^([^/]+)\//.exec(detail) ?? [];
    if (host !== undefined) found.set(`${host} ${namespace}`, { host, namespace });
  }
  return [...found.values()].sort(
    (a, b) => compareText(a.host, b.host) || compareText(a.namespace, b.namespace),
  );
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
