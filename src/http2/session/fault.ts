/** A connection error: the connection ends with a GOAWAY (RFC 9113 section 5.4.1). */
export interface Fault {
  /** The error code of the GOAWAY (RFC 9113 section 7). */
  readonly code: number;
  /** Debug data of the GOAWAY, in ASCII. It contains no address and no data of a peer. */
  readonly detail: string;
}

export function fault(code: number, detail: string): Fault {
  return { code, detail };
}
