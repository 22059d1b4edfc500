import type { SourceScope } from '../../cluster/scope.ts';
import type { Table } from '../../whatif/table.ts';
import { judge } from '../../whatif/verdict.ts';
import { tableLines } from '../check-report.ts';
import type { CheckArguments } from './check-arguments.ts';
import { documentText, type CheckResult, countFindings, type GivenSummary } from './check-document.ts';
import { checkText } from './check-text.ts';
import { compareTables, type ComparisonContext } from './compare-tables.ts';

const EMPTY_TABLE: Table = { routes: new Map(), keys: new Map(), rejections: [], certificates: new Map() };

/**
 * Checks the given manifests, the cluster, or the changes that the manifests would make in the cluster; prints the result.
 * Resolves with the exit code.
 *
 * @throws SourceError, ApiFailure when something cannot be read
 */
export async function runCheck(args: CheckArguments, context: ComparisonContext): Promise<number> {
  const { runtime, config } = context;
  const { scope, server, given, live, now, after: then } = await compareTables(args, context);
  const after = then?.settled ?? now;
  // Not reached: the arguments name manifests or the cluster.
  if (after === undefined) return 0;
  const question = {
    before: then === undefined ? EMPTY_TABLE : (now?.table ?? EMPTY_TABLE),
    after: after.table,
    match: config.pathMatch,
  };
  const result: CheckResult = {
    cluster: server,
    namespace: scope.namespace,
    given: then?.summary,
    table: after.table,
    verdict: judge(question, then?.summary.keys ?? new Set(), live !== undefined && given !== undefined),
    problems: given?.problems ?? [],
    notes: [...(live?.notes ?? []), ...(then?.made.notes ?? []), ...scopeNotes(args, scope, then?.summary)],
  };
  const table = then === undefined ? tableLines(config, after.listing) : undefined;
  runtime.print(args.output === 'json' ? documentText(result) : checkText(result, table));
  if (given?.unreadable === true) return 2;
  return countFindings(result) > 0 ? 1 : 0;
}

function scopeNotes(
  { live }: CheckArguments,
  { namespace }: SourceScope,
  given: GivenSummary | undefined,
): string[] {
  if (namespace === undefined || given === undefined) return [];
  const others =
    given.elsewhere === 0 ? [] : [`objects of other namespaces that are not checked: ${given.elsewhere}`];
  return live
    ? [...others, `conflicts of namespace ${namespace} with other namespaces are not checked (-A checks all)`]
    : others;
}
