import type { QueueMemory } from './byte-queue.ts';

/**
 * Whether the callee still needs the bytes after a call. `kept`: it still refers to them, so they must not change. `free`: it does not.
 * `sent`: it does not, and no byte waits for the peer.
 */
export type Hold = 'free' | 'sent' | 'kept';

/** Receives the events of a stream. Bytes are `buf[start, end)`, and valid only during the call unless it returns `kept`. */
export interface StreamSink {
  /** The head of a response, final or interim: names and values in turn. `ended`: no body follows. Not called on a server's streams. */
  head(fields: readonly string[], ended: boolean): void;
  /** Bytes of DATA. `later`: not accepted now; the stream keeps these and further bytes until `resume` is called. */
  data(buf: Buffer, start: number, end: number): Hold | 'later';
  /** The stream has kept bytes that arrived (see `held` of Http2Stream). */
  held(): void;
  /** The peer sent END_STREAM, and all data was accepted. `trailers`: names and values in turn; empty: none. */
  finished(trailers: readonly string[]): void;
  /** The peer has reset the stream with this code; undefined: the connection is gone. Only `over` is called after it. */
  broken(code: number | undefined): void;
  /** The peer broke a rule, so this side reset the stream. `why`: the rule, in words. Only `over` is called after it. */
  malformed(detail: string): void;
  /** Some of the queued bytes were written to the connection. */
  drained(): void;
  /** The last call: the stream is closed, and all data that arrived was reported or dropped. */
  over(): void;
}

/** A stream in the connection's queue of streams that have something to send. */
export interface WaitingStream {
  /** The stream is in that queue. */
  isWaiting: boolean;
  /** Sends at most `max` queued bytes. True: the stream can send more now. */
  takeTurn(max: number): boolean;
}

/** The part of the connection that its streams use. */
export interface StreamLine {
  /** Bytes of DATA that the connection can write now. */
  readonly room: number;
  /** Window of a stream in bytes. A stream writes WINDOW_UPDATE when its reader has accepted half of it. */
  readonly streamWindow: number;
  /** For `neverIndexed` see HpackEncoder. */
  writeHead(
    id: number,
    fields: readonly string[],
    isLast: boolean,
    neverIndexed: ReadonlySet<string> | undefined,
  ): void;
  /** Does not refer to the piece after the call. */
  writeData(id: number, piece: DataPiece, isLast: boolean): void;
  writeReset(id: number, code: number): void;
  writeWindowUpdate(id: number, increment: number): void;
  /** Memory for bytes that have to wait. */
  readonly memory: QueueMemory;
  /** The stream has bytes to send and gets a turn. */
  enqueue(stream: WaitingStream): void;
  /** The stream has closed. */
  closed(id: number): void;
}

/** The initial state of a stream. */
export interface NewStream {
  /** This side has opened the stream. */
  readonly isOwn: boolean;
  /** Bytes that this side may send. */
  readonly send: number;
  /** Bytes that the peer may send. */
  readonly receive: number;
}

/** Bytes: `buf[start, end)`. */
export interface DataPiece {
  readonly buf: Buffer;
  readonly start: number;
  readonly end: number;
}

/** The user of a stream without a user: it accepts all bytes and drops them. */
export const NO_HANDLER: StreamSink = {
  head: nothing,
  data: () => 'free',
  held: nothing,
  finished: nothing,
  broken: nothing,
  malformed: nothing,
  drained: nothing,
  over: nothing,
};

function nothing(): void {
  // The stream has no user.
}
