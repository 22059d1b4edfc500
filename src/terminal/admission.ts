import type { ApiServer } from '../cluster/api/api-server.ts';
import type { SessionRequest } from './rules/session-request.ts';

/** The session that a user may open, and the credentials for it. */
export interface Grant {
  /** The user's name as the API server reports it; undefined: the user who runs podway. */
  readonly user: string | undefined;
  /** The API server, with only the credentials of that user. */
  readonly api: ApiServer;
  readonly request: SessionRequest;
}

/** Decides who gets a terminal. */
export interface Admission {
  /**
   * @param token the bearer token of the request
   * @param body the parsed body of the request
   * @throws Refusal, ApiFailure
   */
  admit(token: string, body: unknown, signal: AbortSignal): Promise<Grant>;
}
