import { HpackEncoder } from '../hpack/encoder.ts';
import { FIRST_WINDOW, FLAG, FRAME, FRAME_SIZE, MAX_31_BITS } from './codes.ts';
import { frameData, keepFrames } from './data-frames.ts';
import { frameHead, headersFrames, resetFrame, windowUpdateFrame } from './frame-text.ts';
import type { QueueMemory } from './byte-queue.ts';
import type { DataPiece, Hold, StreamLine, WaitingStream } from './stream-ends.ts';

/** Up to here the output joins text and bytes. */
const JOINED = 15_900;
/** Bytes that a stream sends in its turn when no other one waits. */
const ALONE = 4 * FRAME_SIZE;

/** Where a connection writes. Everything leaves in order. */
export interface SessionOutput {
  /** For DATA that waits. */
  readonly memory: QueueMemory;
  /** It holds so much that DATA has to wait; other frames do not. */
  readonly full: boolean;
  /** Latin1. */
  writeText(text: string): void;
  /**
   * Latin1 text, and bytes after it. `kept`: it still refers to the bytes, which it does not if both together are at most 16,000
   * bytes.
   */
  write(text: string, piece: DataPiece): Hold;
}

/** Where streams are listed. */
interface ClosedStreams {
  delete(id: number): void;
  noteReset(id: number): void;
}

/** Who counts what the peer may do. */
interface UsefulFrames {
  useful(): void;
}

interface WindowedStream extends WaitingStream {
  readonly queued: number;
  readonly sendWindow: number;
}

/** The sending half of a connection: frames of all streams, and turns among those that wait for the connection's window or room. */
export class Sender implements StreamLine {
  readonly streamWindow: number;
  readonly memory: QueueMemory;
  readonly encoder: HpackEncoder = new HpackEncoder();
  readonly #output: SessionOutput;
  readonly #table: ClosedStreams;
  readonly #guard: UsefulFrames;
  readonly #turns: WaitingStream[] = [];
  /** Of the connection (RFC 9113 section 6.9). */
  #window = FIRST_WINDOW;
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

  get room(): number {
    return this.#output.full ? 0 : Math.max(this.#window, 0);
  }

  writeText(text: string): void {
    if (!this.#isStopped) this.#output.writeText(text);
  }

  writeHead(id: number, fields: readonly string[], isLast: boolean): void {
    this.writeText(headersFrames(id, this.encoder.encode(fields), isLast));
  }

  writeData(id: number, { buf, start, end }: DataPiece, isLast: boolean): void {
    this.#window -= end - start;
    // The peer may answer it with a PING.
    this.#guard.useful();
    if (end - start <= JOINED) {
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

  await(stream: WaitingStream): void {
    if (stream.isWaiting) return;
    stream.isWaiting = true;
    this.#turns.push(stream);
  }

  /** The window of a stream has become wider. */
  mayGoOn(stream: WindowedStream): void {
    if (stream.queued === 0 || stream.sendWindow <= 0) return;
    this.await(stream);
    this.pump();
  }

  left(id: number): void {
    this.#table.delete(id);
  }

  /** The peer takes so many bytes more. False: more than a window may be. */
  widen(increment: number): boolean {
    this.#window += increment;
    return this.#window <= MAX_31_BITS;
  }

  /** Streams that wait send a frame each in turn, as long as there is room. */
  pump(): void {
    if (this.#isPumping) return;
    this.#isPumping = true;
    while (this.#turns.length > 0 && this.room > 0 && !this.#isStopped) {
      const stream = this.#turns.shift() as WaitingStream;
      stream.isWaiting = false;
      const most = this.#turns.length === 0 ? ALONE : FRAME_SIZE;
      if (stream.takeTurn(Math.min(most, this.room))) this.await(stream);
    }
    this.#isPumping = false;
  }

  /** Nothing more is written. */
  stop(): void {
    this.#isStopped = true;
    this.#turns.length = 0;
  }
}
