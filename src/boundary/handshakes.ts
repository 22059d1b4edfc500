/** Why a TLS handshake failed: label `reason` of podway_tls_handshake_failures_total, and what it means. */
export const HANDSHAKE_FAILURES = {
  'plain-http': 'The client speaks HTTP without TLS; it gets 400.',
  'no-certificate': 'There is no certificate for the host that the client names, and no default certificate.',
  'bad-certificate': 'The certificate for the host cannot be used.',
  version: 'The client supports no TLS version that podway allows (`TLS_MIN_VERSION`).',
  ciphers: 'The client has no cipher suite or signature in common with `TLS_CIPHERS` and the certificate.',
  protocol: 'The client offers only protocols (ALPN) that podway does not support.',
  'client-certificate':
    'The client has sent no certificate, or one that no authority of `CLIENT_CA_FILE` has signed.',
  'refused-by-client':
    'The client ended the handshake with an alert: usually it does not trust the certificate.',
  malformed: 'The client sent something that is not TLS.',
  closed: 'The client closed the connection during the handshake.',
  timeout: 'The handshake did not end within `TLS_HANDSHAKE_TIMEOUT`.',
  overload: 'More handshakes were in progress than `TLS_HANDSHAKES` or `MAX_CONNECTIONS` allows.',
  'overload-client':
    'More handshakes of one client were in progress than `MAX_CONNECTIONS_SHARE` percent of `TLS_HANDSHAKES`.',
} as const satisfies Readonly<Record<string, string>>;

export type HandshakeFailure = keyof typeof HANDSHAKE_FAILURES;

/** Upper bounds of the buckets of handshake durations, in seconds; one more bucket counts longer durations. */
export const HANDSHAKE_BUCKETS = [
  0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10,
] as const;

/** Number of successful handshakes of one kind. */
export interface HandshakeCount {
  /** OpenSSL's name of the version: `TLSv1.3`. */
  readonly version: string;
  /** The client resumed an earlier session, without a certificate. */
  readonly resumed: boolean;
  readonly count: number;
}

/** Durations of handshakes, from the first byte of the client. */
export interface HandshakeDurations {
  /** Counts per bucket, not cumulative, one more than HANDSHAKE_BUCKETS. */
  readonly buckets: readonly number[];
  /** Seconds. */
  readonly sum: number;
}

/** Figures of one worker about handshakes: increments. */
export interface HandshakeFigures {
  readonly done: readonly HandshakeCount[];
  readonly failed: readonly { readonly reason: HandshakeFailure; readonly count: number }[];
  /** Durations of successful handshakes, full and resumed ones. */
  readonly full: HandshakeDurations;
  readonly resumed: HandshakeDurations;
}
