import type { Duplex } from 'node:stream';
import { MAX_QUEUED } from '../../../http2/session/sender.ts';
import type { Deferred, LoopTurn } from '../../bytes/loop-turn.ts';
import { LARGE, SMALL_READ } from '../../bytes/read-buffers.ts';

/** After a read with more frames, podway reads no more from the client in this turn of the event loop. */
const MAX_FRAMES = 128;

/** The queue of what is written to the client. */
interface Queue {
  /** Bytes. */
  readonly queued: number;
}

/**
 * Pauses the reads from one HTTP/2 client: while too many bytes wait for it, and for the rest of a turn of the event loop after a read
 * with many small frames. libuv reads a socket up to 32 times in a turn. One client that sends frames of one byte would delay the
 * others by half a second.
 */
export class ReadPauses implements Deferred {
  /** Maximum size of the next read, in bytes. */
  readSize = LARGE;
  readonly #stream: Duplex;
  readonly #queue: Queue;
  readonly #turn: Pick<LoopTurn, 'atEnd'>;
  readonly #resumed: () => void;
  /** `flush` will be called at the end of the turn. */
  #isResting = false;

  /** `resumed` is called when podway reads again after a pause. */
  constructor(stream: Duplex, queue: Queue, turn: Pick<LoopTurn, 'atEnd'>, resumed: () => void) {
    this.#stream = stream;
    this.#queue = queue;
    this.#turn = turn;
    this.#resumed = resumed;
  }

  /** Too many bytes wait for the client. */
  get isClogged(): boolean {
    return this.#queue.queued > MAX_QUEUED;
  }

  /** A read is processed, which brought this number of frames. */
  after(frames: number): void {
    const isMany = frames > MAX_FRAMES;
    this.readSize = isMany ? SMALL_READ : LARGE;
    if (isMany && !this.#isResting) {
      this.#isResting = true;
      this.#turn.atEnd(this);
    }
    if (isMany || this.isClogged) this.#stream.pause();
  }

  /** The turn of the event loop ends. */
  flush(): void {
    this.#isResting = false;
    this.drained();
  }

  /** Bytes have left. */
  drained(): void {
    if (this.#isResting || this.isClogged || !this.#stream.isPaused()) return;
    this.#stream.resume();
    this.#resumed();
  }
}
