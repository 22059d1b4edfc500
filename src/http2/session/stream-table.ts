import { FIRST_WINDOW, MAX_31_BITS } from './codes.ts';
import type { LocalSettings } from './local-settings.ts';
import { NumberedStreams } from './numbered-streams.ts';
import { Http2Stream } from './stream.ts';
import type { StreamLine } from './stream-ends.ts';

/**
 * Streams that were reset here, of which frames may still be under way. A peer opens no further stream before it knows that one
 * is closed, so as many as may be open are enough, but for those that were opened before the limit was known.
 */
const MIN_REMEMBERED = 1_024;

/** The open streams of a connection, the numbers that were used, and the windows that new ones begin with (RFC 9113 section 5.1.1). */
export class StreamTable {
  /** The highest number that the peer used; 0: none. */
  last = 0;
  readonly #isClient: boolean;
  readonly #ownWindow: number;
  readonly #streams = new NumberedStreams<Http2Stream>();
  /** The next stream of this side. */
  #next = 1;
  /** Our SETTINGS count once the peer has acknowledged them. */
  #receiveWindow = FIRST_WINDOW;
  #sendWindow = FIRST_WINDOW;
  /** The numbers of those that were reset here, the oldest overwritten first. */
  readonly #reset: number[] = [];
  #resets = 0;
  readonly #maxReset: number;

  constructor({ role, streams, streamWindow }: LocalSettings) {
    this.#maxReset = Math.max(streams, MIN_REMEMBERED);
    this.#isClient = role === 'client';
    this.#ownWindow = streamWindow;
  }

  get size(): number {
    return this.#streams.size;
  }

  /** Numbers for further streams are left. */
  get hasNumbers(): boolean {
    return this.#next < MAX_31_BITS;
  }

  find(id: number): Http2Stream | undefined {
    return this.#streams.get(id);
  }

  /** The stream cannot have been closed, since it was never opened. */
  isIdle(id: number): boolean {
    const isOdd = id % 2 === 1;
    // No side of ours opens even ones, nor may the peer.
    if (!isOdd) return true;
    return this.#isClient ? id >= this.#next : id > this.last;
  }

  /** A stream of the peer. */
  take(line: StreamLine, id: number): Http2Stream {
    return this.#add(line, id, false);
  }

  /** A stream of this side. */
  open(line: StreamLine): Http2Stream {
    const id = this.#next;
    this.#next += 2;
    return this.#add(line, id, true);
  }

  /** Frames of a stream that is not open came late, and not against the rules. */
  mayBeLate(id: number): boolean {
    // A client may open and reset any number of streams before its server knows.
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

  /** `seen` may close any. */
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

  /** The peer's SETTINGS say how much its streams take at first. False: one of those that are open takes too much now. */
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
