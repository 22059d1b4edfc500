/** Bytes of a message, as a small record has them. */
const MESSAGE = 100;
/** Messages of one answer of the method `stream`. */
export const STREAMED = 1_000;

/** One message behind the prefix that gRPC gives it: not compressed, and its length (gRPC over HTTP2, "Requests"). */
export const FRAMED = Buffer.concat([Buffer.from([0, 0, 0, 0, MESSAGE]), Buffer.alloc(MESSAGE, 'x')]);
