/** Reasons to refuse a terminal, which are also values of the metric's label, and their HTTP statuses. */
export const REFUSALS = {
  host: 421,
  origin: 403,
  site: 403,
  'bad-request': 400,
  unauthorized: 401,
  forbidden: 403,
  command: 403,
  'link-used': 403,
  ticket: 403,
  attempts: 429,
  sessions: 429,
  'per-user': 429,
  api: 502,
  draining: 503,
} as const;

export type RefusalReason = keyof typeof REFUSALS;

/** Reasons why a terminal ended, as in the metric and in the audit log. */
export const ENDINGS = [
  'exited',
  'failed',
  'refused',
  'lost',
  'pod-gone',
  'page-left',
  'page-protocol',
  'idle',
  'most',
  'revoked',
  'api-outage',
  'shutdown',
] as const;

export type EndReason = (typeof ENDINGS)[number];

/** The code of the close frame (RFC 6455 section 7.4.1; 1013 is from the IANA registry). */
export function closeCode(reason: EndReason): number {
  if (reason === 'shutdown') return 1001;
  if (reason === 'page-protocol' || reason === 'revoked') return 1008;
  return 1000;
}
