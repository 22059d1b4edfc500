/** What words say of a pod among the candidates of a route. Times in milliseconds. */
export interface CandidateWords {
  /** Its part of the requests, beside those of the others; 100 where it says none. */
  readonly weight?: number;
  /** Percent of the requests for all pods of the same share and group together. */
  readonly share?: number;
  readonly group?: string;
  /** For how long it is spared after it was seen ready. */
  readonly slowStart?: number;
}
