import { CODE, INITIAL_WINDOW, FLAG, FRAME, MAX_31_BITS, PREFACE } from './codes.ts';
import { type Fault, fault } from './fault.ts';
import { FloodGuard } from './flood-guard.ts';
import { FrameReader, type FrameSink } from './frame-reader.ts';
import { frameFault } from './frame-rules.ts';
import { goawayFrame, pingFrame, SETTINGS_ACK } from './frame-text.ts';
import { type IncomingHead, IncomingHeads } from './incoming-heads.ts';
import { type LocalSettings, localSettingsFrame } from './local-settings.ts';
import { PeerSettings } from './peer-settings.ts';
import { Sender } from './sender.ts';
import type { SessionEnds, SessionSink } from './session-ends.ts';
import type { Http2Stream } from './stream.ts';
import type { Hold } from './stream-ends.ts';
import { StreamFrames } from './stream-frames.ts';
import { StreamTable } from './stream-table.ts';

/**
 * One side of an HTTP/2 connection (RFC 9113), without a socket and without I/O: the caller passes the bytes that arrive to
 * `received`, and the session writes its frames to `output`. When the peer breaks a rule of the connection, the session writes
 * GOAWAY with an error code and calls `user.failed` (section 5.4.1); when the peer breaks a rule of one stream, the session resets
 * the stream (section 5.4.2).
 */
export class Http2Session implements FrameSink {
  readonly peer = new PeerSettings();
  /** The peer's first SETTINGS have arrived. */
  isOpen = false;
  /** The connection has failed or is gone: the session stops reading and writing. */
  isOver = false;
  /** Number of frames that have begun to arrive. */
  frames = 0;
  readonly #isClient: boolean;
  readonly #handler: SessionSink;
  readonly #guard: FloodGuard;
  readonly #table: StreamTable;
  readonly #sender: Sender;
  readonly #reader = new FrameReader(this);
  readonly #heads: IncomingHeads;
  readonly #streams: StreamFrames;
  /** Octets of the client's preface that have arrived. */
  #prefaced: number;
  #pings = 0;
  #answered: (() => void) | undefined = undefined;
  /** Header of the frame that arrives now. */
  #type = 0;
  #flags = 0;
  #id = 0;
  #hold: Hold = 'free';
  /** The argument of `received`. A frame that arrived in several parts is in another buffer. */
  #source: Buffer | undefined = undefined;

