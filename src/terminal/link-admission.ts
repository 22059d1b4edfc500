import { timingSafeEqual } from 'node:crypto';
import type { Admission, Grant } from './admission.ts';
import { Refusal } from './refusal.ts';
import { readSize } from './rules/session-request.ts';
import { digestOf } from './rules/tickets.ts';

/** Grants one session, once, to the client that has the secret of the link. The credentials never leave this process. */
export class LinkAdmission implements Admission {
  readonly #digest: Buffer;
  readonly #grant: Grant;
  #isUsed = false;

  constructor(secret: string, grant: Grant) {
    this.#digest = digestOf(secret);
    this.#grant = grant;
  }

  get isUsed(): boolean {
    return this.#isUsed;
  }

  /** The body only has the size of the page's terminal. @throws Refusal */
  async admit(token: string, body: unknown): Promise<Grant> {
    if (!timingSafeEqual(digestOf(token), this.#digest))
      throw new Refusal('unauthorized', 'this is not the link of this terminal');
    if (this.#isUsed)
      throw new Refusal('link-used', 'this link has been used: run podway terminal again for another one');
    this.#isUsed = true;
    const { request } = this.#grant;
    return { ...this.#grant, request: { ...request, size: readSize(body) } };
  }
}
