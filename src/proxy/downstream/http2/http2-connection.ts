import type { GoawayReason } from '../../../boundary/http2-figures.ts';
import { ForwardedLines, type Peer } from '../../../http1/forwarded-lines.ts';
import type { Http2RequestReader } from '../../../http2/request-reader.ts';
import type { SessionOutput } from '../../../http2/session/sender.ts';
import { Http2Session } from '../../../http2/session/session.ts';
import type { SessionSink } from '../../../http2/session/session-ends.ts';
import type { Http2Stream } from '../../../http2/session/stream.ts';
import type { QueueMemory } from '../../../http2/session/byte-queue.ts';
import type { DataPiece } from '../../../http2/session/stream-ends.ts';
import { LARGE, type Hold } from '../../bytes/read-buffers.ts';
import { MAX_JOINED_BODY_BYTES, textOnly } from '../../bytes/write-parts.ts';
import type { Timed } from '../../load/coarse-clock.ts';
import { IndexedSet } from '../../load/indexed-set.ts';
import { ClientBytes, type Receiver } from '../client-bytes.ts';
import type { ClientStream } from '../client-stream.ts';
import { ClientWriter } from '../client-writer.ts';
import type { Connection } from '../clients.ts';
import { Place } from '../connection-queue.ts';
import type { ClientNeeds } from '../needs.ts';
import type { IdleClient } from '../waiting-connections.ts';
import { countStream, type Http2Shared, websocketKey } from './http2-shared.ts';
import { refuseLogin, refuseStream } from './refuse-stream.ts';
import { ReadPauses } from './read-pauses.ts';
import { ageOf } from './session-options.ts';
import { StreamTurn } from './stream-turn.ts';

/** Maximum bytes that a client may still send after the connection has failed. */
const LINGER_LIMIT = 1_048_576;

/**
 * The state of the connection: `opening` until the client's SETTINGS arrive, then `open`, `leaving` while podway announces the end
 * and still serves new requests, `closing` when either side has sent its last GOAWAY, and `closed`.
 */
type Phase = 'opening' | 'open' | 'leaving' | 'closing' | 'closed';

/** One client connection that speaks HTTP/2. It owns the socket and the requests, enforces the timeouts, and closes the connection. */
export class Http2Connection implements Connection, Timed, IdleClient, Receiver, SessionSink, SessionOutput {
  readonly needs: ClientNeeds;
  readonly client: ClientStream;
  readonly peer: Peer;
  readonly forwarded: ForwardedLines;
  readonly writer: ClientWriter;
  readonly place: Place<IdleClient> = new Place<IdleClient>(this);
  clockIndex = -1;
  clientIndex = -1;
  readonly #reader: Http2RequestReader;
  readonly #bytes: ClientBytes;
  readonly #session: Http2Session;
  readonly #pauses: ReadPauses;
  readonly turns = new IndexedSet<'turnIndex', StreamTurn>('turnIndex');
  #phase: Phase = 'opening';
  /** The deadline for SETTINGS, the next request, the answer to PING, or the end, by phase. Infinity while `open` with streams. */
  #waitsUntil: number;
  /** The deadline for a head that has arrived in part. */
  #headUntil = Number.POSITIVE_INFINITY;
  /** The session's `frames` when `#headUntil` was set. */
  #frames = 0;
  /** The connection accepts no request from this moment on (`maxConnectionAge`). */
  readonly #agesAt: number;
  /** Bytes that arrived after the session was over, and were dropped. */
  #dropped = 0;

