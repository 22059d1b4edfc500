/** How podway frames a pod's response for its client. */
export interface ResponseFraming {
  /** `none`: no body follows, because of the method or the status. A length is then sent only where it is allowed. */
  readonly body: 'none' | 'length' | 'chunked' | 'close';
  readonly connection: 'keep-alive' | 'close';
  /** The minor version of the client. */
  readonly minor: 0 | 1;
  /** The client accepts trailers: the Trailer field of the pod is passed on. */
  readonly trailers: boolean;
  /** An HTTP-date, for final responses without a Date. */
  readonly date: string;
  /** The protocols that a 426 requests (RFC 9110 15.5.22), joined by `, `; '' for none. */
  readonly upgrade: string;
  /** Strict-Transport-Security, if the pod does not set it (RFC 6797 section 7.1: only over TLS); '' for none. */
  readonly hsts: string;
}
