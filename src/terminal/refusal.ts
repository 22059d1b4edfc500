import type { RefusalReason } from './rules/reasons.ts';

/** podway refuses a terminal. The message is one printable sentence. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly reason: RefusalReason;

  constructor(reason: RefusalReason, message: string) {
    super(message);
    this.reason = reason;
  }
}
