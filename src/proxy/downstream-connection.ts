import type { Socket } from 'node:net';
import { RequestParser } from '../http1/request-parser.ts';
import { ownAnswer } from './answer.ts';
import { ByteWindow } from './byte-window.ts';
import type { Timed } from './clock.ts';
import { Exchange } from './exchange.ts';
import type { Plane } from './plane.ts';
import type { Tunnel } from './tunnel.ts';
import { type Parts, writeParts } from './write-parts.ts';

const NO_BYTES = Buffer.alloc(0);

/** Bytes kept while nobody consumes them (pipelined requests, a body its pod does not read); then the client waits. */
const HELD_LIMIT = 65_536;
/** What a refused client may still send before it is no longer listened to. */
const LINGER_LIMIT = 65_536;
/** An idle connection found at the start of a drain gets this long to bring the request that may be under way. */
const DRAIN_IDLE = 1_000;

type Phase = 'idle' | 'head' | 'exchange' | 'tunnel' | 'closing' | 'closed';

/**
 * One client connection: reads heads, runs one exchange at a time in the order of the requests, keeps what was
 * pipelined behind it, and owns every byte written to the client. Any duplex stream will do for a socket.
 */
export class DownstreamConnection implements Timed {
  deadline: number;
  readonly plane: Plane;
  readonly socket: Socket;
  readonly clientAddress: string;
  /** Forwarded headers of this peer are believed. */
  readonly trusted: boolean;
  /** The client has sent FIN. */
  ended = false;
  readonly #parser: RequestParser;
  readonly #window = new ByteWindow();
  #phase: Phase = 'idle';
  #exchange: Exchange | undefined;
  #tunnel: Tunnel | undefined;
  #pumping = false;
  #discarded = 0;
  /** Share of the plane's buffer budget taken by bytes queued for this client. */
  #queued = 0;

