import { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { TLSSocket } from 'node:tls';
import { codeName } from '../../../http2/session/frame-text.ts';
import type { SessionOutput } from '../../../http2/session/sender.ts';
import { Http2Session } from '../../../http2/session/session.ts';
import type { SessionUser } from '../../../http2/session/session-ends.ts';
import type { Http2Stream } from '../../../http2/session/stream.ts';
import type { QueueMemory } from '../../../http2/session/byte-queue.ts';
import type { DataPiece } from '../../../http2/session/stream-ends.ts';
import type { Endpoint } from '../../../routing/endpoint.ts';
import type { LoopTurn } from '../../bytes/loop-turn.ts';
import type { Hold, ReadBuffers } from '../../bytes/read-buffers.ts';
import { readByData } from '../../bytes/read-by-data.ts';
import { SocketWriter } from '../../bytes/socket-writer.ts';
import { textOnly } from '../../bytes/write-parts.ts';
import type { Dial } from '../dial.ts';
import { podSettings } from './pod-settings.ts';

/** Milliseconds of silence, with streams open, after which the pod is asked for a sign of life, and then for its answer. */
const PING_AFTER = 30_000;
const PONG_WITHIN = 15_000;
/** Milliseconds of silence before TCP asks whether the pod is still there. */
const TCP_KEEP_ALIVE = 30_000;
/** Bytes of frames without DATA that may wait for a pod; then nothing more of it is read. */
const MAX_QUEUED = 262_144;
/** Who waits for a connection that is being opened. */
export interface OpeningUser {
  opened(): void;
  /** The pod takes fewer streams at a time than wait here. */
  crowded(): void;
  /** It failed. */
  closed(error: Error | undefined): void;
}

/** What becomes of a session. */
export interface SessionOwner {
  sessionOpened(session: PodSession): void;
  /** Once. */
  sessionClosed(session: PodSession): void;
}

export interface SessionLimits {
  /** Streams at a time, if the pod allows as many. */
  readonly streams: number;
  /** Bytes of a response head. */
  readonly head: number;
  readonly fields: number;
  /** Milliseconds until the pod has sent its SETTINGS. */
  readonly opening: number;
}

export interface SessionNeeds {
  readonly clock: { readonly now: number };
  readonly buffers: ReadBuffers;
  readonly turn: LoopTurn;
  /** For what pods do not take. */
  readonly budget: QueueMemory;
}

interface SessionPlace {
  readonly endpoint: Endpoint;
  readonly address: string;
  readonly owner: SessionOwner;
}

/** One HTTP/2 connection to one pod port. */
export class PodSession implements SessionUser, SessionOutput {
  readonly endpoint: Endpoint;
  readonly address: string;
  /** The pod has sent its SETTINGS, so it speaks HTTP/2 and says how many streams it takes. */
  opened = false;
  gone = false;
  /** On the worker's clock: since when no stream is open. */
  idleSince: number;
  /** Streams that were opened so far. */
  carried = 0;
  /** Streams that are open, or of which a client has not taken all yet. */
  streams = 0;
  readonly #owner: SessionOwner;
  readonly #needs: SessionNeeds;
  readonly #limits: SessionLimits;
  readonly #socket: Duplex;
  readonly #writer: SocketWriter;
  #session: Http2Session | undefined = undefined;
  readonly #users = new Set<OpeningUser>();
  #buffer: Buffer;
  #largestRead = 0;
  #isLeaving = false;
  #error: Error | undefined = undefined;
  #heard: number;
  #asked = 0;

  constructor(
    { endpoint, address, owner }: SessionPlace,
    dial: Dial,
    needs: SessionNeeds,
    limits: SessionLimits,
  ) {
    const { clock, buffers, turn } = needs;
    this.endpoint = endpoint;
    this.address = address;
    this.idleSince = clock.now;
    this.#heard = clock.now;
    this.#owner = owner;
    this.#needs = needs;
    this.#limits = limits;
    this.#buffer = buffers.first();
    const read = { buffer: () => this.#buffer, callback: (size: number) => this.#received(size) };
    const { stream, ready, reads } = dial(endpoint, address, read);
    this.#socket = stream;
    this.#writer = new SocketWriter(stream, turn);
    stream.on('error', (error: Error) => {
      this.#error ??= error;
    });
    stream.on('close', () => this.#closed());
    // The pod takes nothing more.
    stream.on('end', () => stream.destroy());
    stream.on('drain', () => this.#drained());
    stream.once(ready, () => this.#begin());
    if (reads === 'by-data') readByData(stream, read);
  }

  get full(): boolean {
    return this.#writer.full;
  }

  /** Another stream may be opened on it. */
  get hasRoom(): boolean {
    const session = this.#session;
    const isEnding =
      this.#isLeaving || this.gone || session?.isOver === true || session?.hasNumbers === false;
    return !isEnding && this.streams + this.#users.size < this.#most;
  }

  get #most(): number {
    return Math.min(this.#session?.peer.maxStreams ?? Number.POSITIVE_INFINITY, this.#limits.streams);
  }

  get memory(): QueueMemory {
    return this.#needs.budget;
  }

  writeText(text: string): void {
    this.#writer.write(textOnly(text));
  }

  write(text: string, piece: DataPiece): Hold {
    return this.#writer.write({ text, ...piece, tail: '' }) ? 'kept' : 'free';
  }

  /** `user.opened()` or `user.closed()` follows, later. */
  wait(user: OpeningUser): void {
    this.#users.add(user);
  }

  leave(user: OpeningUser): void {
    this.#users.delete(user);
  }

  /** The stream counts until `streamClosed` is called. Undefined: the connection has begun to end. */
  request(fields: readonly string[], endStream: boolean): Http2Stream | undefined {
    const session = this.#session;
    if (session === undefined || session.isOver || this.#isLeaving) return undefined;
    this.streams += 1;
    this.carried += 1;
    return session.request(fields, endStream);
  }

  streamClosed(): void {
    this.streams -= 1;
    if (this.streams > 0) return;
    this.idleSince = this.#needs.clock.now;
    if (this.#isLeaving) this.destroy();
  }

  /** Ends a connection that is not opened in time, or gives no sign of life; the answer to a ping is one. */
  check(now: number): void {
    if (!this.opened && now - this.idleSince >= this.#limits.opening) this.#tooLate();
    if (this.streams === 0 || !this.opened || this.#session?.isOver !== false) return;
    const silence = now - Math.max(this.#heard, this.idleSince);
    if (silence >= PING_AFTER + PONG_WITHIN && this.#asked > this.#heard) this.destroy();
    else if (silence >= PING_AFTER && this.#asked <= this.#heard) {
      this.#asked = now;
      this.#session.ping(() => {
        this.#heard = Math.max(this.#heard, this.#asked);
      });
    }
  }

  /** No further stream; it ends with the last one. */
  end(): void {
    this.#isLeaving = true;
    if (!this.opened || this.streams === 0) this.destroy();
  }

  destroy(): void {
    this.#session?.goAway();
    this.#writer.flush();
    this.#session?.lost();
    this.#socket.destroy();
  }

  settled(): void {
    if (!this.opened) {
      this.opened = true;
      this.#owner.sessionOpened(this);
    }
    // A pod that takes none for now is waited for.
    if (this.#most === 0) return;
    for (const user of this.#users) {
      this.#users.delete(user);
      if (this.#isLeaving || this.streams >= this.#most) user.crowded();
      else user.opened();
    }
  }

  took(): void {
    // Pods open no streams.
  }

  rejected(): void {
    // The stream's user says what it means.
  }

  wentAway(): void {
    this.end();
  }

  failed(code: number, why: string): void {
    this.#error ??= Object.assign(new Error(`the pod broke a rule of HTTP/2 (${codeName(code)}): ${why}`), {
      code: 'EHTTP2',
    });
    this.#writer.flush();
    this.#socket.destroy();
  }

  #begin(): void {
    const socket = this.#socket;
    if (socket.destroyed) return;
    if (socket instanceof TLSSocket && socket.alpnProtocol !== 'h2') {
      socket.destroy(Object.assign(new Error('the pod did not choose h2'), { code: 'ERR_TLS_NO_H2' }));
      return;
    }
    if (socket instanceof Socket) socket.setKeepAlive(true, TCP_KEEP_ALIVE);
    const { clock } = this.#needs;
    this.#session = new Http2Session(podSettings(this.#limits), { output: this, user: this, clock });
  }

  #received(size: number): boolean {
    const session = this.#session;
    if (session === undefined || session.isOver) return true;
    this.#heard = this.#needs.clock.now;
    this.#largestRead = Math.max(this.#largestRead, size);
    const hold = session.received(this.#buffer, 0, size);
    const idle = this.streams === 0;
    const outcome = { size, largest: this.#largestRead, hold, idle };
    this.#buffer = this.#needs.buffers.next(this.#buffer, outcome);
    if (idle) this.#largestRead = 0;
    return this.#writer.queued <= MAX_QUEUED;
  }

  #drained(): void {
    this.#session?.drained();
    this.#socket.resume();
  }

  /** The next request shall try another one: what was lost on the way of this one may not come for minutes. */
  #tooLate(): void {
    this.#error ??= Object.assign(new Error('the pod sent no SETTINGS in time'), { code: 'ETIMEDOUT' });
    this.destroy();
  }

  #closed(): void {
    if (this.gone) return;
    this.gone = true;
    this.#session?.lost();
    this.#writer.discard();
    this.#needs.buffers.giveBack(this.#buffer);
    this.#owner.sessionClosed(this);
    const users = [...this.#users];
    this.#users.clear();
    for (const user of users) user.closed(this.#error);
  }
}
