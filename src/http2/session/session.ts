import { CODE, FIRST_WINDOW, FLAG, FRAME, MAX_31_BITS, PREFACE } from './codes.ts';
import { type Fault, fault } from './fault.ts';
import { FloodGuard } from './flood-guard.ts';
import { FrameReader, type FrameSink } from './frame-reader.ts';
import { frameFault } from './frame-rules.ts';
import { goawayFrame, pingFrame, SETTINGS_ACK } from './frame-text.ts';
import { type IncomingHead, IncomingHeads } from './incoming-heads.ts';
import { type LocalSettings, localSettingsFrame } from './local-settings.ts';
import { PeerSettings } from './peer-settings.ts';
import { Sender } from './sender.ts';
import type { SessionEnds, SessionUser } from './session-ends.ts';
import type { Http2Stream } from './stream.ts';
import type { Hold } from './stream-ends.ts';
import { StreamFrames } from './stream-frames.ts';
import { StreamTable } from './stream-table.ts';

/**
 * One side of an HTTP/2 connection (RFC 9113), without its socket: bytes that come go in by `received`, what it has to say goes to
 * its output, and nothing else happens here.
 */
export class Http2Session implements FrameSink {
  readonly peer = new PeerSettings();
  /** The peer's SETTINGS are here. */
  isOpen = false;
  /** The peer's GOAWAY came: no stream may be opened. */
  isLeaving = false;
  /** Nothing more comes of it. */
  isOver = false;
  /** Frames that began, but for DATA. */
  frames = 0;
  readonly #isClient: boolean;
  readonly #user: SessionUser;
  readonly #guard: FloodGuard;
  readonly #table: StreamTable;
  readonly #sender: Sender;
  readonly #reader = new FrameReader(this);
  readonly #heads: IncomingHeads;
  readonly #streams: StreamFrames;
  /** Octets of the client's preface that came. */
  #prefaced: number;
  #pings = 0;
  #answered: (() => void) | undefined = undefined;
  /** Of the frame that comes. */
  #type = 0;
  #flags = 0;
  #id = 0;
  #hold: Hold = 'free';
  /** What `received` was given: a frame that was gathered lies in memory of its own. */
  #source: Buffer | undefined = undefined;

