/** A service of the operator that says which requests may come in. */
export interface AuthService {
  /** As `auth=` has it. */
  readonly name: string;
  readonly url: string;
  /** Fields of its answer that pods get. */
  readonly headers: readonly string[];
  /** Milliseconds for its whole answer. */
  readonly timeout: number;
}
