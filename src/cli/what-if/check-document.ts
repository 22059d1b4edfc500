import type { SourceProblem } from '../../cluster/source.ts';
import { unicodeEscape } from '../../wiring/unicode-escape.ts';
import { compareRoutes } from '../../wiring/order.ts';
import { REJECTIONS } from '../../wiring/rejection.ts';
import { shownOptions } from '../../wiring/options/shown-options.ts';
import { allRoutes, type Table } from '../../whatif/table.ts';
import { backendKey } from '../../whatif/backend.ts';
import { findingsOf, type Verdict } from '../../whatif/verdict.ts';
import type { CountedWorkload } from './given-objects.ts';

/** What a check has read, and its findings. */
export interface CheckResult {
  /** The address of the API server; undefined: the check did not ask one. */
  readonly cluster: string | undefined;
  /** The only namespace that the check reads; undefined: all namespaces. */
  readonly namespace: string | undefined;
  /** Undefined: no manifests are given, the check is of the cluster. */
  readonly given: GivenSummary | undefined;
  /** The route table with the given manifests, or that of the cluster if none are given. */
  readonly table: Table;
  readonly verdict: Verdict;
  readonly problems: readonly SourceProblem[];
  readonly notes: readonly string[];
}

export interface GivenSummary {
  readonly workloads: readonly CountedWorkload[];
  /** Given Pods, without those of given workloads. */
  readonly pods: number;
  readonly secrets: number;
  /** Number of objects of kinds that declare no routes, by kind. */
  readonly passedOver: ReadonlyMap<string, number>;
  /** Number of objects of namespaces that the check does not read. */
  readonly elsewhere: number;
  /** Keys (`backendKey`) of the given backends and Secrets. */
  readonly keys: ReadonlySet<string>;
}

/** The number of findings; the exit code of a check with findings is 1. */
export function countFindings({ verdict, problems }: CheckResult): number {
  return findingsOf(verdict) + problems.length;
}

/** The routes that the given manifests serve; without manifests, all routes of the table. */
export function routesOf({ table, given }: CheckResult) {
  const all = [...allRoutes(table)].sort(compareRoutes);
  if (given === undefined) return all;
  return all.filter(({ served }) => served.some(({ backend }) => given.keys.has(backendKey(backend))));
}

/** The document of `-o json`; docs/check.md describes its fields. */
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

/** The document as printable ASCII. JSON.stringify escapes control characters below U+0020 only, and a terminal may obey others. */
export function documentText(result: CheckResult): string {
  const text = JSON.stringify(checkDocument(result), null, 2);
  return `${text.replace(/[^\x20-\x7e\n]/g, unicodeEscape)}\n`;
}

function givenDocument({ workloads, pods, secrets, passedOver, elsewhere }: GivenSummary) {
  return { workloads, pods, secrets, passedOver: Object.fromEntries(passedOver), elsewhere };
}
