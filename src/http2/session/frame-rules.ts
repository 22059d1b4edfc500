import { CODE, FLAG, FRAME, FRAME_SIZE } from './codes.ts';
import { isSettingsLength } from './peer-settings.ts';

/** Octets of payloads of a fixed length (RFC 9113 section 6). */
const LENGTHS: ReadonlyMap<number, number> = new Map([
  [FRAME.priority, 5],
  [FRAME.reset, 4],
  [FRAME.ping, 8],
  [FRAME.windowUpdate, 4],
]);
/** Types of frames of the connection alone, and of streams alone. */
const OF_CONNECTION = new Set<number>([FRAME.settings, FRAME.ping, FRAME.goaway]);
const OF_STREAMS = new Set<number>([
  FRAME.data,
  FRAME.headers,
  FRAME.priority,
  FRAME.reset,
  FRAME.pushPromise,
  FRAME.continuation,
]);

/** Octets that come in any case before what a frame carries. */
function leastLength(type: number, flags: number): number {
  if (type === FRAME.goaway) return 8;
  if (type !== FRAME.data && type !== FRAME.headers) return 0;
  const hasPriority = type === FRAME.headers && (flags & FLAG.priority) !== 0;
  return Number((flags & FLAG.padded) !== 0) + (hasPriority ? 5 : 0);
}

/** The error code of a connection whose peer sends a frame with such a head; undefined: the head may be. */
export function frameFault(type: number, flags: number, id: number, length: number): number | undefined {
  if (length > FRAME_SIZE) return CODE.frameSizeError;
  const fixed = LENGTHS.get(type);
  if (fixed !== undefined && length !== fixed) return CODE.frameSizeError;
  if (length < leastLength(type, flags)) return CODE.frameSizeError;
  if (type === FRAME.settings) {
    const isAck = (flags & FLAG.ack) !== 0;
    if (isAck ? length > 0 : !isSettingsLength(length)) return CODE.frameSizeError;
  }
  if (id === 0 ? OF_STREAMS.has(type) : OF_CONNECTION.has(type)) return CODE.protocolError;
  // Pushes are off on both sides: servers take none, and clients say so first.
  return type === FRAME.pushPromise ? CODE.protocolError : undefined;
}
