/** Size of a message, in bytes: about that of a small record. */
const MESSAGE = 100;
/** Number of messages in one answer of the method `stream`. */
export const STREAMED = 1_000;

/** One message with gRPC's prefix: the flag "not compressed" and the length (gRPC over HTTP2, "Requests"). */
export const FRAMED = Buffer.concat([Buffer.from([0, 0, 0, 0, MESSAGE]), Buffer.alloc(MESSAGE, 'x')]);
