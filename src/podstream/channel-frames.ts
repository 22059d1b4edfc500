/** The channels of exec and attach; the first byte of a message names one. */
export const STDIN = 0;
export const STDOUT = 1;
export const STDERR = 2;
/** One Status object, at the end. */
export const STATUS = 3;
export const RESIZE = 4;
/** v5 only: its one byte of payload names the channel that has ended. */
export const CLOSE = 255;

/**
 * Bytes of payload in a message, at most. Servers copy in pieces of this size, and those that read frame by frame take a
 * continuation frame for a message of its own, so messages have to stay small enough never to be fragmented.
 */
export const LARGEST_PAYLOAD = 32_768;

/** A message: the channel, then the bytes. */
export function frame(channel: number, payload: Uint8Array): Buffer {
  const message = Buffer.allocUnsafe(payload.length + 1);
  message[0] = channel;
  message.set(payload, 1);
  return message;
}

/** Bytes as messages of one channel, none with more than LARGEST_PAYLOAD of them. */
export function* frames(channel: number, bytes: Uint8Array): Generator<Buffer, void> {
  for (let at = 0; at < bytes.length; at += LARGEST_PAYLOAD) {
    yield frame(channel, bytes.subarray(at, at + LARGEST_PAYLOAD));
  }
}

/** The peer does not speak the protocol: the stream has to be closed with this code (RFC 6455 7.4.1). */
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
