import { counted } from '../../wiring/counted.ts';
import { shortList } from '../../wiring/enumeration.ts';
import { compareText } from '../../wiring/order.ts';
import { printable } from '../../wiring/rejection.ts';
import { shownOptions } from '../../wiring/options/shown-options.ts';
import type { Backend } from '../../whatif/backend.ts';
import type { Change, Other, Way } from '../../whatif/changes.ts';
import type { Served } from '../../whatif/table.ts';
import { problemLine, rejectionLine } from '../check-report.ts';
import { type CheckResult, countFindings, routesOf } from './check-document.ts';

/** Maximum length of a kind with namespace and name, in characters. */
const MAX_NAME_LENGTH = 400;
/** Maximum length of the options of one path, in characters. */
const MAX_OPTIONS_LENGTH = 2_000;

/** The result for people. `table`: lines that replace those of the routes. */
export function checkText(result: CheckResult, table?: readonly string[]): string {
  const { cluster, namespace, given, verdict, problems, notes } = result;
  const { changes, conflicts, rejections, missingGrants, otherRejections } = verdict;
  const compares = cluster !== undefined && given !== undefined;
  const where = namespace === undefined ? 'all namespaces' : `namespace ${namespace}`;
  const lines = [
    ...(cluster === undefined ? [] : [`cluster: ${printable(cluster)}, ${where}`]),
    ...(given?.workloads ?? []).map((it) => `workload: ${nameOf(it)}: ${it.counted}`),
    ...(table ?? (compares ? [] : routeLines(result))),
    ...changes.map(changeLine),
    ...conflicts.map(({ host, path, detail }) => `conflict: ${host}${path}: ${detail}`),
    ...rejections.filter(({ change }) => change !== 'goes').map(rejectionLine),
    ...missingGrants.map(
      ({ host, namespace }) => `grant missing: host ${host} for namespace ${printable(namespace)}`,
    ),
    ...rejections
      .filter(({ change }) => change === 'goes')
      .map((it) => `no longer rejected: ${nameOf(it)}: ${it.reason}: ${it.detail}`),
    ...problems.map(problemLine),
    ...notes.map((it) => `note: ${it}`),
    ...(given === undefined ? [] : passedOver(given.passedOver)),
    ...(otherRejections === 0 ? [] : [`note: rejections of other objects that stay: ${otherRejections}`]),
  ];
  const refused = rejections.filter(({ change }) => change !== 'goes').length;
  const counts = [
    compares ? counted(changes.length, 'change') : counted(routesOf(result).length, 'route'),
    counted(conflicts.length, 'conflict'),
    counted(refused, 'rejection'),
    counted(problems.length, 'problem'),
    counted(countFindings(result), 'finding'),
  ];
  // Names and annotations of the cluster may contain control sequences of terminals.
  return [...lines, counts.join(', '), ''].map((it) => printable(it, Infinity)).join('\n');
}

function routeLines(result: CheckResult): string[] {
  const { keys } = result.table;
  return routesOf(result).flatMap(({ host, path, served }) => [
    `${host}${path}`,
    ...served.map((it) => `  ${servedText(it)}${keys?.has(it.backend.namespace) === true ? ' (key)' : ''}`),
  ]);
}

function servedText({ backend, port, pods, ready, options }: Served): string {
  const count = pods === ready ? `${pods}` : `${ready} of ${pods}`;
  return `${nameOf(backend)}: port ${port}, ${count} ready${optionsText(shownOptions(options.text))}`;
}

function optionsText(text: string): string {
  return text === '' ? '' : `, ${printable(text, MAX_OPTIONS_LENGTH)}`;
}

function nameOf({ kind, namespace, name }: Backend): string {
  return printable(`${kind} ${namespace}/${name}`, MAX_NAME_LENGTH);
}

function changeLine(change: Change): string {
  switch (change.change) {
    case 'won': {
      const { until, newHost, shared } = change;
      const before = until === undefined ? '' : `; until now ${otherText(until)} answered`;
      return `won: ${place(change)}${newHost ? ' (new host)' : ''}: ${names(change.by)}${before}${sharedText(shared)}`;
    }
    case 'lost': {
      const { instead, hostGone, shared } = change;
      const isServed = shared.length > 0;
      const after = isServed
        ? sharedText(shared)
        : `; then ${instead === undefined ? 'nothing' : otherText(instead)} answers`;
      return `lost: ${place(change)}${hostGone ? ' (the host is gone)' : ''}: ${names(change.by)}${after}`;
    }
    case 'workloads':
      return `workloads: ${place(change)}: ${names(change.before)} -> ${names(change.after)}`;
    case 'options': {
      const { hidden, before, after } = change;
      const what = hidden ? ' (values that are not shown differ)' : '';
      return `options: ${place(change)}: ${ways(before)} -> ${ways(after)}${what}`;
    }
    case 'keys':
      return `keys: namespace ${change.namespace}: ${keysText(change.before)} -> ${keysText(change.after)}`;
    case 'certificate':
      return `certificate: ${change.host}: ${printable(change.before ?? 'none of its own')} -> ${printable(change.after ?? 'none of its own')}`;
  }
  return '';
}

function place({ host, path }: { readonly host: string; readonly path: string }): string {
  return `${host}${path}`;
}

function names(backends: readonly Backend[]): string {
  return shortList(backends.map(nameOf));
}

function otherText({ host, path, namespaces }: Other): string {
  return `${host}${path} of namespace ${shortList(namespaces)}`;
}

function sharedText(namespaces: readonly string[]): string {
  return namespaces.length === 0 ? '' : `; namespace ${shortList(namespaces)} serves it, too`;
}

/** Ports and options of backends. Names are left out if all backends have the same name. */
function ways(list: readonly Way[]): string {
  const several = new Set(list.map(({ kind, name }) => `${kind}/${name}`)).size > 1;
  return list
    .map(
      (it) =>
        `${several ? `${nameOf(it)} ` : ''}port ${it.port}${it.options === '' ? '' : ` ${printable(it.options, MAX_OPTIONS_LENGTH)}`}`,
    )
    .join(' and ');
}

function keysText(keys: number | null): string {
  if (keys === null) return 'open';
  return keys === 0 ? 'no usable key, podway refuses all requests' : counted(keys, 'key');
}

function passedOver(kinds: ReadonlyMap<string, number>): string[] {
  const counts = [...kinds].sort(([a], [b]) => compareText(a, b)).map(([kind, count]) => `${count} ${kind}`);
  return counts.length === 0
    ? []
    : [`note: ignored, because podway reads no routes from them: ${counts.join(', ')}`];
}
