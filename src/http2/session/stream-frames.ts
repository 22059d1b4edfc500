import { CODE, FLAG, MAX_31_BITS } from './codes.ts';
import { type Fault, fault } from './fault.ts';
import { requestFault, responseFault, trailersFault } from './field-rules.ts';
import type { FloodGuard } from './flood-guard.ts';
import type { IncomingHead } from './incoming-heads.ts';
import type { LocalSettings } from './local-settings.ts';
import type { Sender } from './sender.ts';
import type { SessionSink } from './session-ends.ts';
import type { Http2Stream } from './stream.ts';
import type { Hold } from './stream-ends.ts';
import type { StreamTable } from './stream-table.ts';

/** The parts of the connection that the frames of its streams need. */
interface Parts {
  readonly local: LocalSettings;
  readonly table: StreamTable;
  readonly sender: Sender;
  readonly guard: FloodGuard;
  readonly user: SessionSink;
}

/** Processes the frames of streams: HEADERS, DATA, RST_STREAM and WINDOW_UPDATE. A fault that a method returns ends the connection. */
export class StreamFrames {
  /** The last stream of our GOAWAY: the peer's streams above this number are not served. Infinity: no GOAWAY was written. */
  lastServed = Number.POSITIVE_INFINITY;
  readonly #local: LocalSettings;
  readonly #table: StreamTable;
  readonly #sender: Sender;
  readonly #guard: FloodGuard;
  readonly #user: SessionSink;
  readonly #isClient: boolean;
  /** Bytes that the peer may still send on the connection. */
  #window: number;
  /** Bytes that the next WINDOW_UPDATE of the connection gives back. */
  #unannounced = 0;
  /** The stream of the DATA frame that arrives now, and the flags of that frame. */
  #stream: Http2Stream | undefined = undefined;
  #flags = 0;

  /** @param window bytes that the peer may send on the connection at first */
  constructor({ local, table, sender, guard, user }: Parts, window: number) {
    this.#local = local;
    this.#table = table;
    this.#sender = sender;
    this.#guard = guard;
    this.#user = user;
    this.#isClient = local.role === 'client';
    this.#window = window;
  }

