import type { Duplex } from 'node:stream';
import type { RefusalReason } from '../../../boundary/reasons.ts';
import { ForwardedLines, type Peer } from '../../../http1/forwarded-lines.ts';
import { sendRefusal } from '../../exchange/own-answer.ts';
import { BreakOff } from '../break-off.ts';
import { ClientBytes } from '../client-bytes.ts';
import { type Client, ClientMemory, type Phase } from '../client-memory.ts';
import type { Timed } from '../../load/coarse-clock.ts';
import { Place } from '../connection-queue.ts';
import { Exchange } from '../../exchange/exchange.ts';
import { recordRefusal } from '../../exchange/record.ts';
import { HeadReader } from './head-reader.ts';
import type { ClientStream } from '../client-stream.ts';
import { ClientWriter } from '../client-writer.ts';
import type { Logins } from '../../upstream/http1/logins.ts';
import type { Plane } from '../../plane.ts';
import type { Tunnel } from '../../exchange/tunnel.ts';
import type { Waiting } from '../waiting-connections.ts';
import { textOnly } from '../../bytes/write-parts.ts';

/** An idle connection found at the start of a drain gets this long to bring the request that may be under way. */
const DRAIN_IDLE = 1_000;

/**
 * One client connection: reads heads, runs one exchange at a time in the order of the requests, keeps what was
 * pipelined behind it, and owns every byte written to the client.
 */
export class DownstreamConnection implements Timed, Client, Waiting {
  deadline: number;
  readonly plane: Plane;
  readonly client: ClientStream;
  readonly peer: Peer;
  /** What pods are told of the peer. */
  readonly forwarded: ForwardedLines;
  /** The client has sent FIN. */
  ended = false;
  readonly outbox: ClientWriter;
  /** Pod connections on which this client has logged in. */
  logins: Logins | undefined;
  /** Among those that wait for a request, while nothing runs. */
  readonly place: Place<DownstreamConnection> = new Place(this);
  phase: Phase = 'idle';
  exchange: Exchange | undefined;
  tunnel: Tunnel | undefined;
  pumping = false;
  readonly #stream: Duplex;
  readonly #bytes: ClientBytes;
  readonly #memory: ClientMemory;
  readonly #heads: HeadReader;
  #breakOff: BreakOff | undefined;

