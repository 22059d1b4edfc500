/** Options of a pod that apply while podway picks one of a route's candidates. */
export interface CandidateOptions {
  /** Weight relative to the other pods of the route; default: 100. */
  readonly weight?: number;
  /** Percentage of the route's requests for all pods with this share and group together. */
  readonly share?: number;
  readonly group?: string;
  /** Milliseconds after it became ready during which its weight rises to the full weight. */
  readonly slowStart?: number;
}