  constructor(plane: Plane, socket: Socket, peer: { address: string; trusted: boolean }) {
    this.plane = plane;
    this.socket = socket;
    this.clientAddress = peer.address;
    this.trusted = peer.trusted;
    const { limits } = plane.settings;
    this.#parser = new RequestParser(
      { line: limits.requestLine, head: limits.requestHead, fields: limits.requestFields },
      plane.settings.apiKeyHeader,
    );
    this.deadline = plane.clock.now + plane.settings.timeouts.keepAlive;
    plane.clock.add(this);
    socket.on('data', (chunk: Buffer) => this.#data(chunk));
    socket.on('drain', () => this.#drain());
    socket.on('end', () => this.#end());
    socket.on('error', () => {
      // 'close' follows and says all that matters: the client is gone.
    });
    socket.on('close', () => this.#closed());
  }

  get closed(): boolean {
    return this.#phase === 'closed';
  }

  /** Bytes not yet consumed, so sent by the client before it could see our answer. */
  get heldLength(): number {
    return this.#window.length;
  }

  /** Bytes written that the kernel had not taken when last looked at. */
  get queued(): number {
    return this.#queued;
  }

  /** True: the socket still refers to `parts.buf` (see writeParts). */
  send(parts: Parts): boolean {
    const { text, start, end, tail } = parts;
    this.plane.ledger.scalars.downstream_sent_bytes += text.length + end - start + tail.length;
    const retained = writeParts(this.socket, parts);
    this.#account();
    return retained;
  }

  /** A small answer of the router's own. */
  sendText(text: string): void {
    this.send({ text, buf: NO_BYTES, start: 0, end: 0, tail: '' });
  }

  /** The exchange wants its body now; bytes may have come before it could take them. */
  pump(): void {
    if (this.#pumping) return;
    this.#pumping = true;
    while (this.#step());
    this.#pumping = false;
    this.#regulate();
  }

  /** The answer is out. `unread`: the client may still be sending this request's body. */
  exchangeDone(keepAlive: boolean): void {
    this.#exchange = undefined;
    if (this.#phase === 'closed') return;
    if (!keepAlive || (this.ended && this.#window.length === 0)) {
      this.close();
      return;
    }
    this.#phase = 'idle';
    this.deadline = this.plane.clock.now + this.plane.settings.timeouts.keepAlive;
    if (this.plane.draining) this.drain();
    this.pump();
  }

  /**
   * Ends our side and goes on reading for a while: a client that is still sending must be able to read our answer
   * before a reset wipes it out (RFC 9112 section 9.6).
   */
  close(): void {
    if (this.#phase === 'closed' || this.#phase === 'closing') return;
    this.#phase = 'closing';
    const { clock, settings } = this.plane;
    this.deadline = clock.now + settings.timeouts.downstreamIdle;
    this.#window.clear();
    this.socket.end(() => {
      this.deadline = Math.min(this.deadline, clock.now + settings.timeouts.linger);
    });
    this.#regulate();
  }

  /** Ends without an answer; what was answered before still arrives. */
  hangUp(): void {
    this.close();
  }

  /** The drain is over: true when something was still going on here. */
  cut(): boolean {
    const busy = this.#exchange !== undefined || this.#tunnel !== undefined;
    this.#exchange?.cut();
    this.#tunnel?.cut();
    if (!busy) this.destroy();
    return busy;
  }

  /** Ends at once, without an answer. */
  destroy(): void {
    this.socket.destroy();
  }

  /** Ends at once with a reset, so that even a body without framing does not look complete. */
  reset(): void {
    this.socket.resetAndDestroy();
  }

  /** Hands the connection over to a tunnel, with the bytes the client sent early. */
  becomeTunnel(tunnel: Tunnel): void {
    this.#exchange = undefined;
    this.#phase = 'tunnel';
    this.#tunnel = tunnel;
    this.pump();
  }

  /** No further request after the one that runs; an idle connection ends soon. */
  drain(): void {
    if (this.#phase === 'idle') this.deadline = Math.min(this.deadline, this.plane.clock.now + DRAIN_IDLE);
  }

  expire(): void {
    this.deadline = Number.POSITIVE_INFINITY;
    switch (this.#phase) {
      case 'idle':
        this.close();
        break;
      case 'head':
        this.#refuse({ status: 408, reason: 'request-timeout' });
        break;
      case 'exchange':
        this.#exchange?.expire();
        break;
      case 'tunnel':
        this.#tunnel?.expire();
        break;
      case 'closing':
      case 'closed':
        this.destroy();
        break;
    }
  }

  #data(chunk: Buffer): void {
    this.plane.ledger.scalars.downstream_received_bytes += chunk.length;
    if (this.#phase === 'closing') {
      this.#discarded += chunk.length;
      this.#regulate();
      return;
    }
    this.#window.push(chunk);
    this.pump();
  }

  /** Lets whoever is next consume bytes; false when nobody can go on. */
  #step(): boolean {
    const window = this.#window;
    switch (this.#phase) {
      case 'idle':
      case 'head':
        return window.length > 0 && this.#readHead();
      case 'exchange': {
        const exchange = this.#exchange as Exchange;
        if (!exchange.wantsBody || window.length === 0) return false;
        window.consume(exchange.takeBody(window.bytes, window.start, window.end));
        return true;
      }
      case 'tunnel': {
        if (window.length === 0) return false;
        const { bytes, start, end } = window;
        window.clear();
        (this.#tunnel as Tunnel).fromClient(bytes.subarray(start, end));
        return false;
      }
      case 'closing':
      case 'closed':
        return false;
    }
  }

  #readHead(): boolean {
    const window = this.#window;
    if (this.#phase === 'idle') {
      this.#phase = 'head';
      this.deadline = this.plane.clock.now + this.plane.settings.timeouts.requestHead;
    }
    const next = this.#parser.parse(window.bytes, window.start, window.end);
    if (next < 0) {
      this.#refuse(this.#parser.error);
      return false;
    }
    if (next === 0) {
      window.consume(window.start + this.#parser.skipped);
      return false;
    }
    window.consume(next);
    const { head } = this.#parser;
    this.#phase = 'exchange';
    this.#exchange = new Exchange(this, head);
    this.#exchange.start();
    return true;
  }

  /** Answers what never became a request. */
  #refuse({ status, reason }: { readonly status: number; readonly reason: string }): void {
    const { plane } = this;
    plane.ledger.refused(reason);
    this.sendText(
      ownAnswer({ status, reason, keepAlive: false, minor: 1, headOnly: false, date: plane.date }),
    );
    this.#parser.reset();
    this.close();
  }

  /** Reads on unless enough lies unread. */
  #regulate(): void {
    const full =
      this.#phase === 'tunnel'
        ? (this.#tunnel as Tunnel).clientBlocked
        : this.#phase === 'closing'
          ? this.#discarded >= LINGER_LIMIT
          : this.#window.length >= HELD_LIMIT;
    if (full) this.socket.pause();
    else if (this.socket.isPaused()) this.socket.resume();
  }

  /** Keeps the plane's buffer budget up to date. */
  #account(): void {
    const queued = this.socket.writableLength;
    this.plane.budget.used += queued - this.#queued;
    this.#queued = queued;
  }

  #drain(): void {
    this.#account();
    this.#exchange?.downstreamDrained();
    this.#tunnel?.downstreamDrained();
  }

  #end(): void {
    this.ended = true;
    switch (this.#phase) {
      case 'idle':
        this.close();
        break;
      case 'head':
        this.#refuse({ status: 400, reason: 'head-cut' });
        break;
      case 'exchange':
        this.#exchange?.downstreamEnded();
        break;
      case 'tunnel':
        this.#tunnel?.clientEnded();
        break;
      case 'closing':
      case 'closed':
        break;
    }
  }

  #closed(): void {
    if (this.#phase === 'closed') return;
    this.#phase = 'closed';
    this.plane.clock.remove(this);
    this.plane.budget.used -= this.#queued;
    this.#queued = 0;
    this.#window.clear();
    this.plane.connectionClosed(this);
    this.#exchange?.downstreamGone();
    this.#tunnel?.clientGone();
    this.#exchange = undefined;
    this.#tunnel = undefined;
  }

  /** A tunnel that can take client bytes again. */
  regulate(): void {
    this.#regulate();
  }
}