  constructor(local: LocalSettings, { output, user, clock }: SessionEnds) {
    this.#isClient = local.role === 'client';
    this.#user = user;
    this.#guard = new FloodGuard(local, clock);
    this.#table = new StreamTable(local);
    this.#sender = new Sender(output, local.streamWindow, { table: this.#table, guard: this.#guard });
    this.#heads = new IncomingHeads(local);
    const window = Math.max(local.connectionWindow, FIRST_WINDOW);
    const parts = { local, table: this.#table, sender: this.#sender, guard: this.#guard, user };
    this.#streams = new StreamFrames(parts, window);
    this.#prefaced = this.#isClient ? PREFACE.length : 0;
    this.#sender.writeText((this.#isClient ? PREFACE : '') + localSettingsFrame(local));
    if (window > FIRST_WINDOW) this.#sender.writeWindowUpdate(0, window - FIRST_WINDOW);
  }

  /** Open streams. */
  get streams(): number {
    return this.#table.size;
  }

  /** Part of a head is here, or of another frame without data. */
  get isWithinHead(): boolean {
    return this.#heads.within !== 0 || (this.#reader.isWithin && this.#type !== FRAME.data);
  }

  /** Numbers for further streams are left. */
  get hasNumbers(): boolean {
    return this.#table.hasNumbers;
  }

  /** `kept`: something still refers to the bytes. */
  received(buf: Buffer, start: number, end: number): Hold {
    this.#hold = 'free';
    this.#source = buf;
    const at = this.#prefaced < PREFACE.length ? this.#readPreface(buf, start, end) : start;
    if (!this.isOver) this.#reader.read(buf, at, end);
    return this.#hold;
  }

  /** Opens a stream: names and values in turn. Its user is set before anything comes. */
  request(fields: readonly string[], ended: boolean): Http2Stream {
    const stream = this.#table.open(this.#sender);
    stream.respond(fields, ended);
    return stream;
  }

  /** The output takes bytes again. */
  drained(): void {
    this.#sender.pump();
  }

  /** Streams that the peer has opened so far are served, later ones are not (RFC 9113 section 6.8). */
  goAway(code: number = CODE.noError): void {
    if (this.isOver || this.#streams.lastServed !== Number.POSITIVE_INFINITY) return;
    this.#streams.lastServed = this.#table.last;
    this.#sender.writeText(goawayFrame(this.#table.last, code, ''));
  }

  /** `answered` is called when the peer's answer is here; one at a time. */
  ping(answered: () => void): void {
    this.#answered = answered;
    this.#pings += 1;
    this.#sender.writeText(pingFrame(0, String(this.#pings).padStart(8, '0').slice(-8)));
  }

  /** The connection is gone. */
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
    if (type !== FRAME.data) this.frames += 1;
    const wrong = this.#headFault(type, flags, id, length);
    this.#judge(wrong);
    return wrong === undefined;
  }

  data(buf: Buffer, start: number, end: number, isLast: boolean): void {
    const hold = this.#streams.data(buf, start, end, isLast);
    if (hold === 'kept' && buf === this.#source) this.#hold = 'kept';
  }

  frame(buf: Buffer, start: number, end: number): void {
    this.#judge(this.#take(buf, start, end));
  }

  #readPreface(buf: Buffer, start: number, end: number): number {
    let at = start;
    for (; at < end && this.#prefaced < PREFACE.length; at += 1) {
      if (buf[at] !== PREFACE.charCodeAt(this.#prefaced)) {
        this.#judge(fault(CODE.protocolError, 'no preface'));
        return at;
      }
      this.#prefaced += 1;
    }
    return at;
  }

  #headFault(type: number, flags: number, id: number, length: number): Fault | undefined {
    const code = frameFault(type, flags, id, length);
    if (code !== undefined) return fault(code, 'a frame that may not be so');
    const isSettings = type === FRAME.settings && (flags & FLAG.ack) === 0;
    if (!this.isOpen && !isSettings) return fault(CODE.protocolError, 'no SETTINGS');
    const { within } = this.#heads;
    const isRest = type === FRAME.continuation;
    if (isRest !== (within !== 0) || (isRest && within !== id))
      return fault(CODE.protocolError, 'a field block that is not whole');
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
      return fault(CODE.flowControlError, 'SETTINGS that open a window above 2^31-1');
    this.#sender.encoder.resize(peer.headerTableSize);
    this.#sender.writeText(SETTINGS_ACK);
    this.isOpen = true;
    this.#table.each((stream) => this.#sender.mayGoOn(stream));
    this.#user.settled();
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
    this.isLeaving = true;
    this.#user.wentAway();
    if (this.#isClient)
      this.#table.each((stream) => {
        if (stream.id > last) stream.broke(CODE.refusedStream);
      });
    return this.#guard.idle();
  }

  #windowUpdate(id: number, increment: number): Fault | undefined {
    if (id !== 0) return this.#streams.windowUpdate(id, increment);
    if (increment === 0) return fault(CODE.protocolError, 'a window that opens by nothing');
    if (!this.#sender.widen(increment)) return fault(CODE.flowControlError, 'a window above 2^31-1');
    this.#sender.pump();
    return undefined;
  }

  #judge(wrong: Fault | undefined): void {
    if (wrong === undefined || this.isOver) return;
    const last = Math.min(this.#table.last, this.#streams.lastServed);
    this.#sender.writeText(goawayFrame(last, wrong.code, wrong.why));
    this.lost();
    this.#user.failed(wrong.code, wrong.why);
  }
}
