/** Why a connection cannot go on (RFC 9113 section 5.4.1). */
export interface Fault {
  /** The error code of the GOAWAY. */
  readonly code: number;
  /** ASCII, for its debug data: it names no peer and no content. */
  readonly why: string;
}

export function fault(code: number, why: string): Fault {
  return { code, why };
}
