/** Types of frames (RFC 9113 section 6). */
export const FRAME = {
  data: 0x0,
  headers: 0x1,
  priority: 0x2,
  reset: 0x3,
  settings: 0x4,
  pushPromise: 0x5,
  ping: 0x6,
  goaway: 0x7,
  windowUpdate: 0x8,
  continuation: 0x9,
} as const;

/** Flags of frames (RFC 9113 section 6); ACK and END_STREAM are the same bit in different types of frames. */
export const FLAG = { endStream: 0x1, ack: 0x1, endHeaders: 0x4, padded: 0x8, priority: 0x20 } as const;

/** Error codes (RFC 9113 section 7). */
export const CODE = {
  noError: 0x0,
  protocolError: 0x1,
  internalError: 0x2,
  flowControlError: 0x3,
  streamClosed: 0x5,
  frameSizeError: 0x6,
  refusedStream: 0x7,
  cancel: 0x8,
  compressionError: 0x9,
  enhanceYourCalm: 0xb,
  http11Required: 0xd,
} as const;

/** Settings (RFC 9113 section 6.5.2, RFC 8441 section 3). */
export const SETTING = {
  headerTableSize: 0x1,
  enablePush: 0x2,
  maxStreams: 0x3,
  initialWindow: 0x4,
  maxFrameSize: 0x5,
  maxFieldsSize: 0x6,
  connectProtocol: 0x8,
} as const;

/** The client's connection preface (RFC 9113 section 3.4). The method `PRI` is reserved for it, so no HTTP/1.1 request begins so. */
export const PREFACE = 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n';

/** Bytes of a frame's header, before its payload (RFC 9113 section 4.1). */
export const FRAME_HEADER_SIZE = 9;
/** Maximum bytes of a payload that this endpoint accepts and sends. Every endpoint must accept this size (RFC 9113 section 4.2). */
export const MAX_FRAME_SIZE = 16_384;
/** Initial flow-control window of a connection, and of a stream until SETTINGS change it, in bytes (RFC 9113 section 6.9.2). */
export const INITIAL_WINDOW = 65_535;
/** Maximum of a flow-control window, in bytes (RFC 9113 section 6.9.1), and of a stream's number (section 5.1.1). */
export const MAX_31_BITS = 0x7fff_ffff;
