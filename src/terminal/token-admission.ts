import type { KubeConfig } from '@kubernetes/client-node';
import { ownUserName } from '../cluster/api/access-review.ts';
import { ApiServer } from '../cluster/api/api-server.ts';
import type { Admission, Grant } from './admission.ts';
import { missingPermission } from './permission.ts';
import { Refusal } from './refusal.ts';
import { isAllowed } from './rules/allowed-programs.ts';
import { readSessionRequest } from './rules/session-request.ts';

export interface TokenAdmissionOptions {
  /** The cluster, with this token and no other credentials. */
  readonly load: (token: string) => KubeConfig;
  /** Milliseconds that the API server may take to answer. */
  readonly timeout: number;
  /** What may be run; empty: anything. */
  readonly programs: readonly (readonly string[])[];
}

/** Grants what the user of a token may do, as the API server says it; podway itself has no part in that. */
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
