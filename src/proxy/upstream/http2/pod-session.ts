import { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { TLSSocket } from 'node:tls';
import { codeName } from '../../../http2/session/frame-text.ts';
import { MAX_QUEUED, type SessionOutput } from '../../../http2/session/sender.ts';
import { Http2Session } from '../../../http2/session/session.ts';
import type { SessionSink } from '../../../http2/session/session-ends.ts';
import type { Http2Stream } from '../../../http2/session/stream.ts';
import type { QueueMemory } from '../../../http2/session/byte-queue.ts';
import type { DataPiece } from '../../../http2/session/stream-ends.ts';
import type { Endpoint } from '../../../routing/endpoint.ts';
import type { LoopTurn } from '../../bytes/loop-turn.ts';
import { type Hold, MEDIUM, type ReadBuffers } from '../../bytes/read-buffers.ts';
import { readByData } from '../../../bytes/read-by-data.ts';
import { SlowReads } from '../../bytes/slow-reads.ts';
import { SocketWriter } from '../../bytes/socket-writer.ts';
import { UpstreamReads } from '../../bytes/upstream-reads.ts';
import { textOnly } from '../../bytes/write-parts.ts';
import type { Dial } from '../dial.ts';
import { podSettings, type SessionLimits } from './pod-settings.ts';

/** Milliseconds without a byte from the pod, with open streams, before podway sends PING; and then before it closes the connection. */
const PING_AFTER = 30_000;
const PONG_TIMEOUT = 15_000;
/** Milliseconds of silence before TCP sends a keep-alive probe. */
const TCP_KEEP_ALIVE = 30_000;

/** A request that waits until a connection is open. */
export interface OpeningHandler {
  /** The connection has room for a stream. */
  opened(): void;
  /** The pod allows fewer open streams than requests wait here: the request must take another connection. */
  crowded(): void;
  /** The connection ended before it was open. */
  closed(error: Error | undefined): void;
}

/** What a session reports to its owner. */
export interface SessionListener {
  sessionOpened(session: PodSession): void;
  /** The connection is gone. Called once. */
  sessionClosed(session: PodSession): void;
}

export interface SessionNeeds {
  readonly clock: { readonly now: number };
  readonly buffers: ReadBuffers;
  readonly turn: LoopTurn;
  /** Memory for bytes that pods do not accept yet. */
  readonly budget: QueueMemory;
}

interface SessionPlace {
  readonly endpoint: Endpoint;
  readonly address: string;
  readonly owner: SessionListener;
}

/** One HTTP/2 connection to one pod port. */
export class PodSession implements SessionSink, SessionOutput {
  readonly endpoint: Endpoint;
  readonly address: string;
  /** The pod has sent its SETTINGS: it speaks HTTP/2, and its maximum of open streams is known. */
  opened = false;
  gone = false;
  /** The moment since when no stream is open, on the worker's clock. */
  idleSince: number;
  /** Number of streams opened so far. */
  requests = 0;
  /** Number of streams that are open, or whose response a client has not accepted completely. */
  streams = 0;
  readonly #owner: SessionListener;
  readonly #needs: SessionNeeds;
  readonly #limits: SessionLimits;
  readonly #socket: Duplex;
  readonly #writer: SocketWriter;
  readonly #slowReads: SlowReads;
  #session: Http2Session | undefined = undefined;
  readonly #users = new Set<OpeningHandler>();
  readonly #reads: UpstreamReads;
  /** A large read came after podway last sent PING for a read, and the session does not process a read now. */
  #mayAskForRead = false;
  #isLeaving = false;
  #error: Error | undefined = undefined;
  /** When the pod last sent a byte, and when podway last sent PING, on the worker's clock. */
  #receivedAt: number;
  #pingedAt = 0;

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
    this.#receivedAt = clock.now;
    this.#owner = owner;
    this.#needs = needs;
    this.#limits = limits;
    this.#reads = new UpstreamReads(buffers);
    const read = { buffer: () => this.#reads.buffer, callback: (size: number) => this.#received(size) };
    const { stream, ready, reads } = dial(endpoint, address, read);
    this.#socket = stream;
    this.#writer = new SocketWriter(stream, turn);
    this.#slowReads = new SlowReads(turn, () => stream.resume());
    stream.on('error', (error: Error) => {
      this.#error ??= error;
    });
    stream.on('close', () => this.#closed());
    // A pod that has ended its side accepts no more bytes.
    stream.on('end', () => stream.destroy());
    stream.on('drain', () => this.#drained());
    stream.once(ready, () => this.#begin());
    if (reads === 'by-data') readByData(stream, read);
  }

  get full(): boolean {
    return this.#writer.full;
  }

  /**
   * Another stream may be opened on this connection. Not if its window is used up: the pod may never read the streams that use it, and
   * the bodies of other clients would wait for them.
   */
  get hasRoom(): boolean {
    const session = this.#session;
    const isEnding =
      this.#isLeaving || this.gone || session?.isOver === true || session?.hasNumbers === false;
    if (isEnding || session?.hasWindow === false) return false;
    return this.streams + this.#users.size < this.#maxStreams;
  }

  get #maxStreams(): number {
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

  /** `user` waits for the connection: `opened`, `crowded` or `closed` is called later. */
  wait(user: OpeningHandler): void {
    this.#users.add(user);
  }

  /** `user` waits no longer. */
  leave(user: OpeningHandler): void {
    this.#users.delete(user);
  }

  /** Opens a stream, which counts until `streamClosed` is called. Undefined if the connection accepts no further streams. */
  request(
    fields: readonly string[],
    endStream: boolean,
    neverIndexed: ReadonlySet<string> | undefined,
  ): Http2Stream | undefined {
    const session = this.#session;
    if (session === undefined || session.isOver || this.#isLeaving) return undefined;
    this.streams += 1;
    this.requests += 1;
    return session.request(fields, endStream, neverIndexed);
  }

  streamClosed(): void {
    this.streams -= 1;
    if (this.streams > 0) return;
    this.idleSince = this.#needs.clock.now;
    if (this.#isLeaving) this.destroy();
    // The buffer can only change after a read, so podway makes the pod send a frame, once for each large read: gRPC servers
    // end connections with many PINGs and no DATA between them.
    else if (this.#mayAskForRead && this.#reads.isLarge && this.#session?.isPinged === false) {
      this.#mayAskForRead = false;
      this.#session.ping(() => undefined);
    }
  }

  /** Ends a connection that is not open in time, or whose pod sends no bytes, not even an answer to PING. */
  check(now: number): void {
    if (!this.opened && now - this.idleSince >= this.#limits.opening) this.#openingTimedOut();
    if (this.streams === 0 || !this.opened || this.#session?.isOver !== false) return;
    const silence = now - Math.max(this.#receivedAt, this.idleSince);
    if (silence >= PING_AFTER + PONG_TIMEOUT && this.#pingedAt > this.#receivedAt) this.destroy();
    else if (silence >= PING_AFTER && this.#pingedAt <= this.#receivedAt) {
      this.#pingedAt = now;
      this.#session.ping(() => {
        this.#receivedAt = Math.max(this.#receivedAt, this.#pingedAt);
      });
    }
  }

  /** Opens no further stream, and closes the connection after the last one. */
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

  settingsReceived(): void {
    if (!this.opened) {
      this.opened = true;
      this.#owner.sessionOpened(this);
    }
    // The pod allows no stream for now: the requests wait.
    if (this.#maxStreams === 0) return;
    for (const user of this.#users) {
      this.#users.delete(user);
      if (this.#isLeaving || this.streams >= this.#maxStreams) user.crowded();
      else user.opened();
    }
  }

  requestReceived(): void {
    // A client's peer opens no streams.
  }

  streamRejected(): void {
    // The stream's user reports the failure.
  }

  goawayReceived(): void {
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
    this.#session = new Http2Session(podSettings(this.#limits), { output: this, handler: this, clock });
  }

  #received(size: number): boolean {
    const session = this.#session;
    if (session === undefined || session.isOver) return true;
    this.#receivedAt = this.#needs.clock.now;
    this.#slowReads.begin(size);
    const { buffer } = this.#reads;
    const mayAskForRead = this.#mayAskForRead || size >= MEDIUM;
    this.#mayAskForRead = false;
    this.#reads.recordHold(buffer, session.received(buffer, 0, size));
    this.#mayAskForRead = mayAskForRead;
    const goOn = this.#writer.queued <= MAX_QUEUED && !this.#slowReads.end();
    // The pod has ended all of its answers, though clients may not have taken them.
    this.#reads.processed(size, session.streams === 0);
    return goOn;
  }

  #drained(): void {
    this.#session?.drained();
    this.#socket.resume();
  }

  /** The next request uses a new connection: TCP may need minutes to repeat what was lost on this one. */
  #openingTimedOut(): void {
    this.#error ??= Object.assign(new Error('the pod sent no SETTINGS in time'), { code: 'ETIMEDOUT' });
    this.destroy();
  }

  #closed(): void {
    if (this.gone) return;
    this.gone = true;
    this.#session?.lost();
    this.#writer.discard();
    this.#reads.giveBack();
    this.#owner.sessionClosed(this);
    const users = [...this.#users];
    this.#users.clear();
    for (const user of users) user.closed(this.#error);
  }
}
