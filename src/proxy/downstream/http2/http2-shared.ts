import { randomBytes } from 'node:crypto';
import type { Gauge } from '../../../boundary/figures.ts';
import type { WorkerSettings } from '../../../boundary/settings.ts';
import type { Peer } from '../../../http1/forwarded-lines.ts';
import type { RequestHead } from '../../../http1/request-head.ts';
import { Http2RequestReader } from '../../../http2/request-reader.ts';
import type { LocalSettings } from '../../../http2/session/local-settings.ts';
import type { RequestReadings } from '../request-readings.ts';
import { sessionOptions } from './session-options.ts';

/** What the HTTP/2 connections of one worker share. */
export class Http2Shared {
  readonly local: LocalSettings;
  readonly #readings: RequestReadings;
  /** By scheme and trust. A head is read in one call, so all connections can share a reader. */
  readonly #readers = new Map<string, Http2RequestReader>();

  constructor(settings: WorkerSettings, readings: RequestReadings) {
    this.local = sessionOptions(settings);
    this.#readings = readings;
  }

  /** The reader for the requests of this client. */
  reader({ proto, trusted }: Peer): Http2RequestReader {
    const key = `${proto} ${trusted}`;
    const known = this.#readers.get(key);
    if (known !== undefined) return known;
    const reader = new Http2RequestReader(
      (trusted ? this.#readings.trusted : this.#readings.others).reading,
      proto,
    );
    this.#readers.set(key, reader);
    return reader;
  }
}

/** A new Sec-WebSocket-Key (RFC 6455 section 4.1). */
export function websocketKey(): string {
  return randomBytes(16).toString('base64');
}

/** Counts a stream that begins (`change` 1) or ends (-1). A WebSocket counts from its request on, so that many at once cannot exceed a limit. */
export function countStream(
  gauges: Record<Gauge, number>,
  { exchange: { head } }: { readonly exchange: { readonly head: RequestHead } },
  change: 1 | -1,
): void {
  gauges.http2_streams += change;
  if (head.websocketAccept !== '') gauges.http2_websockets += change;
}
