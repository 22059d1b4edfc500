/**
 * Why the router ended a client's HTTP/2 connection by GOAWAY: nothing ran for KEEPALIVE_TIMEOUT, MAX_CONNECTION_AGE, the
 * process ends, MAX_CONNECTIONS, or the client broke the protocol or a limit.
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
