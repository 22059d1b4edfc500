import type { EndpointRecord, RouteName } from '../boundary/delta.ts';
import type { ChangedEndpoint, ChangedRejection, HistoryEntry, KeyCondition } from '../boundary/history.ts';
import type { Rejection } from '../wiring/rejection.ts';
import { shownOptions } from '../wiring/options/shown-options.ts';
import type { KeyState } from './table-copy.ts';

/** Maximum number of items in each list of one entry. */
const MAX_LISTED = 10;

/** Records processed between two yields. */
const YIELD_EVERY = 256;

/** When a change adds or removes more endpoints than this, those of the same pod and port are not matched. */
const MAX_MATCHED_ENDPOINTS = 500;

/** Maximum length of a pod's options in an entry, in characters. The options of a path may have 16,384. */
const MAX_OPTIONS_LENGTH = 500;

/** An endpoint before and after a change; undefined: it did not exist. */
export type EndpointPair = readonly [before: EndpointRecord | undefined, after: EndpointRecord | undefined];
/** A route, and whether it existed before and after a change. */
export type RoutePair = readonly [route: RouteName, before: boolean, after: boolean];

/** Yields after every bounded piece of work, as all generators of this file do. */
export function* describeRoutes(pairs: Iterable<RoutePair>): Generator<void, HistoryEntry['routes']> {
  const added: RouteName[] = [];
  const removed: RouteName[] = [];
  let more = 0;
  let looked = 0;
  for (const [route, before, after] of pairs) {
    if (++looked % YIELD_EVERY === 0) yield;
    if (before === after) continue;
    const list = after ? added : removed;
    if (list.length < MAX_LISTED) list.push(route);
    else more += 1;
  }
  return { added, removed, more };
}

/**
 * The endpoints that were added, removed and changed. An endpoint with other options is another endpoint in the table,
 * but is shown as changed: of the same pod and port, one was removed and one was added.
 */
export function* describeEndpoints(
  pairs: Iterable<EndpointPair>,
): Generator<void, HistoryEntry['endpoints']> {
  const lists = {
    added: [] as ChangedEndpoint[],
    removed: [] as ChangedEndpoint[],
    changed: [] as ChangedEndpoint[],
  };
  let more = 0;
  for (const pair of joined(pairs)) {
    if (pair === undefined) {
      yield;
      continue;
    }
    const [before, after] = pair;
    const name = before === undefined ? 'added' : after === undefined ? 'removed' : 'changed';
    const record = after ?? before;
    if (record === undefined || before === after) continue;
    if (lists[name].length < MAX_LISTED) lists[name].push(changeOf(before, record));
    else more += 1;
  }
  return { ...lists, more };
}

/**
 * Matches removed endpoints with added ones of the same pod and port. Yields undefined after every bounded piece of
 * work.
 */
function* joined(pairs: Iterable<EndpointPair>): Generator<EndpointPair | undefined, void> {
  const came: EndpointRecord[] = [];
  const went: EndpointRecord[] = [];
  let looked = 0;
  for (const pair of pairs) {
    if (++looked % YIELD_EVERY === 0) yield undefined;
    const [before, after] = pair;
    if (before !== undefined && after !== undefined) yield pair;
    else if (before !== undefined) went.push(before);
    else if (after !== undefined) came.push(after);
  }
  const isLarge = came.length > MAX_MATCHED_ENDPOINTS || went.length > MAX_MATCHED_ENDPOINTS;
  const successors = Map.groupBy(isLarge || went.length === 0 ? [] : came, placeOf);
  const taken = new Set<EndpointRecord>();
  for (const record of went) {
    const after = successors.get(placeOf(record))?.shift();
    if (after !== undefined) taken.add(after);
    yield [record, after];
    if (++looked % YIELD_EVERY === 0) yield undefined;
  }
  for (const record of came) {
    if (!taken.has(record)) yield [undefined, record];
    if (++looked % YIELD_EVERY === 0) yield undefined;
  }
}

function placeOf({ uid, port }: EndpointRecord): string {
  return `${uid}|${port}`;
}

function optionsOf({ options }: EndpointRecord): string {
  return options?.text ?? '';
}

function changeOf(before: EndpointRecord | undefined, record: EndpointRecord): ChangedEndpoint {
  const { namespace, pod, port, condition } = record;
  const was = before?.condition;
  return {
    namespace,
    pod,
    port,
    condition,
    ...(was !== undefined && was !== condition && { was }),
    ...(before !== undefined &&
      optionsOf(before) !== optionsOf(record) && {
        options: { was: cutOptions(optionsOf(before)), now: cutOptions(optionsOf(record)) },
      }),
  };
}

function cutOptions(text: string): string {
  const shown = shownOptions(text);
  return shown.length > MAX_OPTIONS_LENGTH ? `${shown.slice(0, MAX_OPTIONS_LENGTH)}...` : shown;
}

export function describeKeys(
  changed: Iterable<readonly [namespace: string, state: KeyState]>,
): Pick<HistoryEntry, 'keys' | 'moreKeys'> {
  const all = [...changed];
  const first = all.slice(0, MAX_LISTED).map(([namespace, state]) => [namespace, conditionOf(state)]);
  return { keys: Object.fromEntries(first), moreKeys: Math.max(0, all.length - MAX_LISTED) };
}

function conditionOf(state: KeyState): KeyCondition {
  return typeof state === 'string' ? state : 'keyed';
}

export function describeCertificates(
  hosts: readonly string[],
): Pick<HistoryEntry, 'certificates' | 'moreCertificates'> {
  return {
    certificates: hosts.slice(0, MAX_LISTED),
    moreCertificates: Math.max(0, hosts.length - MAX_LISTED),
  };
}

export function describeRejections(
  appeared: readonly Rejection[],
  gone: readonly Rejection[],
): HistoryEntry['rejections'] {
  const more = Math.max(0, appeared.length - MAX_LISTED) + Math.max(0, gone.length - MAX_LISTED);
  return {
    appeared: appeared.slice(0, MAX_LISTED).map(rejectionOf),
    gone: gone.slice(0, MAX_LISTED).map(rejectionOf),
    more,
  };
}

function rejectionOf({ object: { kind, namespace, name }, reason, detail }: Rejection): ChangedRejection {
  return { kind, namespace, name, reason, detail };
}
