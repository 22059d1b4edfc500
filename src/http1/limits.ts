/** Bounds of one message head, in bytes and lines; what is longer is refused as soon as it is longer. */
export interface HeadLimits {
  /** The request or status line without its CRLF. */
  readonly line: number;
  /** The whole head: first line, field lines, the empty line that ends it. */
  readonly head: number;
  /** Field lines. */
  readonly fields: number;
}
