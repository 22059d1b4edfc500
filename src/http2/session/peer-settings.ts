import { DEFAULT_TABLE_SIZE } from '../hpack/dynamic-table.ts';
import { CODE, INITIAL_WINDOW, MAX_FRAME_SIZE, MAX_31_BITS, SETTING } from './codes.ts';

/** Maximum entries of one SETTINGS frame. There are seven settings; one entry can cost a walk over all streams. */
const MAX_ENTRIES = 32;
/** Octets of one entry. */
const ENTRY_OCTETS = 6;

/** The peer's SETTINGS; initial values until a frame changes them (RFC 9113 section 6.5, RFC 8441 section 3). */
export class PeerSettings {
  /** Maximum octets of the dynamic table that our field blocks may use. */
  headerTableSize = DEFAULT_TABLE_SIZE;
  /** The smallest of these maxima in the last frame: a table that shrinks and grows again loses entries (RFC 7541 section 4.2). */
  smallestTableSize = DEFAULT_TABLE_SIZE;
  /** Maximum streams that this side may have open. */
  maxStreams = Number.POSITIVE_INFINITY;
  /** The peer's flow-control window of a new stream, in bytes. */
  initialWindow = INITIAL_WINDOW;
  /** The peer accepts extended CONNECT. */
  connectProtocol = false;

  /**
   * Applies the payload of a SETTINGS frame with a valid length (see `isSettingsLength`). `isServer`: the peer is a server. Returns the
   * error code of a connection error, or undefined.
   */
  take(buf: Buffer, start: number, end: number, isServer: boolean): number | undefined {
    if (end - start > MAX_ENTRIES * ENTRY_OCTETS) return CODE.enhanceYourCalm;
    this.smallestTableSize = this.headerTableSize;
    for (let at = start; at < end; at += ENTRY_OCTETS) {
      const fault = this.#set(buf.readUInt16BE(at), buf.readUInt32BE(at + 2), isServer);
      if (fault !== undefined) return fault;
    }
    return undefined;
  }

  #set(setting: number, value: number, isServer: boolean): number | undefined {
    switch (setting) {
      case SETTING.headerTableSize:
        this.headerTableSize = value;
        this.smallestTableSize = Math.min(this.smallestTableSize, value);
        return undefined;
      case SETTING.enablePush:
        // A server must not set it to a value other than 0.
        return value > (isServer ? 0 : 1) ? CODE.protocolError : undefined;
      case SETTING.maxStreams:
        this.maxStreams = value;
        return undefined;
      case SETTING.initialWindow:
        this.initialWindow = value;
        return value > MAX_31_BITS ? CODE.flowControlError : undefined;
      case SETTING.maxFrameSize:
        return value < MAX_FRAME_SIZE || value > 0xff_ffff ? CODE.protocolError : undefined;
      case SETTING.connectProtocol:
        if (value > 1 || (this.connectProtocol && value === 0)) return CODE.protocolError;
        this.connectProtocol = value === 1;
        return undefined;
      default:
        // An endpoint must ignore settings that it does not know (RFC 9113 section 6.5.2).
        return undefined;
    }
  }
}

/** Whether the payload of a SETTINGS frame may have this length in octets. */
export function isSettingsLength(length: number): boolean {
  return length % ENTRY_OCTETS === 0;
}
