import { CODE, FIRST_WINDOW, FRAME_SIZE, MAX_31_BITS, SETTING } from './codes.ts';

/** Entries of one SETTINGS frame; there are seven settings, and each entry costs a walk over all streams at most. */
const MAX_ENTRIES = 32;
/** Octets of an entry. */
const ENTRY = 6;

/** What the peer says of itself by SETTINGS (RFC 9113 section 6.5). */
export class PeerSettings {
  /** Octets of the table that our field blocks may use. */
  headerTableSize = 4_096;
  /** Streams that this side may have open at a time. */
  maxStreams = Number.POSITIVE_INFINITY;
  initialWindow = FIRST_WINDOW;
  connectProtocol = false;

  /** Takes a frame's payload, whose length fits (see `isSettingsLength`). An error code, or undefined. */
  take(buf: Buffer, start: number, end: number, isServer: boolean): number | undefined {
    if (end - start > MAX_ENTRIES * ENTRY) return CODE.enhanceYourCalm;
    for (let at = start; at < end; at += ENTRY) {
      const fault = this.#set(buf.readUInt16BE(at), buf.readUInt32BE(at + 2), isServer);
      if (fault !== undefined) return fault;
    }
    return undefined;
  }

  #set(setting: number, value: number, isServer: boolean): number | undefined {
    switch (setting) {
      case SETTING.headerTableSize:
        this.headerTableSize = value;
        return undefined;
      case SETTING.enablePush:
        // A server must not set it to anything but 0.
        return value > (isServer ? 0 : 1) ? CODE.protocolError : undefined;
      case SETTING.maxStreams:
        this.maxStreams = value;
        return undefined;
      case SETTING.initialWindow:
        this.initialWindow = value;
        return value > MAX_31_BITS ? CODE.flowControlError : undefined;
      case SETTING.maxFrameSize:
        return value < FRAME_SIZE || value > 0xff_ffff ? CODE.protocolError : undefined;
      case SETTING.connectProtocol:
        if (value > 1 || (this.connectProtocol && value === 0)) return CODE.protocolError;
        this.connectProtocol = value === 1;
        return undefined;
      default:
        // What this endpoint does not know it must ignore.
        return undefined;
    }
  }
}

/** Whether a SETTINGS frame may have this length. */
export function isSettingsLength(length: number): boolean {
  return length % ENTRY === 0;
}
