import type { RefusalReason } from '../../../boundary/reasons.ts';
import type { ForwardedLines, Peer } from '../../../http1/forwarded-lines.ts';
import type { PinnedConnections, TunnelClientSide, Running } from '../../exchange/ends.ts';
import type { Timed } from '../../load/coarse-clock.ts';
import { DelayedReset } from '../delayed-reset.ts';
import { ClientBytes, type Receiver } from '../client-bytes.ts';
import { type Client, ClientMemory, type Phase } from '../client-memory.ts';
import type { ClientStream } from '../client-stream.ts';
import { ClientWriter } from '../client-writer.ts';
import type { Connection } from '../clients.ts';
import { Place } from '../connection-queue.ts';
import { type ClosingConnection, endOf } from '../linger.ts';
import type { ClientNeeds } from '../needs.ts';
import { DRAIN_GRACE, type IdleClient } from '../waiting-connections.ts';
import { HeadReader } from './head-reader.ts';
import { leaveTurn } from './leave-turn.ts';
import { answerRefusal } from './refusal.ts';
import { type AfterTurn, HttpTurn, type TurnConnection } from './turn.ts';

/** One client connection: it reads heads, runs one turn at a time, keeps pipelined bytes, and writes to the client. */
export class DownstreamConnection
  implements Connection, Timed, Client, IdleClient, TurnConnection, ClosingConnection, Receiver
{
  readonly needs: ClientNeeds;
  readonly client: ClientStream;
  readonly peer: Peer;
  readonly forwarded: ForwardedLines;
  readonly writer: ClientWriter;
  pinned: PinnedConnections | undefined = undefined;
  /** The client has sent FIN. */
  ended = false;
  /** In a queue of connections that wait for a request, while no request runs. */
  readonly place: Place<IdleClient> = new Place<IdleClient>(this);
  clockIndex = -1;
  clientIndex = -1;
  phase: Phase = 'idle';
  /** The turn that runs, or the one that opened the tunnel. */
  turn: HttpTurn | undefined = undefined;
  tunnel: TunnelClientSide | undefined = undefined;
  /** The exchange of the turn, the tunnel, or the end of the connection. Its deadline is that of the connection. */
  running: Running | undefined = undefined;
  pumping = false;
  readonly #stream: ClientStream['stream'];
  readonly #bytes: ClientBytes;
  readonly #memory: ClientMemory;
  readonly #heads: HeadReader;
  /** The deadline while `running` is undefined. */
  #deadline: number;
  /** The client must not take the written bytes for a complete response. */
  #isResetting = false;

  constructor(needs: ClientNeeds, client: ClientStream, peer: Peer) {
    const { clock, settings, readings, waiting } = needs;
    this.needs = needs;
    this.client = client;
    this.#stream = client.stream;
    this.writer = new ClientWriter(needs, client.stream);
    this.#bytes = new ClientBytes(needs.buffers, this);
    this.#memory = new ClientMemory(this, this.#bytes.window);
    const known = readings.peers.of(peer);
    this.peer = known.peer;
    this.forwarded = known.forwarded;
    this.#heads = new HeadReader(peer.trusted ? readings.trusted : readings.others, known.heads);
    this.#deadline = clock.now + settings.keepaliveTimeout;
    clock.add(this);
    waiting.silent.append(this.place);
    client.stream.on('drain', () => this.#drained());
    client.stream.on('end', () => this.#end());
    client.stream.on('close', () => this.#closed());
    client.deliverTo(this.#bytes);
  }

  get deadline(): number {
    return this.running === undefined ? this.#deadline : this.running.deadline;
  }

  get closed(): boolean {
    return this.phase === 'closed';
  }

  get unread(): number {
    return this.#bytes.window.length;
  }

  get isLast(): boolean {
    return this.#memory.hasStoppedReading || this.needs.draining;
  }

  pump(): void {
    if (this.pumping) return;
    this.pumping = true;
    while (this.#step());
    this.#bytes.window.keep();
    this.pumping = false;
    this.regulate();
  }

  turnDone(next: AfterTurn): void {
    leaveTurn(this);
    this.running = undefined;
    if (this.closed) return;
    if (next !== 'request' || this.#memory.hasStoppedReading || (this.ended && this.unread === 0)) {
      this.close(next);
      return;
    }
    this.phase = 'idle';
    const { clock, settings, draining, waiting } = this.needs;
    this.#deadline = this.writer.full
      ? this.writer.idleDeadline(settings.clientIdleTimeout)
      : clock.now + settings.keepaliveTimeout;
    waiting.kept.append(this.place);
    if (draining) this.drain();
    this.pump();
  }

  close(next: AfterTurn = 'linger'): void {
    const isAllRead = this.unread === 0 && !this.#bytes.mayHaveMore;
    if (this.#closing()) this.running = endOf(this, next === 'close' && isAllRead && !this.isLast);
    this.regulate();
  }

  /** Delivers the received bytes of a truncated response. `isUnframed`: only a reset shows that it is incomplete. */
  resetWhenSent(isUnframed: boolean): void {
    if (!isUnframed) this.close();
    else if (this.#closing()) this.running = new DelayedReset(this);
    this.#isResetting = isUnframed;
    this.regulate();
  }

  #closing(): boolean {
    if (this.phase === 'closed' || this.phase === 'closing') return false;
    this.phase = 'closing';
    leaveTurn(this);
    this.#bytes.window.clear();
    this.place.leave();
    return true;
  }

  cut(): boolean {
    const isBusy = this.phase === 'exchange' || this.phase === 'tunnel';
    if (this.running === undefined) this.destroy();
    else this.running.cut();
    return isBusy;
  }

  /** Closes the connection at once, without an answer; by a reset if a response without framing was truncated. */
  destroy(): void {
    this.place.leave();
    this.writer.flush();
    if (this.#isResetting) this.client.reset();
    else this.#stream.destroy();
  }

  /** Closes the connection at once with a reset, so that even a body without framing does not look complete. */
  reset(): void {
    this.writer.flush();
    this.client.reset();
  }

  becomeTunnel(tunnel: TunnelClientSide): void {
    this.phase = 'tunnel';
    this.tunnel = tunnel;
    this.running = tunnel;
    this.pump();
    if (this.ended) tunnel.ended();
  }

  drain(): void {
    if (this.phase === 'idle') this.#deadline = Math.min(this.#deadline, this.needs.clock.now + DRAIN_GRACE);
  }

  expire(): void {
    const { writer } = this;
    const { clientIdleTimeout } = this.needs.settings;
    this.#deadline = Number.POSITIVE_INFINITY;
    if (this.running !== undefined) this.running.expire();
    else if (this.phase === 'head') this.refuse('request-timeout');
    else if (writer.isMoving(clientIdleTimeout)) this.#deadline = writer.idleDeadline(clientIdleTimeout);
    else if (writer.queued > 0) this.destroy();
    else this.close();
  }

  received(buf: Buffer, size: number): void {
    this.needs.counts.scalars.downstream_received_bytes += size;
    if (this.phase === 'closing') {
      this.#memory.discarded += size;
      this.regulate();
    } else {
      this.#bytes.bytesReceived(buf, size);
      this.pump();
    }
    this.#bytes.processed(this.turn?.requestDone === false ? 'upload' : 'other', this.#memory.nextRead);
  }

  /** Lets the next consumer take bytes. Returns false if no consumer can continue. */
  #step(): boolean {
    const { window } = this.#bytes;
    const { bytes, start, end } = window;
    switch (this.phase) {
      case 'idle':
      case 'head':
        // Answers that the client does not read must not pile up, so its next request waits.
        return window.length > 0 && !this.writer.full && this.#readHead();
      case 'exchange': {
        const hold = this.turn?.readFrom(window) ?? 'nothing';
        if (hold === 'nothing') return false;
        this.#bytes.recordHold(bytes, hold);
        return true;
      }
      case 'tunnel':
        if (start < end && this.tunnel?.fromClient(bytes, start, end) === 'kept')
          this.#bytes.recordHold(bytes, 'kept');
        window.clear();
        return false;
      case 'closing':
      case 'closed':
        return false;
    }
  }

  #readHead(): boolean {
    const heads = this.#heads;
    switch (heads.read(this.#bytes.window)) {
      case 'whole':
        this.#begin(new HttpTurn(this, heads.take(), heads.began));
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

  #begin(turn: HttpTurn): void {
    this.phase = 'exchange';
    this.place.leave();
    this.turn = turn;
    this.running = turn.exchange;
    this.#heads.began = 0;
    turn.exchange.start();
  }

  /** A part of a head has arrived: the rest must arrive in time. */
  #headBegun(): void {
    const { clock, settings, memory } = this.needs;
    if (this.phase === 'idle') {
      this.phase = 'head';
      this.#deadline = clock.now + settings.requestHeadTimeout;
    }
    if (this.ended) this.refuse('head-cut');
    else if (!memory.makeRoom(this.peer.network)) this.refuse('overload-memory');
  }

  refuse(reason: RefusalReason): void {
    answerRefusal(this, reason, this.#heads.began);
    this.#heads.reset();
    this.close();
  }

  /** Continues to read unless too many bytes wait. */
  regulate(): void {
    this.#memory.count();
    if (this.#memory.enough) this.#stream.pause();
    else if (this.#stream.isPaused()) this.#stream.resume();
  }

  #drained(): void {
    this.writer.drained();
    this.running?.drained();
    if (this.phase === 'idle' || this.phase === 'head') this.pump();
  }

  #end(): void {
    this.ended = true;
    if (this.phase === 'idle') this.close();
    else if (this.phase === 'head') this.refuse('head-cut');
    else if (this.phase === 'exchange') this.turn?.clientEnded();
    else if (this.phase === 'tunnel') this.tunnel?.ended();
  }

  #closed(): void {
    if (this.closed) return;
    this.phase = 'closed';
    this.needs.clock.remove(this);
    this.place.leave();
    this.writer.discard();
    this.#bytes.discard();
    this.pinned?.end();
    this.needs.connectionClosed(this);
    this.running?.gone();
    this.running = undefined;
    this.#heads.reset();
    this.#memory.count();
  }
}
