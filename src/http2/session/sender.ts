import { HpackEncoder } from '../hpack/encoder.ts';
import { INITIAL_WINDOW, FLAG, FRAME, MAX_FRAME_SIZE, MAX_31_BITS } from './codes.ts';
import { frameData, keepFrames } from './data-frames.ts';
import { frameHead, headersFrames, resetFrame, windowUpdateFrame } from './frame-text.ts';
import type { QueueMemory } from './byte-queue.ts';
import type { DataPiece, Hold, StreamLine, WaitingStream } from './stream-ends.ts';

/** Maximum bytes that the output joins with the text before them (see `SessionOutput.write`). */
const MAX_JOINED_BYTES = 15_900;
/** Maximum bytes that a stream sends in its turn: as many as podway reads from a pod at once, so one turn frees their memory. */
const MAX_BYTES_PER_TURN = 4 * MAX_FRAME_SIZE;

/**
 * Maximum bytes of frames that may wait in an output; DATA waits in its stream. Above this limit, the connection's owner stops reading
 * from the peer.
 */
export const MAX_QUEUED = 262_144;

/** The output of a connection's frames. It sends them in the order of the calls. */
export interface SessionOutput {
  /** Memory for DATA that has to wait. */
  readonly memory: QueueMemory;
  /** The output is full, so DATA has to wait. Other frames are written anyway. */
  readonly full: boolean;
  /** Writes text in latin1. */
  writeText(text: string): void;
  /**
   * Writes text in latin1, then the bytes of `piece`. `kept`: the output still refers to the bytes. It never does if text and bytes
   * have at most 16,000 bytes together.
   */
  write(text: string, piece: DataPiece): Hold;
}

/** The part of the list of streams that the sender changes. */
interface ClosedStreams {
  delete(id: number): void;
  noteReset(id: number): void;
}

/** The part of the flood guard to which the sender reports. */
interface UsefulFrames {
  /** A frame with content was sent. */
  useful(): void;
}

interface WindowedStream extends WaitingStream {
  readonly queued: number;
  readonly sendWindow: number;
}

/**
 * The sending half of a connection. It writes the frames of all streams, and gives turns to the streams that wait for the
 * connection's window or for room in the output.
 */
export class Sender implements StreamLine {
  readonly streamWindow: number;
  readonly memory: QueueMemory;
  readonly encoder: HpackEncoder = new HpackEncoder();
  readonly #output: SessionOutput;
  readonly #table: ClosedStreams;
  readonly #guard: UsefulFrames;
  readonly #turns: WaitingStream[] = [];
  /** Bytes of DATA that the peer accepts on the whole connection (RFC 9113 section 6.9). */
  #window = INITIAL_WINDOW;
  #isPumping = false;
  #isStopped = false;

  constructor(
    output: SessionOutput,
    streamWindow: number,
    { table, guard }: { readonly table: ClosedStreams; readonly guard: UsefulFrames },
  ) {
    this.#output = output;
    this.#guard = guard;
    this.memory = output.memory;
    this.streamWindow = streamWindow;
    this.#table = table;
  }

  /** The peer accepts more DATA on the connection. */
  get hasWindow(): boolean {
    return this.#window > 0;
  }

  get room(): number {
    return this.#output.full ? 0 : Math.max(this.#window, 0);
  }

  writeText(text: string): void {
    if (!this.#isStopped) this.#output.writeText(text);
  }

  writeHead(
    id: number,
    fields: readonly string[],
    isLast: boolean,
    neverIndexed: ReadonlySet<string> | undefined,
  ): void {
    this.writeText(headersFrames(id, this.encoder.encode(fields, neverIndexed), isLast));
  }

  writeData(id: number, { buf, start, end }: DataPiece, isLast: boolean): void {
    this.#window -= end - start;
    // The peer may answer each DATA frame with a PING.
    this.#guard.useful();
    if (end - start <= MAX_JOINED_BYTES) {
      const head = frameHead(end - start, FRAME.data, isLast ? FLAG.endStream : 0, id);
      this.#output.write(head, { buf, start, end });
      return;
    }
    for (let at = start; at < end; ) {
      const frames = frameData(id, { buf, start: at, end }, isLast);
      if (this.#output.write('', frames) === 'kept') keepFrames();
      at += frames.taken;
    }
  }

  writeReset(id: number, code: number): void {
    this.#table.noteReset(id);
    this.writeText(resetFrame(id, code));
  }

  writeWindowUpdate(id: number, increment: number): void {
    this.writeText(windowUpdateFrame(id, increment));
  }

  enqueue(stream: WaitingStream): void {
    if (stream.isWaiting) return;
    stream.isWaiting = true;
    this.#turns.push(stream);
  }

  /** The window of a stream has grown: the stream sends what it has queued. */
  windowGrew(stream: WindowedStream): void {
    if (stream.queued === 0 || stream.sendWindow <= 0) return;
    this.enqueue(stream);
    this.pump();
  }

  closed(id: number): void {
    this.#table.delete(id);
  }

  /** The peer's WINDOW_UPDATE of the connection, in bytes. False: the window is above its maximum. */
  grow(increment: number): boolean {
    this.#window += increment;
    return this.#window <= MAX_31_BITS;
  }

  /** The waiting streams take turns and send up to `MAX_BYTES_PER_TURN` bytes in each, while there is room. */
  pump(): void {
    if (this.#isPumping) return;
    this.#isPumping = true;
    while (this.#turns.length > 0 && this.room > 0 && !this.#isStopped) {
      const stream = this.#turns.shift() as WaitingStream;
      stream.isWaiting = false;
      if (stream.takeTurn(Math.min(MAX_BYTES_PER_TURN, this.room))) this.enqueue(stream);
    }
    this.#isPumping = false;
  }

  /** Stops all writes. */
  stop(): void {
    this.#isStopped = true;
    this.#turns.length = 0;
  }
}
