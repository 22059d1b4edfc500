import type { AdminAnswer } from '../../admin/answers.ts';
import type { RouteDelta } from '../../boundary/delta.ts';
import type { History } from '../../history/history.ts';
import { problem } from '../operator-answers.ts';
import { hostsAround } from './hosts-around.ts';
import { NO_HISTORY } from './pages.ts';

/** Maximum number of endpoints of one host. A worker builds the table between two requests, in some five milliseconds. */
const MAX_ENDPOINTS = 2_000;

export interface TableAt {
  readonly table: RouteDelta;
  /** When it was published, in milliseconds since 1970. */
  readonly time: number;
}

/**
 * The part of the table of a revision that can serve a host.
 *
 * @param at the revision, as text of the query
 * @param host a value of `Host`; a malformed one has no routes
 */
export function tableAt(history: History | undefined, at: string, host: string): TableAt | AdminAnswer {
  if (!/^\d{1,15}$/.test(at)) return problem(400, 'at: expected a revision');
  if (history === undefined) return NO_HISTORY;
  const found = history.tableAt(Number(at), hostsAround(host) ?? new Set());
  if (found === undefined)
    return problem(404, `revision ${Number(at)} is not remembered: ${rangeOf(history)}`);
  const { length } = found.table.endpoints;
  if (length > MAX_ENDPOINTS)
    return problem(400, `at: expected a host of at most ${MAX_ENDPOINTS} pods; this one had ${length}`);
  return found;
}

function rangeOf({ remembered }: History): string {
  return remembered === undefined
    ? 'none is'
    : `the oldest is ${remembered.oldest}, the newest ${remembered.newest}`;
}
