import type { OwnAnswer } from '../../boundary/own-answer.ts';

const MAX_LIMIT = 1_000;
const DEFAULT_LIMIT = 100;

/** Selects answers of the router. */
export interface AnswerFilter {
  readonly matches: (answer: OwnAnswer) => boolean;
  readonly limit: number;
}

export type ReadFilter = AnswerFilter | { readonly problem: string };

/** Reads `host=`, `status=` (such as 403 or 5xx), `reason=` and `limit=`. */
export function readFilter(query: URLSearchParams): ReadFilter {
  const host = query.get('host')?.toLowerCase();
  const status = query.get('status');
  const reason = query.get('reason');
  const limit = query.get('limit') ?? String(DEFAULT_LIMIT);
  if (status !== null && !/^(?:\d{3}|[45]xx|0)$/.test(status))
    return { problem: 'status: expected a status such as 403, 4xx, 5xx, or 0 for no answer' };
  if (!/^\d{1,4}$/.test(limit) || Number(limit) < 1 || Number(limit) > MAX_LIMIT)
    return { problem: `limit: expected a number from 1 to ${MAX_LIMIT}` };
  return {
    limit: Number(limit),
    matches: (answer) =>
      (host === undefined || hostOf(answer) === host) &&
      (status === null || isOf(answer.status, status)) &&
      (reason === null || answer.reason === reason),
  };
}

function hostOf({ host }: OwnAnswer): string {
  return host.toLowerCase().replace(/:\d+$/, '');
}

function isOf(status: number, asked: string): boolean {
  return asked.endsWith('xx') ? Math.floor(status / 100) === Number(asked[0]) : status === Number(asked);
}
