import type { Problem, ReadArguments } from './operator-arguments.ts';

/** The query that selects answers of a router, in the form that its listener reads. */
export interface AnswersQuestion {
  readonly query: URLSearchParams;
}

export const ANSWER_FLAGS = {
  host: { type: 'string' },
  status: { type: 'string' },
  reason: { type: 'string' },
} as const;

/** Reads the arguments of `podway answers` and `podway tail`. Refuses whatever the listener would refuse. */
export function readAnswersQuestion({ flags, positionals }: ReadArguments): AnswersQuestion | Problem {
  if (positionals.length > 0) return { problem: 'expected no argument: --host HOST selects the host' };
  const query = new URLSearchParams();
  for (const [name, values] of flags) query.set(name, values.at(-1) ?? '');
  const status = query.get('status') ?? '403';
  if (!/^(?:\d{3}|[45]xx|0)$/.test(status)) return { problem: 'expected 403, 4xx, 5xx or 0 for --status' };
  const limit = query.get('limit') ?? '1';
  if (!/^\d{1,4}$/.test(limit) || Number(limit) < 1 || Number(limit) > 1_000)
    return { problem: 'expected a number from 1 to 1000 for --limit' };
  return { query };
}
