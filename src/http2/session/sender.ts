import { HpackEncoder } from '../hpack/encoder.ts';
import { FIRST_WINDOW, FLAG, FRAME, FRAME_SIZE, MAX_31_BITS } from './codes.ts';
import { frameHead, headersFrames, resetFrame, windowUpdateFrame } from './frame-text.ts';
import type { DataPiece, Hold, StreamLine, WaitingStream } from './stream-ends.ts';

/** Where a connection writes. Everything leaves in order. */
export interface SessionOutput {
  /** It holds so much that DATA has to wait; other frames do not. */
  readonly full: boolean;
  /** Latin1. */
  writeText(text: string): void;
  /** Latin1 text, and bytes after it. `kept`: it still refers to the bytes. */
  write(text: string, piece: DataPiece): Hold;
}

/** Where streams are listed. */
interface ClosedStreams {
  delete(id: number): void;
  noteReset(id: number): void;
}

interface WindowedStream extends WaitingStream {
  readonly queued: number;
  readonly sendWindow: number;
}

/** The sending half of a connection: frames of all streams, and turns among those that wait for the connection's window or room. */
export class Sender implements StreamLine {
  readonly streamWindow: number;
  readonly encoder: HpackEncoder = new HpackEncoder();
  readonly #output: SessionOutput;
  readonly #table: ClosedStreams;
  readonly #turns: WaitingStream[] = [];
  /** Of the connection (RFC 9113 section 6.9). */
  #window = FIRST_WINDOW;
  #isPumping = false;
  #isStopped = false;

  constructor(output: SessionOutput, streamWindow: number, table: ClosedStreams) {
    this.#output = output;
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

  writeData(id: number, { buf, start, end }: DataPiece, isLast: boolean): Hold {
    this.#window -= end - start;
    let hold: Hold = 'free';
    let at = start;
    do {
      const next = Math.min(at + FRAME_SIZE, end);
      const flags = isLast && next === end ? FLAG.endStream : 0;
      const head = frameHead(next - at, FRAME.data, flags, id);
      if (this.#output.write(head, { buf, start: at, end: next }) === 'kept') hold = 'kept';
      at = next;
    } while (at < end);
    return hold;
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
      if (stream.takeTurn(Math.min(FRAME_SIZE, this.room))) this.await(stream);
    }
    this.#isPumping = false;
  }

  /** Nothing more is written. */
  stop(): void {
    this.#isStopped = true;
    this.#turns.length = 0;
  }
}