  /** The header of a DATA frame. Its whole length counts for both windows, padding too (RFC 9113 section 6.9.1). */
  beginData(id: number, flags: number, length: number): Fault | undefined {
    const stream = this.#table.find(id);
    this.#stream = stream;
    this.#flags = flags;
    this.#window -= length;
    if (this.#window < 0) return fault(CODE.flowControlError, 'more DATA than the window of the connection');
    this.#giveBack(length);
    if (stream === undefined) {
      if (this.#table.isIdle(id)) return fault(CODE.protocolError, 'DATA on an idle stream');
      if (!this.#mayBeLate(id)) return fault(CODE.streamClosed, 'DATA on a closed stream');
      return length > 0 ? undefined : this.#late();
    }
    if (stream.isReceived) return fault(CODE.streamClosed, 'DATA after END_STREAM');
    if (this.#isClient && !stream.hasHead) return this.#failStream(stream, 'DATA before a head');
    stream.receiveWindow -= length;
    if (stream.receiveWindow < 0)
      return fault(CODE.flowControlError, 'more DATA than the window of a stream');
    if (length === 0 && (flags & FLAG.endStream) === 0) return this.#guard.idle();
    this.#guard.useful();
    return undefined;
  }

  /** A part of that frame's content. `isLast`: the frame ends with it. */
  data(buf: Buffer, start: number, end: number, isLast: boolean): Hold {
    const stream = this.#stream;
    if (stream === undefined || stream.isClosed) return 'free';
    const hold = stream.received(buf, start, end);
    if (isLast && (this.#flags & FLAG.endStream) !== 0 && !stream.isClosed) stream.receivedEnd([]);
    return hold;
  }

  /** `size` octets of that frame are padding. */
  padding(size: number): void {
    this.#stream?.credit(size);
  }

  /** A request head, a response head or trailers. */
  head(head: IncomingHead): Fault | undefined {
    const { id, flags } = head;
    const ended = (flags & FLAG.endStream) !== 0;
    const stream = this.#table.find(id);
    if (stream !== undefined) return this.#responseOrTrailers(stream, head, ended);
    if (!this.#table.isIdle(id))
      return this.#mayBeLate(id) ? this.#late() : fault(CODE.streamClosed, 'HEADERS on a closed stream');
    if (this.#isClient || id % 2 === 0) return fault(CODE.protocolError, 'HEADERS on an idle stream');
    return this.#request(head, ended);
  }

  /** RST_STREAM. */
  reset(id: number, code: number): Fault | undefined {
    const stream = this.#table.find(id);
    if (stream === undefined && this.#table.isIdle(id))
      return fault(CODE.protocolError, 'RST_STREAM on an idle stream');
    const flood = this.#guard.reset();
    if (flood === undefined) stream?.broke(code);
    return flood;
  }

  /** WINDOW_UPDATE of a stream, by `increment` bytes. */
  windowUpdate(id: number, increment: number): Fault | undefined {
    const stream = this.#table.find(id);
    if (stream === undefined)
      return this.#table.isIdle(id)
        ? fault(CODE.protocolError, 'WINDOW_UPDATE on an idle stream')
        : undefined;
    if (increment === 0) return this.#failStream(stream, 'WINDOW_UPDATE of 0');
    if (stream.sendWindow + increment > MAX_31_BITS)
      return this.#failStream(stream, 'a window above 2^31-1', CODE.flowControlError);
    stream.sendWindow += increment;
    this.#sender.windowGrew(stream);
    return undefined;
  }

  /** The peer may have sent this frame before it knew that the stream is closed (RFC 9113 section 5.1). */
  #mayBeLate(id: number): boolean {
    return id > this.lastServed || this.#table.mayBeLate(id);
  }

  /** Late frames count against clients only: the more requests clients cancel, the more late frames a pod sends. */
  #late(): Fault | undefined {
    return this.#isClient ? undefined : this.#guard.idle();
  }

  /** Gives the connection's window back at once, so no stream blocks the others. The stream's own window bounds the bytes that it holds. */
  #giveBack(length: number): void {
    this.#unannounced += length;
    if (this.#unannounced * 2 < this.#local.connectionWindow) return;
    this.#sender.writeWindowUpdate(0, this.#unannounced);
    this.#window += this.#unannounced;
    this.#unannounced = 0;
  }

  #request({ id, fields, neverIndexed }: IncomingHead, ended: boolean): Fault | undefined {
    this.#table.last = id;
    if (id > this.lastServed) return this.#guard.idle();
    this.#guard.useful();
    if (this.#table.size >= this.#local.streams) {
      this.#sender.writeReset(id, CODE.refusedStream);
      this.#user.streamRejected();
      return this.#guard.refused();
    }
    const { connectProtocol } = this.#local;
    if (fields === undefined || requestFault(fields, { ended, connectProtocol }) !== undefined) {
      this.#sender.writeReset(id, fields === undefined ? CODE.enhanceYourCalm : CODE.protocolError);
      this.#user.streamRejected();
      return this.#guard.invalid();
    }
    const stream = this.#table.take(this.#sender, id);
    stream.isReceived = ended;
    stream.neverIndexed = neverIndexed;
    this.#user.requestReceived(stream, fields, ended);
    return undefined;
  }

  /** A response's head, or trailers. */
  #responseOrTrailers(
    stream: Http2Stream,
    { fields, neverIndexed }: IncomingHead,
    ended: boolean,
  ): Fault | undefined {
    if (stream.isReceived) return fault(CODE.streamClosed, 'HEADERS after END_STREAM');
    if (fields === undefined) return this.#failStream(stream, 'too many fields', CODE.enhanceYourCalm);
    const isHead = this.#isClient && !stream.hasHead;
    const broken = isHead ? responseFault(fields, ended) : trailersFault(fields, ended);
    if (broken !== undefined) return this.#failStream(stream, broken);
    stream.neverIndexed = neverIndexed;
    if (!isHead) stream.receivedEnd(fields);
    else {
      stream.hasHead = !(fields[1] as string).startsWith('1');
      stream.handler.head(fields, ended);
      if (ended && !stream.isClosed) stream.receivedEnd([]);
    }
    return undefined;
  }

  #failStream(stream: Http2Stream, detail: string, code: number = CODE.protocolError): Fault | undefined {
    stream.fail(code, detail);
    this.#user.streamRejected();
    return this.#guard.invalid();
  }
}
