import type { SessionOutput } from './sender.ts';
import type { Http2Stream } from './stream.ts';

/** What a session reports to the object that uses it. */
export interface SessionSink {
  /** The peer sent SETTINGS, the first or later ones. */
  settingsReceived(): void;
  /**
   * Servers only: the peer sent a well-formed request head. `fields`: names and values in turn. `ended`: no body follows. The session
   * reports the rest of the stream to `stream.user`.
   */
  requestReceived(stream: Http2Stream, fields: readonly string[], ended: boolean): void;
  /** This side reset a stream because the peer broke a rule or exceeded a limit. */
  streamRejected(): void;
  /** The peer sent GOAWAY. After this call, a client's streams that its server does not process break with REFUSED_STREAM. */
  goawayReceived(): void;
  /** The peer broke a rule of the connection. GOAWAY is written and all streams are gone; the callee closes the connection. */
  failed(code: number, detail: string): void;
}

/** The objects to which a session is connected. */
export interface SessionEnds {
  readonly output: SessionOutput;
  readonly handler: SessionSink;
  /** Milliseconds since any fixed moment. */
  readonly clock: { readonly now: number };
}
