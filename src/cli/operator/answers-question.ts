import type { Problem, ReadArguments } from './operator-arguments.ts';

/** Which answers of a router are asked for, as its listener reads it. */
export interface AnswersQuestion {
  readonly query: URLSearchParams;
}

export const ANSWER_FLAGS = {
  host: { type: 'string' },
  status: { type: 'string' },
  reason: { type: 'string' },
} as const;

/** Reads what stands behind `podway answers` and `podway tail`; what the listener would refuse is refused before. */
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
