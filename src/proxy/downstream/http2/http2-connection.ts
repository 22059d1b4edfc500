import {
  constants,
  performServerHandshake,
  type ServerHttp2Session,
  type ServerHttp2Stream,
} from 'node:http2';
import { randomBytes } from 'node:crypto';
import { performance } from 'node:perf_hooks';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { GoawayReason } from '../../../boundary/http2-figures.ts';
import { REASONS, type RefusalReason } from '../../../boundary/reasons.ts';
import { ForwardedLines, type Peer } from '../../../http1/forwarded-lines.ts';
import { http2OwnAnswer } from '../../../http2/own-answer.ts';
import type { Http2RequestReader } from '../../../http2/request-reader.ts';
import { recordRefusal } from '../../exchange/record-refusal.ts';
import { withoutErrorListener, NativeSession } from '../../bytes/native-session.ts';
import { listStreamsApart } from '../../bytes/open-streams.ts';
import { strictTransport } from '../../../routing/transport.ts';
import type { Timed } from '../../load/coarse-clock.ts';
import { Roster } from '../../load/roster.ts';
import type { Connection } from '../clients.ts';
import { Place } from '../connection-queue.ts';
import type { ClientNeeds } from '../needs.ts';
import type { IdleClient } from '../waiting-connections.ts';
import type { Http2Shared } from './http2-shared.ts';
import { StreamTurn } from './stream-turn.ts';

const { NGHTTP2_FLAG_END_STREAM, NGHTTP2_HTTP_1_1_REQUIRED } = constants;

/**
 * Where the session is: `opening` until the client's SETTINGS are here, `open`, `closing` from our GOAWAY or its own on, and
 * `closed`.
 */
type Phase = 'opening' | 'open' | 'closing' | 'closed';

/**
 * One client connection that speaks HTTP/2: its streams, how long it may wait for one, and its end. All framing is node:http2's,
 * whose core is as cheap as nginx's; where it differs from what we promise, it has a comment where we avoid it.
 */
export class Http2Connection implements Connection, Timed, IdleClient {
  readonly needs: ClientNeeds;
  readonly client = this;
  readonly peer: Peer;
  readonly forwarded: ForwardedLines;
  /** A connection without streams holds nothing. */
  readonly writer = { queued: 0 } as const;
  readonly place: Place<IdleClient> = new Place<IdleClient>(this);
  clockSeat = -1;
  clientSeat = -1;
  readonly #reader: Http2RequestReader;
  readonly #socket: Duplex;
  readonly #session: ServerHttp2Session;
  readonly #native: NativeSession;
  readonly #turns = new Roster<'turnSeat', StreamTurn>('turnSeat');
  #phase: Phase = 'opening';
  /** For what it waits: SETTINGS, a request, or its end. Infinity while streams are open. */
  #waitsUntil: number;
  /** No further request from then on. */
  readonly #agesAt: number;
  /** One side has ended it, and the GOAWAY is counted. */
  #isEnding = false;
  #received = 0;
  #sent = 0;

