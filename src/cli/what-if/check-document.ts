import type { SourceProblem } from '../../cluster/source.ts';
import { unicodeEscape } from '../../wiring/unicode-escape.ts';
import { compareRoutes } from '../../wiring/order.ts';
import { REJECTIONS } from '../../wiring/rejection.ts';
import { shownOptions } from '../../wiring/options/shown-options.ts';
import { allRoutes, type Table } from '../../whatif/table.ts';
import { backendKey } from '../../whatif/backend.ts';
import { findingsOf, type Verdict } from '../../whatif/verdict.ts';
import type { CountedWorkload } from './given-objects.ts';

/** What was looked at, and what came of it. */
export interface CheckResult {
  /** The address of the API server; undefined: none was asked. */
  readonly cluster: string | undefined;
  /** The one namespace that was looked at; undefined: all. */
  readonly namespace: string | undefined;
  /** Undefined: the cluster alone. */
  readonly given: GivenSummary | undefined;
  /** As it is then. */
  readonly table: Table;
  readonly verdict: Verdict;
  readonly problems: readonly SourceProblem[];
  readonly notes: readonly string[];
}

export interface GivenSummary {
  readonly workloads: readonly CountedWorkload[];
  /** Pods that no workload has made. */
  readonly pods: number;
  readonly secrets: number;
  /** Objects of kinds without routes, by kind. */
  readonly passedOver: ReadonlyMap<string, number>;
  /** Objects of other namespaces than the one that is looked at. */
  readonly elsewhere: number;
  /** Keys of the backends, and of Secrets. */
  readonly keys: ReadonlySet<string>;
}

/** Everything that ends a check with 1. */
export function countFindings({ verdict, problems }: CheckResult): number {
  return findingsOf(verdict) + problems.length;
}

/** The routes that what is given serves; those of the whole table where nothing is. */
export function routesOf({ table, given }: CheckResult) {
  const all = [...allRoutes(table)].sort(compareRoutes);
  if (given === undefined) return all;
  return all.filter(({ served }) => served.some(({ backend }) => given.keys.has(backendKey(backend))));
}

/** The document of `-o json`: docs/check.md says what its fields mean. Fields may be added, none changes. */
export function checkDocument(result: CheckResult) {
  const { cluster, namespace, given, table, verdict, problems, notes } = result;
  const { changes, conflicts, rejections, missingGrants, otherRejections } = verdict;
  return {
    version: 1,
    findings: countFindings(result),
    cluster: cluster ?? null,
    namespace: namespace ?? null,
    given: given === undefined ? null : givenDocument(given),
    routes: routesOf(result).map(({ host, path, served }) => ({
      host,
      path,
      served: served.map(({ backend, port, options, pods, ready }) => {
        const way = options.text === '' ? {} : { options: shownOptions(options.text) };
        return { ...backend, port, pods, ready, ...way };
      }),
    })),
    keyedNamespaces:
      table.keys === undefined
        ? null
        : [...table.keys.values()].map((it) => ({ namespace: it.namespace, keys: it.digests.length })),
    certificates: [...table.certificates].map(([host, certificate]) => ({ host, certificate })),
    changes,
    conflicts,
    rejections: rejections.map((it) => ({ ...it, expected: REJECTIONS[it.reason] })),
    missingGrants,
    otherRejections,
    problems,
    notes,
  };
}

/** The document as text that no terminal takes for more: JSON itself escapes only what is below the blank. */
export function documentText(result: CheckResult): string {
  const text = JSON.stringify(checkDocument(result), null, 2);
  return `${text.replace(/[^\x20-\x7e\n]/g, unicodeEscape)}\n`;
}

function givenDocument({ workloads, pods, secrets, passedOver, elsewhere }: GivenSummary) {
  return { workloads, pods, secrets, passedOver: Object.fromEntries(passedOver), elsewhere };
}
