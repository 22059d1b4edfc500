/** The sizes of answers in bytes, by the last segment of the path. Both origins serve these paths. */
export const ANSWERS = { small: 128, '100k': 100 * 1024, '10m': 10 * 1024 * 1024 } as const;

export type AnswerName = keyof typeof ANSWERS;

/** Payload of a WebSocket message in bytes, in both directions of the echo. */
export const ECHO_PAYLOAD = 125;
/** Size of a client's frame in bytes: two of header, four of mask, and the payload (RFC 6455 section 5.2). */
export const ECHO_REQUEST = 2 + 4 + ECHO_PAYLOAD;
export const ECHO_REPLY = 2 + ECHO_PAYLOAD;

/** Milliseconds between two events of one stream. */
export const EVENT_INTERVAL = 500;
