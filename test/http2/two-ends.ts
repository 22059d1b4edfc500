import type { LocalSettings } from '../../src/http2/session/local-settings.ts';
import type { SessionOutput } from '../../src/http2/session/sender.ts';
import { Http2Session } from '../../src/http2/session/session.ts';
import type { SessionSink } from '../../src/http2/session/session-ends.ts';
import type { Http2Stream } from '../../src/http2/session/stream.ts';
import type { DataPiece, Hold, StreamSink } from '../../src/http2/session/stream-ends.ts';

const LOCAL: LocalSettings = {
  role: 'server',
  streams: 100,
  streamWindow: 65_535,
  connectionWindow: 1_048_576,
  fields: { size: 16_384, fields: 100 },
  connectProtocol: false,
  resets: { burst: 1_000, perSecond: 1 },
  invalid: { burst: 10, perSecond: 0 },
};

/** The output of an end: the bytes that the other end has not read yet. */
class Wire implements SessionOutput {
  written = Buffer.alloc(0);
  readonly memory = {
    allocate: (size: number) => Buffer.alloc(size),
    giveBack: (piece: Buffer) => piece.fill('?'),
  };
  readonly #room: number;

  /** @param room maximum number of bytes in transit; with more, DATA has to wait */
  constructor(room: number) {
    this.#room = room;
  }

  get full(): boolean {
    return this.written.length >= this.#room;
  }

  writeText(text: string): void {
    this.written = Buffer.concat([this.written, Buffer.from(text, 'latin1')]);
  }

  write(text: string, { buf, start, end }: DataPiece): Hold {
    this.writeText(text + buf.toString('latin1', start, end));
    return 'free';
  }

  take(size: number): Buffer {
    const taken = Buffer.from(this.written.subarray(0, size));
    this.written = this.written.subarray(size);
    return taken;
  }
}

/** Records what arrives on a stream. It accepts bytes while `open` is true. */
export class Received implements StreamSink {
  stream: Http2Stream | undefined = undefined;
  open = true;
  /** What `data` returns for bytes that it accepts. */
  hold: Hold = 'free';
  /** Number of calls of `held` so far. */
  heldCalls = 0;
  readonly heads: (readonly string[])[] = [];
  content = '';
  trailers: readonly string[] | undefined = undefined;
  /** The calls that ended the stream, in order. */
  readonly ends: string[] = [];

  head(fields: readonly string[]): void {
    this.heads.push(fields);
  }

  data(buf: Buffer, start: number, end: number): Hold | 'later' {
    if (!this.open) return 'later';
    this.content += buf.toString('latin1', start, end);
    return this.hold;
  }

  held(): void {
    this.heldCalls += 1;
  }

  finished(trailers: readonly string[]): void {
    this.trailers = trailers;
    this.ends.push('finished');
  }

  broken(code: number | undefined): void {
    this.ends.push(`broken ${code}`);
  }

  malformed(why: string): void {
    this.ends.push(`malformed: ${why}`);
  }

  drained(): void {
    // No test waits for this event.
  }

  over(): void {
    this.ends.push('over');
  }
}

/** One end of a connection: a session, and what it received on each stream. */
export class End implements SessionSink {
  readonly wire: Wire;
  readonly session: Http2Session;
  readonly streams = new Map<number, Received>();
  readonly faults: string[] = [];
  readonly clock = { now: 0 };
  /** Called for each request that a server receives. */
  answer: (stream: Http2Stream) => void = () => undefined;

  constructor(local: Partial<LocalSettings>, room: number) {
    this.wire = new Wire(room);
    this.session = new Http2Session(
      { ...LOCAL, ...local },
      { output: this.wire, handler: this, clock: this.clock },
    );
  }

  /** Passes these bytes to the session in one call. */
  receives(...bytes: readonly Buffer[]): Hold {
    const read = Buffer.concat(bytes);
    return this.session.received(read, 0, read.length);
  }

  open(fields: readonly string[], ended: boolean): Received {
    const stream = this.session.request(fields, ended);
    return this.#follow(stream);
  }

  requestReceived(stream: Http2Stream, fields: readonly string[]): void {
    const received = this.#follow(stream);
    received.head(fields);
    this.answer(stream);
  }

  settingsReceived(): void {
    // The session resumes its streams itself.
  }

  streamRejected(): void {
    this.faults.push('rejected');
  }

  goawayReceived(): void {
    this.faults.push('went away');
  }

  failed(code: number, why: string): void {
    this.faults.push(`${code}: ${why}`);
  }

  #follow(stream: Http2Stream): Received {
    const received = new Received();
    received.stream = stream;
    stream.handler = received;
    this.streams.set(stream.id, received);
    return received;
  }
}

/** Carries bytes between the ends until neither end writes any more. `sizes`: sizes of the pieces, in turn. */
export function carry(ends: readonly [End, End], sizes: readonly number[]): void {
  let turn = 0;
  for (let moved = true; moved; ) {
    moved = false;
    for (const [at, from] of ends.entries()) {
      const to = ends[1 - at] as End;
      if (from.wire.written.length === 0) continue;
      moved = true;
      const bytes = from.wire.take(sizes[turn++ % sizes.length] as number);
      if (!to.session.isOver) to.session.received(bytes, 0, bytes.length);
      from.session.drained();
    }
  }
}