  constructor(plane: Plane, client: ClientStream, peer: Peer) {
    const { stream } = client;
    this.plane = plane;
    this.client = client;
    this.#stream = stream;
    this.outbox = new ClientWriter(plane, stream);
    this.#bytes = new ClientBytes(plane.buffers);
    this.#memory = new ClientMemory(this, this.#bytes.window);
    this.peer = peer;
    this.forwarded = new ForwardedLines(peer);
    this.#heads = new HeadReader(peer.trusted ? plane.readings.trusted : plane.readings.others);
    this.deadline = plane.clock.now + plane.settings.keepaliveTimeout;
    plane.clock.add(this);
    plane.waiting.silent.append(this.place);
    stream.on('drain', () => this.#drained());
    stream.on('end', () => this.#end());
    stream.on('error', () => {
      // 'close' follows and says all that matters: the client is gone.
    });
    stream.on('close', () => this.#closed());
    client.deliverTo(this);
  }

  get closed(): boolean {
    return this.phase === 'closed';
  }

  /** Bytes not yet consumed, so sent by the client before it could see our answer. */
  get heldLength(): number {
    return this.#bytes.window.length;
  }

  /** When the head that is being read began, in milliseconds of performance.now(); 0: it came whole. */
  get headBegin(): number {
    return this.#heads.began;
  }

  /** No request is read behind the one that runs. */
  get last(): boolean {
    return this.#memory.gaveUp || this.plane.draining;
  }

  get readBuffer(): Buffer {
    return this.#bytes.readBuffer;
  }

  get readSize(): number {
    return this.#bytes.readSize;
  }

  /** A small answer of the router's own. */
  sendText(text: string): void {
    this.outbox.send(textOnly(text));
  }

  retain(buf: Buffer): void {
    this.#bytes.retain(buf);
  }

  /** The exchange wants its body now; bytes may have come before it could take them. */
  pump(): void {
    if (this.pumping) return;
    this.pumping = true;
    while (this.#step());
    this.#bytes.window.keep();
    this.pumping = false;
    this.regulate();
  }

  /** The answer is written. */
  exchangeDone(keepAlive: boolean): void {
    this.exchange = undefined;
    if (this.phase === 'closed') return;
    if (!keepAlive || this.#memory.gaveUp || (this.ended && this.#bytes.window.length === 0)) {
      this.close();
      return;
    }
    this.phase = 'idle';
    const { clock, settings, draining, waiting } = this.plane;
    this.deadline = this.outbox.full ? this.outbox.patience : clock.now + settings.keepaliveTimeout;
    waiting.kept.append(this.place);
    if (draining) this.drain();
    this.pump();
  }

  /**
   * Ends our side and goes on reading for a while: a client that is still sending must be able to read our answer
   * before a reset wipes it out (RFC 9112 section 9.6).
   */
  close(): void {
    if (!this.#closing()) return;
    const { clock, settings, waiting } = this.plane;
    this.deadline = clock.now + settings.clientIdleTimeout;
    this.outbox.end(() => {
      this.deadline = Math.min(this.deadline, clock.now + settings.lingerTimeout);
      if (!this.closed) waiting.kept.append(this.place);
    });
    this.regulate();
  }

  /** The answer broke off: all that came of it is delivered. `unframed`: only a reset tells it from a whole one. */
  breakOff(unframed: boolean): void {
    if (!unframed) this.close();
    else if (this.#closing()) {
      this.#breakOff = new BreakOff(this);
      this.regulate();
    }
  }

  /** False when it was closing already. */
  #closing(): boolean {
    if (this.phase === 'closed' || this.phase === 'closing') return false;
    this.phase = 'closing';
    this.#bytes.window.clear();
    this.place.leave();
    return true;
  }

  /** The drain is over: true when something was still going on here. */
  cut(): boolean {
    const busy = this.exchange !== undefined || this.tunnel !== undefined;
    this.exchange?.cut();
    this.tunnel?.cut();
    if (!busy) this.destroy();
    return busy;
  }

  /** Ends at once, without an answer; what is broken off ends as such all the same. */
  destroy(): void {
    this.place.leave();
    this.outbox.flush();
    if (this.#breakOff === undefined) this.#stream.destroy();
    else this.client.reset();
  }

  /** Ends at once with a reset, so that even a body without framing does not look complete. */
  reset(): void {
    this.outbox.flush();
    this.client.reset();
  }

  /** Hands the connection over to a tunnel, with the bytes the client sent early. */
  becomeTunnel(tunnel: Tunnel): void {
    this.exchange = undefined;
    this.phase = 'tunnel';
    this.tunnel = tunnel;
    this.pump();
    if (this.ended) tunnel.clientEnded();
  }

  /** No further request after the one that runs; an idle connection ends soon. */
  drain(): void {
    if (this.phase === 'idle') this.deadline = Math.min(this.deadline, this.plane.clock.now + DRAIN_IDLE);
  }

  expire(): void {
    this.deadline = Number.POSITIVE_INFINITY;
    switch (this.phase) {
      case 'idle':
        if (this.outbox.moving) this.deadline = this.outbox.patience;
        else if (this.outbox.queued > 0) this.destroy();
        else this.close();
        break;
      case 'head':
        this.refuse('request-timeout');
        break;
      case 'exchange':
        this.exchange?.expire();
        break;
      case 'tunnel':
        this.tunnel?.expire();
        break;
      case 'closing':
        if (this.#breakOff !== undefined) this.#breakOff.expire();
        else if (this.outbox.moving) this.deadline = this.outbox.patience;
        else this.destroy();
        break;
      case 'closed':
        break;
    }
  }

  /** The client sent `buf[0, size)`; the next bytes go to `readBuffer`. */
  received(buf: Buffer, size: number): void {
    this.plane.ledger.scalars.downstream_received_bytes += size;
    if (this.phase === 'closing') {
      this.#memory.discarded += size;
      this.regulate();
      return;
    }
    this.#bytes.came(buf, size);
    this.pump();
    const uploading = this.exchange?.requestDone === false;
    this.#bytes.dealtWith(uploading, this.#memory.nextRead);
  }

  /** Lets whoever is next consume bytes; false when nobody can go on. */
  #step(): boolean {
    const { window } = this.#bytes;
    switch (this.phase) {
      case 'idle':
      case 'head':
        // Answers that nobody reads must not pile up, whoever wrote them: the next request waits.
        return window.length > 0 && !this.outbox.full && this.#readHead();
      case 'exchange': {
        const exchange = this.exchange as Exchange;
        if (!exchange.wantsBody || window.length === 0) return false;
        window.consume(exchange.takeBody(window.bytes, window.start, window.end));
        return true;
      }
      case 'tunnel': {
        if (window.length === 0) return false;
        (this.tunnel as Tunnel).fromClient(window.bytes, window.start, window.end);
        window.clear();
        return false;
      }
      case 'closing':
      case 'closed':
        return false;
    }
  }

  #readHead(): boolean {
    const heads = this.#heads;
    switch (heads.read(this.#bytes.window)) {
      case 'whole':
        this.phase = 'exchange';
        this.place.leave();
        this.exchange = new Exchange(this, heads.head);
        heads.began = 0;
        this.exchange.start();
        return true;
      case 'part':
        this.#headBegun();
        return false;
      case 'nothing':
        if (this.ended) this.close();
        return false;
      case 'refused':
        this.refuse(heads.error);
        return false;
    }
  }

  /** A part of a head is there: the rest must come in time. */
  #headBegun(): void {
    const { clock, settings, memory } = this.plane;
    if (this.phase === 'idle') {
      this.phase = 'head';
      this.deadline = clock.now + settings.requestHeadTimeout;
    }
    if (this.ended) this.refuse('head-cut');
    else if (!memory.makeRoom(this.peer.address)) this.refuse('overload-memory');
  }

  /** Answers what never became a request. */
  refuse(reason: RefusalReason): void {
    recordRefusal(this, sendRefusal(this, reason));
    this.#heads.reset();
    this.close();
  }

  /** Reads on unless enough lies unread. */
  regulate(): void {
    this.#memory.count();
    if (this.#memory.enough) this.#stream.pause();
    else if (this.#stream.isPaused()) this.#stream.resume();
  }

  #drained(): void {
    this.outbox.drained();
    this.exchange?.downstreamDrained();
    this.tunnel?.downstreamDrained();
    if (this.phase === 'idle' || this.phase === 'head') this.pump();
  }

  #end(): void {
    this.ended = true;
    switch (this.phase) {
      case 'idle':
        this.close();
        break;
      case 'head':
        this.refuse('head-cut');
        break;
      case 'exchange':
        this.exchange?.downstreamEnded();
        break;
      case 'tunnel':
        this.tunnel?.clientEnded();
        break;
      case 'closing':
      case 'closed':
        break;
    }
  }

  #closed(): void {
    if (this.phase === 'closed') return;
    this.phase = 'closed';
    this.plane.clock.remove(this);
    this.place.leave();
    this.outbox.discard();
    this.#bytes.discard();
    this.plane.connectionClosed(this);
    this.exchange?.downstreamGone();
    this.tunnel?.clientGone();
    this.exchange = undefined;
    this.tunnel = undefined;
    this.#memory.count();
  }
}
