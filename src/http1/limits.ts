/** Limits of one message head, in bytes and lines. podway refuses a longer head as soon as it exceeds a limit. */
export interface HeadLimits {
  /** The request or status line without its CRLF, in bytes. */
  readonly line: number;
  /** The whole head, in bytes: first line, field lines, and the empty line that ends it. */
  readonly head: number;
  /** Number of field lines. */
  readonly fields: number;
}
