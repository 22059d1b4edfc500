/** What became of a question to a service of `auth=`: label `result` of podway_auth_answers_total, and what it means. */
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

/** What a worker says of one service of `auth=`: increments. */
export interface AuthFigures {
  /** As `auth=` names it. */
  readonly service: string;
  readonly answers: Readonly<Partial<Record<AuthResult, number>>>;
  /** How long it took to know, of all but `busy` and `abandoned`: as in DurationCount. */
  readonly buckets: readonly number[];
  /** Seconds. */
  readonly sum: number;
}
