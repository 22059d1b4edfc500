/** How the router frames a pod's response towards its own client. */
export interface ResponseFraming {
  /** `none`: no body follows, because of the method or the status; a length is then only sent where it is allowed. */
  readonly body: 'none' | 'length' | 'chunked' | 'close';
  readonly connection: 'keep-alive' | 'close';
  /** The client's version. */
  readonly minor: 0 | 1;
  /** The client asked for trailers: what the pod announced of them is passed. */
  readonly trailers: boolean;
  /** An HTTP-date, for a final response without one. */
  readonly date: string;
  /** What a 426 asks for (RFC 9110 15.5.22): protocols, joined by `, `; '' for none. */
  readonly upgrade: string;
  /** Strict-Transport-Security, if the pod sets none (RFC 6797 section 7.1: by TLS only); '' for none. */
  readonly hsts: string;
}
