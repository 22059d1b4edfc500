import { INITIAL_WINDOW, MAX_31_BITS } from './codes.ts';
import type { LocalSettings } from './local-settings.ts';
import { NumberedStreams } from './numbered-streams.ts';
import { Http2Stream } from './stream.ts';
import type { StreamLine } from './stream-ends.ts';

/**
 * Minimum number of reset streams that this side remembers: frames of them may still be in transit. A peer at its limit opens no
 * stream before it knows that another one is closed, so it would be enough to remember as many streams as may be open. But before a
 * peer knows the limit, it may open more.
 */
const MIN_REMEMBERED = 1_024;

/** The open streams of a connection, the numbers used so far (RFC 9113 section 5.1.1), and the initial windows of new streams. */
export class StreamTable {
  /** The highest stream number that the peer has used; 0: none. */
  last = 0;
  readonly #isClient: boolean;
  readonly #ownWindow: number;
  readonly #streams = new NumberedStreams<Http2Stream>();
  /** The number of the next stream that this side opens. */
  #next = 1;
  /** Bytes that the peer may send on a new stream. Our SETTINGS apply once the peer has acknowledged them. */
  #receiveWindow = INITIAL_WINDOW;
  /** Bytes that this side may send on a new stream. */
  #sendWindow = INITIAL_WINDOW;
  /** The numbers of the streams that this side reset: a ring, in which a new number overwrites the oldest. */
  readonly #reset: number[] = [];
  #resets = 0;
  readonly #maxReset: number;

  constructor({ role, streams, streamWindow }: LocalSettings) {
    this.#maxReset = Math.max(streams, MIN_REMEMBERED);
    this.#isClient = role === 'client';
    this.#ownWindow = streamWindow;
  }

  /** Number of open streams. */
  get size(): number {
    return this.#streams.size;
  }

  /** This side can open another stream: numbers are left. */
  get hasNumbers(): boolean {
    return this.#next < MAX_31_BITS;
  }

  /** The peer may still send on an open stream. */
  get isReceiving(): boolean {
    return this.#streams.some((stream) => !stream.isReceived);
  }

  find(id: number): Http2Stream | undefined {
    return this.#streams.get(id);
  }

  /** The stream was never opened (state `idle` of RFC 9113 section 5.1). */
  isIdle(id: number): boolean {
    const isOdd = id % 2 === 1;
    // Even numbers are never opened: our servers push nothing, and a peer must not.
    if (!isOdd) return true;
    return this.#isClient ? id >= this.#next : id > this.last;
  }

  /** Adds a stream that the peer opened. */
  take(line: StreamLine, id: number): Http2Stream {
    return this.#add(line, id, false);
  }

  /** Adds a stream that this side opens. */
  open(line: StreamLine): Http2Stream {
    const id = this.#next;
    this.#next += 2;
    return this.#add(line, id, true);
  }

  /** Whether the peer may have sent a frame of this closed stream before it knew that the stream is closed. */
  mayBeLate(id: number): boolean {
    // A client may open and reset any number of streams before its server knows of the resets.
    return this.#isClient || this.#reset.includes(id);
  }

  /** This side has reset a stream. */
  noteReset(id: number): void {
    if (this.#isClient) return;
    this.#reset[this.#resets % this.#maxReset] = id;
    this.#resets += 1;
  }

  delete(id: number): void {
    this.#streams.delete(id);
  }

  /** Calls `seen` for each open stream; `seen` may close any. */
  each(seen: (stream: Http2Stream) => void): void {
    this.#streams.forEach(seen);
  }

  /** The peer has acknowledged our SETTINGS. */
  acknowledged(): void {
    const more = this.#ownWindow - this.#receiveWindow;
    this.#receiveWindow = this.#ownWindow;
    if (more !== 0)
      this.each((stream) => {
        stream.receiveWindow += more;
      });
  }

  /** The peer's SETTINGS_INITIAL_WINDOW_SIZE, in bytes (RFC 9113 section 6.9.2). False: an open stream's window exceeds the maximum. */
  setSendWindow(window: number): boolean {
    const more = window - this.#sendWindow;
    this.#sendWindow = window;
    let isRight = true;
    if (more !== 0)
      this.each((stream) => {
        stream.sendWindow += more;
        if (stream.sendWindow > MAX_31_BITS) isRight = false;
      });
    return isRight;
  }

  #add(line: StreamLine, id: number, isOwn: boolean): Http2Stream {
    const windows = { isOwn, send: this.#sendWindow, receive: this.#receiveWindow };
    const stream = new Http2Stream(line, id, windows);
    this.#streams.set(id, stream);
    return stream;
  }
}
