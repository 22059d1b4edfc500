/** What words demand of requests before their pod is a candidate. Sizes in bytes. */
export interface GuardWords {
  /** In upper case; GET is never without HEAD. */
  readonly methods?: readonly string[];
  /** Longest body of a request. */
  readonly maxBody?: number;
}
