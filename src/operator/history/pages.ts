import type { AdminAnswer } from '../../admin/answers.ts';
import { jsonSlices } from '../../admin/json-slices.ts';
import type { History } from '../../history/history.ts';
import { type OperatorPage, problem, type Question } from '../operator-answers.ts';
import { hostsAround } from './hosts-around.ts';

const MAX_LIMIT = 1_000;
const DEFAULT_LIMIT = 100;

export interface HistorySubject {
  /** Undefined: podway keeps no history. */
  readonly history: History | undefined;
}

/** The answer if podway keeps no history. */
export const NO_HISTORY = problem(404, 'no changes are remembered (HISTORY=0)');

/** The page with the last changes of the route table and their causes. */
export function historyPages(subject: HistorySubject): Readonly<Record<string, OperatorPage>> {
  return { '/history': (question) => historyPage(subject, question) };
}

function historyPage({ history }: HistorySubject, { query }: Question): AdminAnswer {
  if (history === undefined) return NO_HISTORY;
  const since = query.get('since') ?? '-1';
  const limit = query.get('limit') ?? String(DEFAULT_LIMIT);
  if (!/^\d{1,15}$|^-1$/.test(since)) return problem(400, 'since: expected a revision');
  if (!/^\d{1,4}$/.test(limit) || Number(limit) < 1 || Number(limit) > MAX_LIMIT)
    return problem(400, `limit: expected a number from 1 to ${MAX_LIMIT}`);
  const host = query.get('host');
  const hosts = host === null ? undefined : hostsAround(host);
  if (host !== null && hosts === undefined)
    return problem(400, 'host: expected a host or *.example.com, without a port');
  const { oldest = null, newest = null } = history.remembered ?? {};
  const asked = [Number(limit), Number(since)] as const;
  const { entries, ...found } =
    hosts === undefined ? { entries: history.newest(...asked) } : history.entriesFor(hosts, ...asked);
  const body = jsonSlices({ oldest, newest, ...found }, { entries });
  return { status: 200, contentType: 'application/json', body };
}
