/** Milliseconds that a peer has to answer a close frame, and to end the connection after it. */
export const CLOSE_TIMEOUT = 1_000;
/** Bytes waiting to be sent above which podway does not answer pings of the peer. */
export const MAX_UNSENT_BYTES = 64 * 1024;
/** The code of a WebSocket that ended without a close frame (RFC 6455 section 7.1.5). */
export const NO_CLOSE_FRAME = 1006;

/** How a stream ended. */
export interface Closure {
  /** Code of the close frame (RFC 6455 section 7.4); NO_CLOSE_FRAME if there was none. */
  readonly code: number;
  /** A phrase for messages. */
  readonly detail: string;
  /** Milliseconds since the last data in either direction. */
  readonly idle: number;
}

/** The phrase for a stream that ended with this code, if no other problem is known. */
export function closureDetail(code: number): string {
  return code === NO_CLOSE_FRAME
    ? 'the connection ended without a close frame'
    : `it was closed with ${code}`;
}
