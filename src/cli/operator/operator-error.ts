/** What a command of the operator listener exits with, other than 0. */
export const NOT_FOUND = 1;
export const FAILED = 2;

/** Why there is no answer; the message is one printable line for people. */
export class OperatorError extends Error {
  override readonly name = 'OperatorError';
  /** NOT_FOUND: the router was reached, and has nothing of the kind. */
  readonly code: typeof NOT_FOUND | typeof FAILED;
  /** Another try, or another router, may say more. */
  readonly isPassing: boolean;

  constructor(message: string, { code = FAILED, isPassing = false }: Partial<Traits> = {}) {
    super(message);
    this.code = code;
    this.isPassing = isPassing;
  }
}

type Traits = Pick<OperatorError, 'code' | 'isPassing'>;
