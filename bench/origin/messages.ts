/** Bytes of a message: about the size of a small record. */
const MESSAGE = 100;
/** Messages of one answer of the method `stream`. */
export const STREAMED = 1_000;

/** One message after the prefix that gRPC gives it: not compressed, and its length (gRPC over HTTP2, "Requests"). */
export const FRAMED = Buffer.concat([Buffer.from([0, 0, 0, 0, MESSAGE]), Buffer.alloc(MESSAGE, 'x')]);
