import type { KubeConfig } from '@kubernetes/client-node';
import { ownUserName } from '../cluster/api/access-review.ts';
import { ApiServer } from '../cluster/api/api-server.ts';
import type { Admission, Grant } from './admission.ts';
import { missingPermission } from './permission.ts';
import { Refusal } from './refusal.ts';
import { isAllowed } from './rules/allowed-programs.ts';
import { readSessionRequest } from './rules/session-request.ts';

export interface TokenAdmissionOptions {
  /** The cluster, with only this token as credentials. */
  readonly load: (token: string) => KubeConfig;
  /** Maximum time until the API server answers, in milliseconds. */
  readonly timeout: number;
  /** The programs that users may run; empty: any. */
  readonly programs: readonly (readonly string[])[];
}

/** Grants a session if the API server confirms the permission of the token's user. podway's own permissions do not matter. */
export class TokenAdmission implements Admission {
  readonly #options: TokenAdmissionOptions;

  constructor(options: TokenAdmissionOptions) {
    this.#options = options;
  }

  async admit(token: string, body: unknown, signal: AbortSignal): Promise<Grant> {
    const { load, timeout, programs } = this.#options;
    const request = readSessionRequest(body);
    if ('problem' in request) throw new Refusal('bad-request', request.problem);
    if (!isAllowed(request.program, programs))
      throw new Refusal(
        'command',
        `only ${programs.map((words) => words.join(' ')).join(', ')} may be run here`,
      );
    const api = new ApiServer({ load: () => load(token), timeout });
    const session = await api.open(signal);
    try {
      const user = await ownUserName(session);
      const missing = await missingPermission(session, request);
      if (missing !== undefined) throw new Refusal('forbidden', missing);
      return { user, api, request };
    } finally {
      session.close();
    }
  }
}
