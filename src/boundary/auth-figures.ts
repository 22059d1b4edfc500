/** The outcome of a request to a service of `auth=`: label `result` of podway_auth_answers_total, and what it means. */
export const AUTH_RESULTS = {
  passed: '2xx: the request continues.',
  refused: 'A redirect, 401 or 403, which podway forwards to the client.',
  'bad-answer': 'Any other response.',
  timeout: 'No complete response within `AUTH_<NAME>_TIMEOUT`.',
  unavailable: 'podway could not connect, or the connection broke.',
  busy: 'podway did not ask the service: `AUTH_IN_FLIGHT` requests were waiting.',
  abandoned: 'The client disconnected before the response.',
} as const satisfies Readonly<Record<string, string>>;
export type AuthResult = keyof typeof AUTH_RESULTS;

/** Figures of a worker about one service of `auth=`: increments. */
export interface AuthFigures {
  /** Name of the service in `auth=`. */
  readonly service: string;
  readonly answers: Readonly<Partial<Record<AuthResult, number>>>;
  /** Times until the outcome was known, without `busy` and `abandoned`; buckets as in DurationCount. */
  readonly buckets: readonly number[];
  /** Seconds. */
  readonly sum: number;
}
