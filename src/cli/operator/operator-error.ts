/** Exit codes, other than 0, of commands that ask operator listeners. */
export const NOT_FOUND = 1;
export const FAILED = 2;

/** A question has no answer. The message is one printable line for the user. */
export class OperatorError extends Error {
  override readonly name = 'OperatorError';
  /** NOT_FOUND: the router answered that it does not have the requested object. */
  readonly code: typeof NOT_FOUND | typeof FAILED;
  /** Another try or another router may succeed. */
  readonly isPassing: boolean;

  constructor(message: string, { code = FAILED, isPassing = false }: Partial<Traits> = {}) {
    super(message);
    this.code = code;
    this.isPassing = isPassing;
  }
}

type Traits = Pick<OperatorError, 'code' | 'isPassing'>;
