import { CODE, FLAG, MAX_31_BITS } from './codes.ts';
import { type Fault, fault } from './fault.ts';
import { requestFault, responseFault, trailersFault } from './field-rules.ts';
import type { FloodGuard } from './flood-guard.ts';
import type { IncomingHead } from './incoming-heads.ts';
import type { LocalSettings } from './local-settings.ts';
import type { Sender } from './sender.ts';
import type { SessionUser } from './session-ends.ts';
import type { Http2Stream } from './stream.ts';
import type { Hold } from './stream-ends.ts';
import type { StreamTable } from './stream-table.ts';

/** Of the connection. */
interface Parts {
  readonly local: LocalSettings;
  readonly table: StreamTable;
  readonly sender: Sender;
  readonly guard: FloodGuard;
  readonly user: SessionUser;
}

/** What the frames of streams do: HEADERS, DATA, RST_STREAM, WINDOW_UPDATE. A fault ends the connection. */
export class StreamFrames {
  /** GOAWAY was written: the peer's streams above this one are not served. */
  lastServed = Number.POSITIVE_INFINITY;
  readonly #local: LocalSettings;
  readonly #table: StreamTable;
  readonly #sender: Sender;
  readonly #guard: FloodGuard;
  readonly #user: SessionUser;
  readonly #isClient: boolean;
  /** Bytes of the connection's window that the peer has left, and that it gets back with the next WINDOW_UPDATE. */
  #window: number;
  #owed = 0;
  /** Of the DATA frame that comes, and its flags. */
  #stream: Http2Stream | undefined = undefined;
  #flags = 0;

  /** @param window bytes that the connection may receive at first */
  constructor({ local, table, sender, guard, user }: Parts, window: number) {
    this.#local = local;
    this.#table = table;
    this.#sender = sender;
    this.#guard = guard;
    this.#user = user;
    this.#isClient = local.role === 'client';
    this.#window = window;
  }

  /** The head of a DATA frame: its whole length counts for the windows, padding too (RFC 9113 section 6.9.1). */
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

  /** A piece of it without padding. */
  data(buf: Buffer, start: number, end: number, isLast: boolean): Hold {
    const stream = this.#stream;
    if (stream === undefined || stream.isClosed) return 'free';
    const hold = stream.received(buf, start, end);
    if (isLast && (this.#flags & FLAG.endStream) !== 0 && !stream.isClosed) stream.receivedEnd([]);
    return hold;
  }

  /** So much of it is padding. */
  padding(size: number): void {
    this.#stream?.credit(size);
  }

  head({ id, flags, fields }: IncomingHead): Fault | undefined {
    const ended = (flags & FLAG.endStream) !== 0;
    const stream = this.#table.find(id);
    if (stream !== undefined) return this.#further(stream, fields, ended);
    if (!this.#table.isIdle(id))
      return this.#mayBeLate(id) ? this.#late() : fault(CODE.streamClosed, 'HEADERS on a closed stream');
    if (this.#isClient || id % 2 === 0) return fault(CODE.protocolError, 'HEADERS on an idle stream');
    return this.#request(id, fields, ended);
  }

  reset(id: number, code: number): Fault | undefined {
    const stream = this.#table.find(id);
    if (stream === undefined && this.#table.isIdle(id))
      return fault(CODE.protocolError, 'RST_STREAM on an idle stream');
    const flood = this.#guard.reset();
    if (flood === undefined) stream?.broke(code);
    return flood;
  }

  windowUpdate(id: number, increment: number): Fault | undefined {
    const stream = this.#table.find(id);
    if (stream === undefined)
      return this.#table.isIdle(id)
        ? fault(CODE.protocolError, 'WINDOW_UPDATE on an idle stream')
        : undefined;
    if (increment === 0) return this.#failStream(stream, 'a window that opens by nothing');
    if (stream.sendWindow + increment > MAX_31_BITS)
      return this.#failStream(stream, 'a window above 2^31-1', CODE.flowControlError);
    stream.sendWindow += increment;
    this.#sender.mayGoOn(stream);
    return undefined;
  }

  /** A frame of a stream that is closed may have been under way. */
  #mayBeLate(id: number): boolean {
    return id > this.lastServed || this.#table.mayBeLate(id);
  }

  /** The more requests clients cancel, the more comes late of a pod. */
  #late(): Fault | undefined {
    return this.#isClient ? undefined : this.#guard.idle();
  }

  /** No stream holds up the others: what each holds is bounded by its own window, so the connection's goes back at once. */
  #giveBack(length: number): void {
    this.#owed += length;
    if (this.#owed * 2 < this.#local.connectionWindow) return;
    this.#sender.writeWindowUpdate(0, this.#owed);
    this.#window += this.#owed;
    this.#owed = 0;
  }

  #request(id: number, fields: readonly string[] | undefined, ended: boolean): Fault | undefined {
    this.#table.last = id;
    if (id > this.lastServed) return this.#guard.idle();
    this.#guard.useful();
    if (this.#table.size >= this.#local.streams) {
      this.#sender.writeReset(id, CODE.refusedStream);
      this.#user.rejected();
      return this.#guard.refused();
    }
    const { connectProtocol } = this.#local;
    if (fields === undefined || requestFault(fields, { ended, connectProtocol }) !== undefined) {
      this.#sender.writeReset(id, fields === undefined ? CODE.enhanceYourCalm : CODE.protocolError);
      this.#user.rejected();
      return this.#guard.invalid();
    }
    const stream = this.#table.take(this.#sender, id);
    stream.isReceived = ended;
    this.#user.took(stream, fields, ended);
    return undefined;
  }

  /** A response's head, or trailers. */
  #further(stream: Http2Stream, fields: readonly string[] | undefined, ended: boolean): Fault | undefined {
    if (stream.isReceived) return fault(CODE.streamClosed, 'HEADERS after END_STREAM');
    if (fields === undefined) return this.#failStream(stream, 'too many fields', CODE.enhanceYourCalm);
    const isHead = this.#isClient && !stream.hasHead;
    const broken = isHead ? responseFault(fields, ended) : trailersFault(fields, ended);
    if (broken !== undefined) return this.#failStream(stream, broken);
    if (!isHead) stream.receivedEnd(fields);
    else {
      stream.hasHead = !(fields[1] as string).startsWith('1');
      stream.user.head(fields, ended);
      if (ended && !stream.isClosed) stream.receivedEnd([]);
    }
    return undefined;
  }

  #failStream(stream: Http2Stream, why: string, code: number = CODE.protocolError): Fault | undefined {
    stream.fail(code, why);
    this.#user.rejected();
    return this.#guard.invalid();
  }
}
