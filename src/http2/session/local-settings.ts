import type { FieldLimits } from '../hpack/decoder.ts';
import { SETTING } from './codes.ts';
import { settingsFrame } from './frame-text.ts';
import type { Pace } from './token-bucket.ts';

/** What this side allows its peer. */
export interface LocalSettings {
  readonly role: 'server' | 'client';
  /** Streams that the peer may have open at a time; clients take none. */
  readonly streams: number;
  /** Bytes of a stream that may come before they are taken. */
  readonly streamWindow: number;
  /** Bytes of all streams of a connection that may be under way. */
  readonly connectionWindow: number;
  readonly fields: FieldLimits;
  /** Extended CONNECT (RFC 8441) is understood. */
  readonly connectProtocol: boolean;
  /** Streams that the peer may reset. */
  readonly resets: Pace;
  /** Messages and frames that break a rule of one stream. */
  readonly invalid: Pace;
}

/** The SETTINGS frame that says so. */
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
