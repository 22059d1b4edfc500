import type { SessionOutput } from './sender.ts';
import type { Http2Stream } from './stream.ts';

/** What a connection reports. */
export interface SessionUser {
  /** The peer's SETTINGS came; not only the first ones. */
  settled(): void;
  /** A server's: a request whose head keeps the rules. `ended`: it has no body. What follows goes to `stream.user`. */
  took(stream: Http2Stream, fields: readonly string[], ended: boolean): void;
  /** A stream was reset for a rule that its peer broke, or for a limit. */
  rejected(): void;
  /** The peer's GOAWAY: of a client's streams, those that its server did not begin with were broken with REFUSED_STREAM. */
  wentAway(): void;
  /** The peer broke a rule of the connection: GOAWAY is written, all streams are gone, and the connection shall be closed. */
  failed(code: number, why: string): void;
}

/** What is on the other sides of a connection. */
export interface SessionEnds {
  readonly output: SessionOutput;
  readonly user: SessionUser;
  /** Milliseconds, of any beginning. */
  readonly clock: { readonly now: number };
}
