/** What became of a question to a service of `auth=`: label `result` of podway_auth_answers_total, and what it means. */
export const AUTH_RESULTS = {
  passed: '2xx: the request goes on.',
  refused: 'A redirect, 401 or 403, which the client gets.',
  'bad-answer': 'Anything else.',
  timeout: 'No whole answer within `AUTH_<NAME>_TIMEOUT`.',
  unavailable: 'No connection, or one that broke.',
  busy: 'It was not asked: more than `AUTH_IN_FLIGHT` wait.',
  abandoned: 'The client has left before the answer.',
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
