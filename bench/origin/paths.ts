/** The paths that both origins serve: the last segment names the bytes of the answer. */
export const ANSWERS = { small: 128, '100k': 100 * 1024, '10m': 10 * 1024 * 1024 } as const;

export type AnswerName = keyof typeof ANSWERS;

/** Bytes of a WebSocket message's payload, in both directions of the echo. */
export const ECHO_PAYLOAD = 125;
/** A client's frame: two octets of header, four of mask (RFC 6455 section 5.2). */
export const ECHO_REQUEST = 2 + 4 + ECHO_PAYLOAD;
export const ECHO_REPLY = 2 + ECHO_PAYLOAD;

/** Milliseconds between two events of one stream. */
export const EVENT_INTERVAL = 500;
