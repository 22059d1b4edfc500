import type { Socket } from 'node:net';
import { ForwardedLines, type Peer } from '../http1/forwarded-lines.ts';
import { RequestParser } from '../http1/request-parser.ts';
import { performance } from 'node:perf_hooks';
import { sendRefusal } from './answer.ts';
import { ByteWindow } from './byte-window.ts';
import type { Timed } from './clock.ts';
import { Exchange } from './exchange.ts';
import { recordRefusal } from './exchange-record.ts';
import { Outbox } from './outbox.ts';
import type { Logins } from './logins.ts';
import type { Plane } from './plane.ts';
import type { Tunnel } from './tunnel.ts';
import { JOINED_BODY, textOnly } from './write-parts.ts';

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
  readonly peer: Peer;
  /** What pods are told of the peer. */
  readonly forwarded: ForwardedLines;
  /** The client has sent FIN. */
  ended = false;
  readonly outbox: Outbox;
  /** What the next bytes are read into. */
  readBuffer: Buffer;
  /** When the head that is being read began, in milliseconds of performance.now(); 0: it came whole. */
  headBegin = 0;
  /** Pod connections on which this client has logged in. */
  logins: Logins | undefined;
  readonly #parser: RequestParser;
  readonly #window = new ByteWindow();
  #phase: Phase = 'idle';
  #exchange: Exchange | undefined;
  #tunnel: Tunnel | undefined;
  #pumping = false;
  /** A pending write refers to the bytes just read. */
  #retained = false;
  #discarded = 0;
  /** Bytes of requests that this connection has told the worker it holds. */
  #held = 0;
  /** A request has been read: empty lines behind it are nobody's next request. */
  #served = false;

  constructor(plane: Plane, socket: Socket, peer: Peer) {
    this.plane = plane;
    this.socket = socket;
    this.outbox = new Outbox(plane, socket);
    this.readBuffer = plane.buffers.shared;
    this.peer = peer;
    this.forwarded = new ForwardedLines(peer);
    const { limits } = plane.settings;
    this.#parser = new RequestParser(
      { line: limits.requestLine, head: limits.requestHead, fields: limits.requestFields },
      plane.settings.apiKeyHeader,
    );
    this.deadline = plane.clock.now + plane.settings.timeouts.keepAlive;
    plane.clock.add(this);
    socket.on('drain', () => this.#drained());
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

  /** A small answer of the router's own. */
  sendText(text: string): void {
    this.outbox.send(textOnly(text));
  }

  /** A pending write still refers to `buf`. What had to be kept lies in memory of its own, where nothing is overwritten. */
  retain(buf: Buffer): void {
    if (buf === this.readBuffer) this.#retained = true;
  }

  /** The exchange wants its body now; bytes may have come before it could take them. */
  pump(): void {
    if (this.#pumping) return;
    this.#pumping = true;
    while (this.#step());
    this.#window.keep();
    this.#pumping = false;
    this.regulate();
  }

  /** The answer is written. */
  exchangeDone(keepAlive: boolean): void {
    this.#exchange = undefined;
    if (this.#phase === 'closed') return;
    if (!keepAlive || (this.ended && this.#window.length === 0)) {
      this.close();
      return;
    }
    this.#phase = 'idle';
    const { clock, settings, draining } = this.plane;
    this.deadline = this.outbox.full ? this.outbox.patience : clock.now + settings.timeouts.keepAlive;
    if (draining) this.drain();
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
    this.outbox.end(() => {
      this.deadline = Math.min(this.deadline, clock.now + settings.timeouts.linger);
    });
    this.regulate();
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
    this.outbox.flush();
    this.socket.destroy();
  }

  /** Ends at once with a reset, so that even a body without framing does not look complete. */
  reset(): void {
    this.outbox.flush();
    this.socket.resetAndDestroy();
  }

  /** Hands the connection over to a tunnel, with the bytes the client sent early. */
  becomeTunnel(tunnel: Tunnel): void {
    this.#exchange = undefined;
    this.#phase = 'tunnel';
    this.#tunnel = tunnel;
    this.pump();
    if (this.ended) tunnel.clientEnded();
  }

  /** No further request after the one that runs; an idle connection ends soon. */
  drain(): void {
    if (this.#phase === 'idle') this.deadline = Math.min(this.deadline, this.plane.clock.now + DRAIN_IDLE);
  }

  expire(): void {
    this.deadline = Number.POSITIVE_INFINITY;
    switch (this.#phase) {
      case 'idle':
        if (this.outbox.moving) this.deadline = this.outbox.patience;
        else if (this.outbox.queued > 0) this.destroy();
        else this.close();
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
        if (this.outbox.moving) this.deadline = this.outbox.patience;
        else this.destroy();
        break;
      case 'closed':
        break;
    }
  }

  /** The client sent `buf[0, size)`; the next bytes go to `readBuffer`. */
  received(buf: Buffer, size: number): void {
    const { buffers, ledger } = this.plane;
    ledger.scalars.downstream_received_bytes += size;
    if (this.#phase === 'closing') {
      this.#discarded += size;
      this.regulate();
      return;
    }
    // So much is written as it is, perhaps not at once.
    this.readBuffer = buf === buffers.shared && size > JOINED_BODY ? buffers.own(size) : buf;
    this.#window.borrow(this.readBuffer, size);
    this.pump();
    const uploading = this.#exchange?.requestDone === false;
    this.readBuffer = buffers.nextOfClient(this.readBuffer, this.#retained, uploading);
    this.#retained = false;
  }

  /** Lets whoever is next consume bytes; false when nobody can go on. */
  #step(): boolean {
    const window = this.#window;
    switch (this.#phase) {
      case 'idle':
      case 'head':
        // Answers that nobody reads must not pile up, whoever wrote them: the next request waits.
        return window.length > 0 && !this.outbox.full && this.#readHead();
      case 'exchange': {
        const exchange = this.#exchange as Exchange;
        if (!exchange.wantsBody || window.length === 0) return false;
        window.consume(exchange.takeBody(window.bytes, window.start, window.end));
        return true;
      }
      case 'tunnel': {
        if (window.length === 0) return false;
        (this.#tunnel as Tunnel).fromClient(window.bytes, window.start, window.end);
        window.clear();
        return false;
      }
      case 'closing':
      case 'closed':
        return false;
    }
  }

  #readHead(): boolean {
    const window = this.#window;
    const next = this.#parser.parse(window.bytes, window.start, window.end);
    if (next < 0) {
      this.#refuse(this.#parser.error);
      return false;
    }
    if (next === 0) {
      this.#headBegun();
      return false;
    }
    window.consume(next);
    const { head } = this.#parser;
    this.#served = true;
    this.#phase = 'exchange';
    this.#exchange = new Exchange(this, head);
    this.headBegin = 0;
    this.#exchange.start();
    return true;
  }

  /** A part of a head is there: the rest must come in time. Empty lines between requests do not count as one. */
  #headBegun(): void {
    const window = this.#window;
    window.consume(window.start + this.#parser.skipped);
    if (window.length === 0 && this.#served) {
      if (this.ended) this.close();
      return;
    }
    if (this.#phase === 'idle') {
      this.#phase = 'head';
      this.headBegin = performance.now();
      this.deadline = this.plane.clock.now + this.plane.settings.timeouts.requestHead;
    }
    if (this.ended) this.#refuse({ status: 400, reason: 'head-cut' });
    else if (this.plane.overload.memorySpent) this.#refuse({ status: 503, reason: 'overload-memory' });
  }

  /** Answers what never became a request. */
  #refuse(why: { readonly status: number; readonly reason: string }): void {
    recordRefusal(this, sendRefusal(this, why));
    this.#parser.reset();
    this.close();
  }

  /** Reads on unless enough lies unread. */
  regulate(): void {
    this.#countHeld();
    if (this.#enough()) this.socket.pause();
    else if (this.socket.isPaused()) this.socket.resume();
  }

  /** What came and no pod has taken yet: here, or in the queue of the pod's socket. */
  #countHeld(): void {
    const held = this.#window.memory + (this.#exchange?.body?.queued ?? 0) + (this.#tunnel?.queued ?? 0);
    this.plane.overload.heldBytes += held - this.#held;
    this.#held = held;
  }

  #enough(): boolean {
    const limit = this.plane.overload.memorySpent ? 1 : HELD_LIMIT;
    switch (this.#phase) {
      case 'tunnel':
        return (this.#tunnel as Tunnel).clientBlocked;
      case 'closing':
        return this.#discarded >= LINGER_LIMIT;
      case 'head':
        // The parser refuses a head that is too large, so it has to see that much.
        return this.outbox.full && this.#window.length >= limit;
      case 'idle':
      case 'exchange':
        return this.#window.length >= limit;
      case 'closed':
        return false;
    }
  }

  #drained(): void {
    this.outbox.drained();
    this.#exchange?.downstreamDrained();
    this.#tunnel?.downstreamDrained();
    if (this.#phase === 'idle' || this.#phase === 'head') this.pump();
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
    this.outbox.discard();
    this.plane.buffers.giveBack(this.readBuffer);
    this.readBuffer = this.plane.buffers.shared;
    this.#window.clear();
    this.plane.connectionClosed(this);
    this.#exchange?.downstreamGone();
    this.#tunnel?.clientGone();
    this.#exchange = undefined;
    this.#tunnel = undefined;
    this.#countHeld();
  }
}