  constructor(needs: ClientNeeds, shared: Http2Shared, client: ClientStream, peer: Peer) {
    const { clock, settings, waiting, counts } = needs;
    this.needs = needs;
    this.client = client;
    this.#reader = shared.reader(peer);
    this.writer = new ClientWriter(needs, client.stream);
    this.#bytes = new ClientBytes(needs.buffers, this);
    this.#bytes.readSize = LARGE;
    this.peer = peer;
    this.forwarded = new ForwardedLines(peer);
    this.#waitsUntil = clock.now + settings.requestHeadTimeout;
    this.#agesAt = clock.now + ageOf(settings.maxConnectionAge);
    this.#pauses = new ReadPauses(client.stream, this.writer, needs.turn, () => this.#timeHead());
    this.#session = new Http2Session(shared.local, { output: this, handler: this, clock });
    client.stream.on('drain', () => this.#drained());
    // HTTP/2 has no half-open connections: a client that has ended its side has left, so its pods are free.
    client.stream.on('end', () => this.#abandon());
    client.stream.on('close', () => this.#closed());
    client.deliverTo(this.#bytes);
    clock.add(this);
    waiting.silent.append(this.place);
    counts.gauges.http2_sessions += 1;
  }

  get deadline(): number {
    const ages = this.#stays ? this.#agesAt : Number.POSITIVE_INFINITY;
    return Math.min(this.#waitsUntil, this.#headUntil, ages);
  }

  get full(): boolean {
    return this.writer.full;
  }

  get isClogged(): boolean {
    return this.#pauses.isClogged;
  }

  get memory(): QueueMemory {
    return this.needs.budget;
  }

  writeText(text: string): void {
    this.writer.send(textOnly(text));
  }

  write(text: string, piece: DataPiece): Hold {
    return this.writer.send({ text, ...piece, tail: '' }) ? 'kept' : 'free';
  }

  expire(): void {
    const { now } = this.needs.clock;
    if (this.#phase === 'closing' || this.#phase === 'opening') this.#abandon();
    else if (this.#headUntil <= now) this.#abandon();
    else if (this.#phase === 'leaving') this.#close();
    else if (this.turns.size === 0 && this.#waitsUntil <= now) this.#leave('idle');
    else this.#leave('age');
  }

  drain(): void {
    this.#leave('drain');
  }

  cut(): boolean {
    let isBusy = false;
    this.turns.each((turn) => {
      if (turn.cut()) isBusy = true;
    });
    this.#leave('drain');
    this.#close();
    // Time for the answers with the reason `drain-timeout`.
    this.#waitsUntil = this.needs.clock.now + this.needs.settings.lingerTimeout;
    return isBusy;
  }

  /** Makes room for a new connection, or ends because the process ends. */
  destroy(): void {
    if (this.#phase !== 'open' || this.turns.size > 0) return this.#abandon();
    this.needs.counts.http2.goawaySent('crowded');
    this.#close();
    this.place.leave();
    // A new connection already has this place: podway sends the GOAWAY and does not wait until the client closes.
    setImmediate(() => this.client.stream.destroy());
  }

  received(buf: Buffer, size: number): void {
    this.needs.counts.scalars.downstream_received_bytes += size;
    if (this.#session.isOver) {
      this.#dropped += size;
      if (this.#dropped > LINGER_LIMIT) this.client.stream.destroy();
      return;
    }
    this.#bytes.bytesReceived(buf, size);
    const { bytes, start, end } = this.#bytes.window;
    const { frames } = this.#session;
    this.#bytes.recordHold(bytes, this.#session.received(bytes, start, end));
    this.#bytes.window.clear();
    this.#pauses.after(this.#session.frames - frames);
    const next = size > MAX_JOINED_BODY_BYTES && this.#session.isReceiving ? 'upload' : 'other';
    this.#bytes.processed(next, this.#pauses.readSize);
    this.#timeHead();
  }

  #timeHead(): void {
    const { isWithinHead, frames } = this.#session;
    // While podway does not read, a head cannot be late.
    if (!isWithinHead || this.client.stream.isPaused()) this.#headUntil = Number.POSITIVE_INFINITY;
    else if (this.#headUntil === Number.POSITIVE_INFINITY || frames !== this.#frames)
      this.#headUntil = this.needs.clock.now + this.needs.settings.requestHeadTimeout;
    this.#frames = frames;
  }

  #drained(): void {
    this.writer.drained();
    this.#session.drained();
    this.#pauses.drained();
  }

  streamClosed(turn: StreamTurn): void {
    if (!this.turns.delete(turn)) return;
    countStream(this.needs.counts.gauges, turn, -1);
    if (turn.response.isOfPod) this.writer.sentForPod();
    if (this.turns.size > 0 || this.#phase === 'closed') return;
    const { clock, settings, waiting } = this.needs;
    if (this.#phase === 'closing') this.#end();
    else {
      if (this.#phase !== 'leaving') this.#waitsUntil = clock.now + settings.keepaliveTimeout;
      waiting.kept.append(this.place);
    }
  }

  settingsReceived(): void {
    if (this.#phase !== 'opening') return;
    this.#phase = 'open';
    const { clock, settings } = this.needs;
    if (this.turns.size === 0) this.#waitsUntil = clock.now + settings.keepaliveTimeout;
  }

  requestReceived(stream: Http2Stream, fields: readonly string[], ended: boolean): void {
    this.needs.counts.scalars.http2_requests += 1;
    const head = this.#reader.read(fields, ended, websocketKey);
    if (head === undefined) refuseStream(this, stream, this.#reader.error, fields);
    else if (head.login) refuseLogin(this, stream);
    else this.#run(new StreamTurn(this, stream, head));
  }

  streamRejected(): void {
    this.needs.counts.http2.reset('router');
  }

  malformed(): void {
    this.#session.malformed();
  }

  #run(turn: StreamTurn): void {
    this.turns.add(turn);
    countStream(this.needs.counts.gauges, turn, 1);
    this.place.leave();
    if (this.#phase !== 'leaving') this.#waitsUntil = Number.POSITIVE_INFINITY;
    turn.start();
  }

  /** podway has not begun to close the connection. */
  get #stays(): boolean {
    return this.#phase === 'opening' || this.#phase === 'open';
  }

  /**
   * Announces the end. Requests that the client sends before it knows of it are served: the answer to a PING comes after them (RFC
   * 9113 section 6.8). A client that does not answer the PING loses them, so it has `lingerTimeout`.
   */
  #leave(reason: GoawayReason): void {
    if (!this.#stays) return;
    const { clock, counts, settings } = this.needs;
    counts.http2.goawaySent(reason);
    this.#phase = 'leaving';
    this.#waitsUntil = clock.now + settings.lingerTimeout;
    this.#session.announceGoAway();
    this.#session.ping(() => this.#close());
  }

  /** The last GOAWAY names the last stream that is served, so that the client can send later requests again. */
  #close(): void {
    this.#session.goAway();
    this.#enterClosing();
  }

  #enterClosing(): void {
    if (this.#phase === 'closing' || this.#phase === 'closed') return;
    this.#phase = 'closing';
    this.#waitsUntil = Number.POSITIVE_INFINITY;
    if (this.turns.size === 0) this.#end();
  }

  /** Sends the last bytes, and waits `lingerTimeout` for the client to end its side. */
  #end(): void {
    const { clock, settings, waiting } = this.needs;
    this.#waitsUntil = clock.now + settings.lingerTimeout;
    waiting.kept.append(this.place);
    this.#session.lost();
    if (this.client.stream.writable) this.writer.end();
    if (this.client.stream.isPaused()) this.client.stream.resume();
  }

  /** The client sent GOAWAY: it opens no further streams. */
  goawayReceived(): void {
    this.#close();
  }

  failed(): void {
    if (this.#stays) this.needs.counts.http2.goawaySent('error');
    this.#enterClosing();
    this.#end();
  }

  /** Closes the connection at once. */
  #abandon(): void {
    this.place.leave();
    this.#session.goAway();
    this.#session.lost();
    this.writer.flush();
    this.client.stream.destroy();
  }

  #closed(): void {
    if (this.#phase === 'closed') return;
    this.#phase = 'closed';
    const { clock, counts } = this.needs;
    this.#session.lost();
    this.turns.each((turn) => turn.end());
    clock.remove(this);
    this.place.leave();
    this.writer.discard();
    this.#bytes.discard();
    counts.gauges.http2_sessions -= 1;
    this.needs.connectionClosed(this);
  }
}
