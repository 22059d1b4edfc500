/** Protocols that clients may use over TLS (ALPN, RFC 7301), the preferred one first. */
export const APPLICATION_PROTOCOLS = ['h2', 'http/1.1'] as const;

/** The certificate that podway presented to a client. */
interface Presented {
  /** Whether the certificate is for this canonical host, regardless of which of the host's certificates it was. */
  covers(host: string): boolean;
}

/** What podway knows of a client's TLS connection since its handshake. */
export interface TlsFacts {
  /** OpenSSL's name of the version: `TLSv1.3`. */
  readonly version: string;
  /** HTTP/1.1 for clients that offered no protocol. */
  readonly protocol: (typeof APPLICATION_PROTOCOLS)[number];
  /** The canonical host that the client named; '' if it named none, or something that is not a host. */
  readonly sni: string;
  /** The client resumed an earlier session: podway presented no certificate. */
  readonly resumed: boolean;
  /** Undefined if unknown, because the session began on another connection. */
  readonly presented: Presented | undefined;
  /** Field lines about the client's certificate for requests to pods, each with its CRLF. */
  readonly lines: string;
  /** A value of `Host` for which `covers` was true. */
  coveredHost: string;
}
