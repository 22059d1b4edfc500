/** A service of the operator that decides which requests podway lets in. */
export interface AuthService {
  /** Name of the service in `auth=`. */
  readonly name: string;
  readonly url: string;
  /** Names of the fields in its answer that pods get. */
  readonly headers: readonly string[];
  /** Maximum milliseconds until its answer is complete. */
  readonly timeout: number;
}
