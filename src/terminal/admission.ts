import type { ApiServer } from '../cluster/api/api-server.ts';
import type { SessionRequest } from './rules/session-request.ts';

/** What a user may do, and with whose credentials. */
export interface Grant {
  /** As the API server names him; undefined: the user who runs podway. */
  readonly user: string | undefined;
  /** The API server, with the credentials of that user and no others. */
  readonly api: ApiServer;
  readonly request: SessionRequest;
}

/** Decides who gets a terminal. */
export interface Admission {
  /**
   * @param token what the request has as its bearer token
   * @param body its body, parsed
   * @throws Refusal, ApiFailure
   */
  admit(token: string, body: unknown, signal: AbortSignal): Promise<Grant>;
}
