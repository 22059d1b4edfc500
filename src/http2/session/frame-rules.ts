import { CODE, FLAG, FRAME, MAX_FRAME_SIZE } from './codes.ts';
import { isSettingsLength } from './peer-settings.ts';

/** Octets of the payloads with a fixed length, by type (RFC 9113 section 6). */
const LENGTHS: ReadonlyMap<number, number> = new Map([
  [FRAME.priority, 5],
  [FRAME.reset, 4],
  [FRAME.ping, 8],
  [FRAME.windowUpdate, 4],
]);
/** Types of frames that are allowed only on stream 0, and types that are allowed only on other streams. */
const CONNECTION_FRAMES = new Set<number>([FRAME.settings, FRAME.ping, FRAME.goaway]);
const STREAM_FRAMES = new Set<number>([
  FRAME.data,
  FRAME.headers,
  FRAME.priority,
  FRAME.reset,
  FRAME.pushPromise,
  FRAME.continuation,
]);

/** The minimum length of a payload: octets that every frame of this type and these flags has. */
function minLength(type: number, flags: number): number {
  if (type === FRAME.goaway) return 8;
  if (type !== FRAME.data && type !== FRAME.headers) return 0;
  const hasPriority = type === FRAME.headers && (flags & FLAG.priority) !== 0;
  return Number((flags & FLAG.padded) !== 0) + (hasPriority ? 5 : 0);
}

/**
 * Checks a frame's header. Returns the error code with which the connection ends (RFC 9113 sections 4.2 and 6); undefined: the header
 * is valid. `length`: octets of the payload.
 */
export function frameFault(type: number, flags: number, id: number, length: number): number | undefined {
  if (length > MAX_FRAME_SIZE) return CODE.frameSizeError;
  const fixed = LENGTHS.get(type);
  if (fixed !== undefined && length !== fixed) return CODE.frameSizeError;
  if (length < minLength(type, flags)) return CODE.frameSizeError;
  if (type === FRAME.settings) {
    const isAck = (flags & FLAG.ack) !== 0;
    if (isAck ? length > 0 : !isSettingsLength(length)) return CODE.frameSizeError;
  }
  if (id === 0 ? STREAM_FRAMES.has(type) : CONNECTION_FRAMES.has(type)) return CODE.protocolError;
  // A server never accepts PUSH_PROMISE (RFC 9113 section 8.4), and our clients disable it in their first SETTINGS.
  return type === FRAME.pushPromise ? CODE.protocolError : undefined;
}
