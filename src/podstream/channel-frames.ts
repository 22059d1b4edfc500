/** The channels of exec and attach. The first byte of a message is its channel. */
export const STDIN = 0;
export const STDOUT = 1;
export const STDERR = 2;
/** Carries one Status object, at the end. */
export const STATUS = 3;
export const RESIZE = 4;
/** v5 only: the payload is one byte, the channel that has ended. */
export const CLOSE = 255;

/**
 * Maximum payload of a message, in bytes. Servers copy in pieces of this size. Some read frame by frame and treat a
 * continuation frame as a new message, so a message must be small enough to arrive in one frame.
 */
export const MAX_PAYLOAD_BYTES = 32_768;

/** One message: the channel, then the payload. */
export function frame(channel: number, payload: Uint8Array): Buffer {
  const message = Buffer.allocUnsafe(payload.length + 1);
  message[0] = channel;
  message.set(payload, 1);
  return message;
}

/** Splits bytes into messages of one channel, with at most MAX_PAYLOAD_BYTES each. */
export function* frames(channel: number, bytes: Uint8Array): Generator<Buffer, void> {
  for (let at = 0; at < bytes.length; at += MAX_PAYLOAD_BYTES) {
    yield frame(channel, bytes.subarray(at, at + MAX_PAYLOAD_BYTES));
  }
}

/** The peer violates the protocol. The stream has to be closed with this code (RFC 6455 section 7.4.1). */
export interface Violation {
  readonly type: 'violation';
  readonly code: 1002 | 1003 | 1009;
  readonly detail: string;
}

export const TEXT_MESSAGE: Violation = {
  type: 'violation',
  code: 1003,
  detail: 'the server sent a text message on a stream of bytes',
};