  constructor(needs: ClientNeeds, shared: Http2Shared, socket: Duplex, peer: Peer) {
    const { clock, settings, waiting, counts } = needs;
    this.needs = needs;
    this.#reader = shared.reader(peer);
    this.#socket = socket;
    this.peer = peer;
    this.forwarded = new ForwardedLines(peer);
    this.#waitsUntil = clock.now + settings.requestHeadTimeout;
    this.#agesAt = clock.now + ageOf(settings.maxConnectionAge);
    const session = withoutErrorListener(socket, () => performServerHandshake(socket, shared.options));
    this.#session = session;
    this.#native = new NativeSession(session);
    listStreamsApart(session);
    // Without a listener an error of a session or stream ends the process, and clients cause them at will.
    session.on('error', (error: NodeJS.ErrnoException) => this.#failed(error));
    session.on('goaway', () => this.#wentAway());
    session.on('remoteSettings', () => this.#opened());
    session.on('stream', (stream, _headers, flags, raw) => this.#begin(stream, flags, raw));
    session.setLocalWindowSize(settings.http2ConnectionWindow);
    // HTTP/2 knows no half-open connection: who has ended its side is gone, and its pods are free.
    socket.on('end', () => this.#abandon());
    socket.on('close', () => this.#closed());
    clock.add(this);
    waiting.silent.append(this.place);
    counts.gauges.http2_sessions += 1;
  }

  get deadline(): number {
    return Math.min(this.#waitsUntil, this.#phase === 'closing' ? Number.POSITIVE_INFINITY : this.#agesAt);
  }

  get isLost(): boolean {
    return this.#socket.destroyed;
  }

  expire(): void {
    if (this.#phase === 'closing' || this.#phase === 'opening') this.#abandon();
    else if (this.#turns.size === 0 && this.#waitsUntil <= this.needs.clock.now) this.#close('idle');
    else this.#close('age');
  }

  drain(): void {
    this.#close('drain');
  }

  cut(): boolean {
    let isBusy = false;
    this.#turns.each((turn) => {
      if (turn.cut()) isBusy = true;
    });
    this.#close('drain');
    // For the answers that say so.
    this.#waitsUntil = this.needs.clock.now + this.needs.settings.lingerTimeout;
    return isBusy;
  }

  /** For the sake of a new connection, or because the process ends. */
  destroy(): void {
    this.place.leave();
    if (this.#phase !== 'open' || this.#turns.size > 0) {
      this.#abandon();
      return;
    }
    this.#close('crowded');
    // Its place is taken already: the GOAWAY leaves, and podway does not wait for the client's end.
    setImmediate(() => this.#socket.destroy());
  }

  /** A session never pauses its socket, so Node sees a reset by itself: there is only something to count. */
  probe(): void {
    const { scalars } = this.needs.counts;
    const { bytesRead = 0, bytesWritten = 0 } = this.#socket as Partial<Socket>;
    scalars.downstream_received_bytes += bytesRead - this.#received;
    scalars.downstream_sent_bytes += bytesWritten - this.#sent;
    this.#received = bytesRead;
    this.#sent = bytesWritten;
  }

  streamClosed(turn: StreamTurn): void {
    if (!this.#turns.delete(turn)) return;
    this.needs.counts.gauges.http2_streams -= 1;
    if (this.#turns.size > 0 || this.#phase === 'closed') return;
    const { clock, settings, waiting } = this.needs;
    if (this.#phase === 'closing') {
      this.#waitsUntil = clock.now + settings.lingerTimeout;
    } else {
      this.#waitsUntil = clock.now + settings.keepaliveTimeout;
      waiting.kept.append(this.place);
    }
  }

  #opened(): void {
    if (this.#phase !== 'opening') return;
    this.#phase = 'open';
    const { clock, settings } = this.needs;
    if (this.#turns.size === 0) this.#waitsUntil = clock.now + settings.keepaliveTimeout;
  }

  #begin(stream: ServerHttp2Stream, flags: number, raw: readonly string[]): void {
    stream.on('error', ignore);
    const { counts } = this.needs;
    counts.scalars.http2_requests += 1;
    // Streams are handed out when all frames of a read are through: some have been reset by then.
    if (stream.destroyed || stream.closed) {
      counts.http2.reset('client');
      return;
    }
    const isWhole = (flags & NGHTTP2_FLAG_END_STREAM) !== 0;
    if (!isWhole) this.#native.outlives(stream);
    const head = this.#reader.read(raw, isWhole, websocketKey);
    if (head === undefined) this.#refuse(stream, this.#reader.error, raw);
    else if (head.login) this.#refuseLogin(stream);
    else this.#run(new StreamTurn(this, stream, head));
  }

  #run(turn: StreamTurn): void {
    this.#turns.add(turn);
    this.needs.counts.gauges.http2_streams += 1;
    this.place.leave();
    this.#waitsUntil = Number.POSITIVE_INFINITY;
    turn.start();
  }

  /** Nothing of the body is read: then node:http2 itself adds RST_STREAM with NO_ERROR once the answer is out. */
  #refuse(stream: ServerHttp2Stream, reason: RefusalReason, raw: readonly string[]): void {
    const { status } = REASONS[reason];
    const requestId = this.needs.ids.next();
    const { date, settings } = this.needs;
    const hsts = strictTransport(settings.hsts, undefined, this.peer);
    const form = { date, headOnly: raw[1] === 'HEAD', hsts };
    const { fields, body } = http2OwnAnswer({ status, reason, requestId }, form);
    stream.respond(fields, { endStream: body === '' });
    if (body !== '') stream.end(body);
    const begin = performance.now();
    recordRefusal(this.needs, this.peer, { status, reason, requestId, begin, bytesSent: body.length });
  }

  /** RFC 9113 section 7: the client repeats the request over HTTP/1.1. */
  #refuseLogin(stream: ServerHttp2Stream): void {
    const requestId = this.needs.ids.next();
    const begin = performance.now();
    stream.close(NGHTTP2_HTTP_1_1_REQUIRED);
    this.needs.counts.http2.reset('router');
    const refusal = { status: 0, reason: 'connection-login', requestId, begin, bytesSent: 0 } as const;
    recordRefusal(this.needs, this.peer, refusal);
  }

  /**
   * `session.close()` says in its GOAWAY which stream is the last one that is served, so that clients send what came later
   * again. Any other GOAWAY is a trap: with 2^31-1 as the last stream (the first step of RFC 9113 section 6.8) nghttp2 ignores
   * every later one without a word.
   */
  #close(reason: GoawayReason): void {
    if (this.#phase === 'closing' || this.#phase === 'closed') return;
    this.#isEnding = true;
    this.needs.counts.http2.wentAway(reason);
    this.#enterClosing();
    this.#session.close();
  }

  #enterClosing(): void {
    const { clock, settings } = this.needs;
    this.#phase = 'closing';
    this.place.leave();
    this.#waitsUntil = this.#turns.size === 0 ? clock.now + settings.lingerTimeout : Number.POSITIVE_INFINITY;
  }

  /** The client's own GOAWAY: node:http2 closes the session. */
  #wentAway(): void {
    this.#isEnding = true;
    if (this.#phase === 'open' || this.#phase === 'opening') this.#enterClosing();
  }

  /** Comes after the close of the socket, too. Unless the connection was lost, the client broke a rule or a bound. */
  #failed({ code = '' }: NodeJS.ErrnoException): void {
    if (!this.#isEnding && code.startsWith('ERR_HTTP2')) this.needs.counts.http2.wentAway('error');
    this.#isEnding = true;
    if (this.#phase !== 'closed') this.#enterClosing();
  }

  #abandon(): void {
    this.#isEnding = true;
    this.#session.destroy();
    this.#socket.destroy();
  }

  #closed(): void {
    if (this.#phase === 'closed') return;
    this.#phase = 'closed';
    const { clock, counts } = this.needs;
    this.probe();
    this.#turns.each((turn) => turn.over());
    clock.remove(this);
    this.place.leave();
    this.#native.closed();
    counts.gauges.http2_sessions -= 1;
    this.needs.connectionClosed(this);
  }
}

/** Give or take a tenth, so that clients who came together do not come again together. */
function ageOf(age: number): number {
  return age === 0 ? Number.POSITIVE_INFINITY : age * (0.9 + Math.random() * 0.2);
}

function websocketKey(): string {
  return randomBytes(16).toString('base64');
}

function ignore(): void {
  // The close that follows says what matters.
}
