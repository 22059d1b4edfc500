import type { RefusalReason } from './rules/reasons.ts';

/** There is no terminal; the message is one printable sentence. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly reason: RefusalReason;

  constructor(reason: RefusalReason, message: string) {
    super(message);
    this.reason = reason;
  }
}
