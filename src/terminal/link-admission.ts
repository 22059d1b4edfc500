import { timingSafeEqual } from 'node:crypto';
import type { Admission, Grant } from './admission.ts';
import { Refusal } from './refusal.ts';
import { readSize } from './rules/session-request.ts';
import { digestOf } from './rules/tickets.ts';

/** Grants one thing to a client with the secret of the link, once. Whose credentials the grant has stays here. */
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

  /** The page says only how large it is. @throws Refusal */
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
