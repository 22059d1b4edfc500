import type { QueueMemory } from './byte-queue.ts';

/** `kept`: something still refers to the bytes, which must not change. */
export type Hold = 'free' | 'kept';

/** What the peer does with a stream. Bytes are `buf[start, end)`, and the callee's only during the call unless it says `kept`. */
export interface StreamUser {
  /** A response's head, interim ones too: names and values in turn. `ended`: nothing follows. Servers' streams have none. */
  head(fields: readonly string[], ended: boolean): void;
  /** `later`: not taken; the stream keeps them, and what follows, until `resume`. */
  data(buf: Buffer, start: number, end: number): Hold | 'later';
  /** Bytes came that the stream keeps. */
  held(): void;
  /** END_STREAM, after all data. `trailers`: names and values in turn. */
  finished(trailers: readonly string[]): void;
  /** The peer has reset the stream with this code; undefined: the connection is gone. Nothing else comes but `over`. */
  broken(code: number | undefined): void;
  /** The peer broke a rule, so the stream was reset. Nothing else comes but `over`. */
  malformed(why: string): void;
  /** Some of what was queued has left. */
  drained(): void;
  /** Once, at last: the stream is closed, and all that came was passed on. */
  over(): void;
}

/** A stream in the connection's list of those that have something to send. */
export interface WaitingStream {
  isWaiting: boolean;
  /** Sends at most `most` queued bytes. True: it can send more. */
  takeTurn(most: number): boolean;
}

/** The connection, as far as its streams need it. */
export interface StreamLine {
  /** Bytes of DATA that the connection takes now. */
  readonly room: number;
  /** Half of it is how much a stream's peer gets back at a time. */
  readonly streamWindow: number;
  writeHead(id: number, fields: readonly string[], isLast: boolean): void;
  /** Refers to the piece no longer than it takes. */
  writeData(id: number, piece: DataPiece, isLast: boolean): void;
  writeReset(id: number, code: number): void;
  writeWindowUpdate(id: number, increment: number): void;
  /** For what has to wait. */
  readonly memory: QueueMemory;
  /** The stream has something to send, and waits for its turn. */
  await(stream: WaitingStream): void;
  /** No frame belongs to it any more. */
  left(id: number): void;
}

/** What a stream begins with. */
export interface NewStream {
  readonly isOwn: boolean;
  /** Windows. */
  readonly send: number;
  readonly receive: number;
}

export interface DataPiece {
  readonly buf: Buffer;
  readonly start: number;
  readonly end: number;
}

/** A stream that nothing uses: what comes is dropped. */
export const NO_USER: StreamUser = {
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
  // It is of no interest.
}