  constructor(local: LocalSettings, { output, handler, clock }: SessionEnds) {
    this.#isClient = local.role === 'client';
    this.#handler = handler;
    this.#guard = new FloodGuard(local, clock);
    this.#table = new StreamTable(local);
    this.#sender = new Sender(output, local.streamWindow, { table: this.#table, guard: this.#guard });
    this.#heads = new IncomingHeads(local);
    const window = Math.max(local.connectionWindow, INITIAL_WINDOW);
    const parts = { local, table: this.#table, sender: this.#sender, guard: this.#guard, user: handler };
    this.#streams = new StreamFrames(parts, window);
    this.#prefaced = this.#isClient ? PREFACE.length : 0;
    this.#sender.writeText((this.#isClient ? PREFACE : '') + localSettingsFrame(local));
    if (window > INITIAL_WINDOW) this.#sender.writeWindowUpdate(0, window - INITIAL_WINDOW);
  }

  /** Number of open streams. */
  get streams(): number {
    return this.#table.size;
  }

  /** A field block, or a frame other than DATA, has arrived in part. */
  get isWithinHead(): boolean {
    return this.#heads.within !== 0 || (this.#reader.isWithin && this.#type !== FRAME.data);
  }

  /** This side can open another stream: numbers are left (RFC 9113 section 5.1.1). */
  get hasNumbers(): boolean {
    return this.#table.hasNumbers;
  }

  /** The peer accepts more DATA on the connection, whose window all streams share (RFC 9113 section 5.2.1). */
  get hasWindow(): boolean {
    return this.#sender.hasWindow;
  }

  /** The peer has not acknowledged the last PING. */
  get isPinged(): boolean {
    return this.#answered !== undefined;
  }

  /** The peer has not ended all of the streams that are open. */
  get isReceiving(): boolean {
    return this.#table.isReceiving;
  }

  /** Reads the bytes that arrived, `buf[start, end)`. `kept`: something still refers to them, so they must not change. */
  received(buf: Buffer, start: number, end: number): Hold {
    this.#hold = 'free';
    this.#source = buf;
    const at = this.#prefaced < PREFACE.length ? this.#readPreface(buf, start, end) : start;
    if (!this.isOver) this.#reader.read(buf, at, end);
    return this.#hold;
  }

  /**
   * Clients only: opens a stream. `fields`: names and values in turn, pseudo fields first. `ended`: no body follows. The caller sets
   * the stream's `user` before it passes on further bytes. For `neverIndexed` see HpackEncoder.
   */
  request(fields: readonly string[], ended: boolean, neverIndexed?: ReadonlySet<string>): Http2Stream {
    const stream = this.#table.open(this.#sender);
    stream.respond(fields, ended, neverIndexed);
    return stream;
  }

  /** The output accepts bytes again. */
  drained(): void {
    this.#sender.pump();
  }

  /**
   * Servers only: writes a GOAWAY that refuses no stream. The client then opens no further streams. Streams that it opened before it
   * read the frame are served until `goAway` is called (RFC 9113 section 6.8).
   */
  announceGoAway(): void {
    this.#sender.writeText(goawayFrame(MAX_31_BITS, CODE.noError, ''));
  }

  /** Writes the last GOAWAY, once. Streams that the peer has opened so far are served, later ones are not (RFC 9113 section 6.8). */
  goAway(code: number = CODE.noError): void {
    if (this.isOver || this.#streams.lastServed !== Number.POSITIVE_INFINITY) return;
    this.#streams.lastServed = this.#table.last;
    this.#sender.writeText(goawayFrame(this.#table.last, code, ''));
  }

  /** Writes PING and calls `answered` when the peer has acknowledged it. Only one PING may be open (RFC 9113 section 6.7). */
  ping(answered: () => void): void {
    this.#answered = answered;
    this.#pings += 1;
    this.#sender.writeText(pingFrame(0, String(this.#pings).padStart(8, '0').slice(-8)));
  }

  /**
   * The user of a stream has reset it because its content broke a rule that the session does not check. It counts as the peer's fault,
   * as the rules that the session checks do.
   */
  malformed(): void {
    this.#failOn(this.#guard.invalid());
  }

  /** The connection is gone: all streams break, without a code. */
  lost(): void {
    this.isOver = true;
    this.#reader.stop();
    this.#sender.stop();
    this.#heads.clear();
    this.#table.each((stream) => stream.broke(undefined));
  }

  begin(type: number, flags: number, id: number, length: number): boolean {
    this.#type = type;
    this.#flags = flags;
    this.#id = id;
    this.frames += 1;
    const wrong = this.#headFault(type, flags, id, length);
    this.#failOn(wrong);
    return wrong === undefined;
  }

  data(buf: Buffer, start: number, end: number, isLast: boolean): void {
    const hold = this.#streams.data(buf, start, end, isLast);
    if (hold === 'kept' && buf === this.#source) this.#hold = 'kept';
  }

  frame(buf: Buffer, start: number, end: number): void {
    this.#failOn(this.#take(buf, start, end));
  }

  #readPreface(buf: Buffer, start: number, end: number): number {
    let at = start;
    for (; at < end && this.#prefaced < PREFACE.length; at += 1) {
      if (buf[at] !== PREFACE.charCodeAt(this.#prefaced)) {
        this.#failOn(fault(CODE.protocolError, 'no preface'));
        return at;
      }
      this.#prefaced += 1;
    }
    return at;
  }

  #headFault(type: number, flags: number, id: number, length: number): Fault | undefined {
    const code = frameFault(type, flags, id, length);
    if (code !== undefined) return fault(code, 'a frame header that is not allowed');
    const isSettings = type === FRAME.settings && (flags & FLAG.ack) === 0;
    if (!this.isOpen && !isSettings) return fault(CODE.protocolError, 'no SETTINGS');
    const { within } = this.#heads;
    const isContinuation = type === FRAME.continuation;
    if (isContinuation !== (within !== 0) || (isContinuation && within !== id))
      return fault(CODE.protocolError, 'a field block that is not complete');
    return type === FRAME.data ? this.#streams.beginData(id, flags, length) : undefined;
  }

  #take(buf: Buffer, start: number, end: number): Fault | undefined {
    const id = this.#id;
    switch (this.#type) {
      case FRAME.data:
        return this.#padded(buf, start, end);
      case FRAME.headers:
        return this.#head(this.#heads.headers(id, this.#flags, { buf, start, end }));
      case FRAME.continuation:
        return this.#head(this.#heads.continuation(this.#flags, { buf, start, end }));
      case FRAME.reset:
        return this.#streams.reset(id, buf.readUInt32BE(start));
      case FRAME.settings:
        return (this.#flags & FLAG.ack) === 0 ? this.#settings(buf, start, end) : this.#acknowledged();
      case FRAME.ping:
        return this.#ping(buf.toString('latin1', start, end));
      case FRAME.goaway:
        return this.#goaway(buf.readUInt32BE(start) & MAX_31_BITS);
      case FRAME.windowUpdate:
        return this.#windowUpdate(id, buf.readUInt32BE(start) & MAX_31_BITS);
      default:
        return this.#guard.idle();
    }
  }

  #padded(buf: Buffer, start: number, end: number): Fault | undefined {
    const padding = buf[start] as number;
    if (start + 1 > end - padding) return fault(CODE.protocolError, 'padding longer than its frame');
    this.#streams.padding(1 + padding);
    this.data(buf, start + 1, end - padding, true);
    const isEmpty = start + 1 === end - padding && (this.#flags & FLAG.endStream) === 0;
    return isEmpty ? this.#guard.idle() : undefined;
  }

  #head(head: IncomingHead | number | undefined): Fault | undefined {
    if (typeof head === 'number') return fault(head, 'bad field block');
    return head === undefined ? undefined : this.#streams.head(head);
  }

  #settings(buf: Buffer, start: number, end: number): Fault | undefined {
    const { peer } = this;
    const code = peer.take(buf, start, end, this.#isClient);
    if (code !== undefined) return fault(code, 'bad SETTINGS');
    if (!this.#table.setSendWindow(peer.initialWindow))
      return fault(CODE.flowControlError, 'SETTINGS that raise a window above 2^31-1');
    this.#sender.encoder.resize(peer.smallestTableSize);
    this.#sender.encoder.resize(peer.headerTableSize);
    this.#sender.writeText(SETTINGS_ACK);
    this.isOpen = true;
    this.#table.each((stream) => this.#sender.windowGrew(stream));
    this.#handler.settingsReceived();
    return this.#guard.idle();
  }

  #acknowledged(): Fault | undefined {
    this.#table.acknowledged();
    return this.#guard.idle();
  }

  #ping(payload: string): Fault | undefined {
    if ((this.#flags & FLAG.ack) === 0) this.#sender.writeText(pingFrame(FLAG.ack, payload));
    else {
      const answered = this.#answered;
      this.#answered = undefined;
      answered?.();
    }
    return this.#guard.idle();
  }

  #goaway(last: number): Fault | undefined {
    this.#handler.goawayReceived();
    if (this.#isClient)
      this.#table.each((stream) => {
        if (stream.id > last) stream.broke(CODE.refusedStream);
      });
    return this.#guard.idle();
  }

  #windowUpdate(id: number, increment: number): Fault | undefined {
    if (id !== 0) return this.#streams.windowUpdate(id, increment);
    if (increment === 0) return fault(CODE.protocolError, 'WINDOW_UPDATE of 0');
    if (!this.#sender.grow(increment)) return fault(CODE.flowControlError, 'a window above 2^31-1');
    this.#sender.pump();
    return undefined;
  }

  #failOn(wrong: Fault | undefined): void {
    if (wrong === undefined || this.isOver) return;
    const last = Math.min(this.#table.last, this.#streams.lastServed);
    this.#sender.writeText(goawayFrame(last, wrong.code, wrong.detail));
    this.lost();
    this.#handler.failed(wrong.code, wrong.detail);
  }
}
