/** What clients may speak over TLS (ALPN, RFC 7301), the preferred first. */
export const APPLICATION_PROTOCOLS = ['h2', 'http/1.1'] as const;

/** What was presented to a client. */
interface Presented {
  /** Whichever of its certificates it was, it is for this canonical host. */
  covers(host: string): boolean;
}

/** What is known of a client's TLS connection since its handshake. */
export interface TlsFacts {
  /** As OpenSSL names it: `TLSv1.3`. */
  readonly version: string;
  /** HTTP/1.1 for clients that named none. */
  readonly protocol: (typeof APPLICATION_PROTOCOLS)[number];
  /** The canonical host that the client named; '' for none that could be one. */
  readonly sni: string;
  /** An earlier session was continued: no certificate was presented. */
  readonly resumed: boolean;
  /** Undefined: it is not known, for the session was begun on another connection. */
  readonly presented: Presented | undefined;
  /** Of requests to pods, about the client's certificate; each with its CRLF. */
  readonly lines: string;
  /** A value of `Host` that it was found to cover. */
  coveredHost: string;
}
