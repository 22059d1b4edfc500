import type { FieldLimits } from '../hpack/decoder.ts';
import { SETTING } from './codes.ts';
import { settingsFrame } from './frame-text.ts';
import type { Pace } from './token-bucket.ts';

/** The limits that this side sets for the peer. */
export interface LocalSettings {
  readonly role: 'server' | 'client';
  /** Maximum streams that the peer may have open; 0 for a client, whose peer opens none. */
  readonly streams: number;
  /** Maximum bytes of one stream that the peer may send before its reader accepts them (RFC 9113 section 6.9). */
  readonly streamWindow: number;
  /** Maximum bytes of all streams of a connection that the peer may have in transit. */
  readonly connectionWindow: number;
  /** Limits of one field section. */
  readonly fields: FieldLimits;
  /** This side accepts extended CONNECT (RFC 8441). */
  readonly connectProtocol: boolean;
  /** How often the peer may reset a stream. */
  readonly resets: Pace;
  /** How often the peer may break a rule of one stream. */
  readonly invalid: Pace;
}

/** The SETTINGS frame that announces the limits (RFC 9113 section 6.5.2, RFC 8441 section 3). */
export function localSettingsFrame(local: LocalSettings): string {
  const { role, streams, streamWindow, fields, connectProtocol } = local;
  const pairs: [number, number][] = [
    [SETTING.initialWindow, streamWindow],
    [SETTING.maxFieldsSize, fields.size],
  ];
  if (role === 'client') pairs.push([SETTING.enablePush, 0]);
  else pairs.push([SETTING.maxStreams, streams]);
  if (connectProtocol) pairs.push([SETTING.connectProtocol, 1]);
  return settingsFrame(pairs);
}
