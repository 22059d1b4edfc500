/**
 * Why podway ended a client's HTTP/2 connection with GOAWAY: no stream for KEEPALIVE_TIMEOUT, MAX_CONNECTION_AGE, the
 * end of the process, MAX_CONNECTIONS, or a client that broke the protocol or a limit.
 */
export const GOAWAY_REASONS = ['idle', 'age', 'drain', 'crowded', 'error'] as const;
export type GoawayReason = (typeof GOAWAY_REASONS)[number];

/** Who reset a stream. */
export const RESETTERS = ['client', 'router'] as const;
export type Resetter = (typeof RESETTERS)[number];

/** Increments since the last report. */
export interface Http2Figures {
  readonly goaways: Readonly<Record<GoawayReason, number>>;
  readonly resets: Readonly<Record<Resetter, number>>;
}
