import { constants, type ServerHttp2Stream } from 'node:http2';
import type { ForwardedLines, Peer } from '../../../http1/forwarded-lines.ts';
import type { OwnAnswer } from '../../../http1/own-answer.ts';
import type { RequestHead } from '../../../http1/request-head.ts';
import type { ResponseHead } from '../../../http1/response-head.ts';
import { isGrpcCall } from '../../../http2/grpc-status.ts';
import { fieldsWithStatus } from '../../../http2/response-fields.ts';
import type {
  BodyKind,
  Bonds,
  ClientSide,
  ClientTunnelEnd,
  Downstream,
  Ending,
  Hold,
  Running,
  TunnelClientSide,
} from '../../exchange/ends.ts';
import { strictTransport } from '../../../routing/transport.ts';
import type { Timed } from '../../load/coarse-clock.ts';
import type { ClientNeeds } from '../needs.ts';
import { NO_EXCHANGE, NO_HEAD } from './nothing-runs.ts';
import { StreamBody } from './stream-body.ts';
import { type HoldingStream, StreamMemory } from './stream-memory.ts';
import { type RespondingStream, StreamResponse } from './stream-response.ts';
import { StreamTunnel } from './stream-tunnel.ts';
import { StreamWriter } from './stream-writer.ts';

const { NGHTTP2_CANCEL, NGHTTP2_HTTP_1_1_REQUIRED, NGHTTP2_NO_ERROR, NGHTTP2_PROTOCOL_ERROR } = constants;

/** `destroy` with an error is RST_STREAM with INTERNAL_ERROR. */
const BROKEN = new Error('the response broke off');

/** The connection of a stream, as far as the stream needs it. */
export interface StreamConnection {
  readonly needs: Pick<
    ClientNeeds,
    'settings' | 'date' | 'clock' | 'turn' | 'counts' | 'budget' | 'backlog' | 'memory' | 'exchange'
  >;
  readonly peer: Peer;
  readonly forwarded: ForwardedLines;
  /** The socket is closed. */
  readonly isLost: boolean;
  streamClosed(turn: StreamTurn): void;
}

/**
 * One request of an HTTP/2 connection and its response: a stream (RFC 9113 section 8.1). What HTTP/1.1 does to a connection
 * that must not go on is done to the stream, and never to its siblings.
 */
export class StreamTurn implements Downstream, Timed, HoldingStream, RespondingStream {
  exchange: ClientSide;
  readonly sendQueue: StreamWriter;
  readonly stream: ServerHttp2Stream;
  bonds: Bonds | undefined = undefined;
  /** END_STREAM ends the body and says nothing about the client. */
  readonly ended = false;
  readonly bodyCut = false;
  running: Running | undefined;
  clockSeat = -1;
  /** Its place among the streams of its connection; -1: none. */
  turnSeat = -1;
  readonly #connection: StreamConnection;
  #head: RequestHead;
  readonly #body: StreamBody | undefined;
  #memory: StreamMemory | undefined = undefined;
  readonly #response: StreamResponse;
  #wasReset = false;
  #isOver = false;
  /** While nothing runs. */
  #deadline = Number.POSITIVE_INFINITY;

  constructor(connection: StreamConnection, stream: ServerHttp2Stream, head: RequestHead) {
    const { needs } = connection;
    this.#connection = connection;
    this.stream = stream;
    this.#head = head;
    this.sendQueue = new StreamWriter(needs, stream, () => this.#drained());
    this.#response = new StreamResponse(this);
    this.exchange = needs.exchange(this, head, 0);
    this.running = this.exchange;
    if (head.framing !== 'none') {
      this.#memory = new StreamMemory(this, needs.memory);
      const side = () => (this.running === this.exchange ? this.exchange.body : undefined);
      this.#body = new StreamBody(stream, head, side, () => this.#memory?.count());
    }
    needs.clock.add(this);
    stream.on('aborted', () => this.#aborted());
    stream.on('close', () => this.over());
  }

  get peer(): Peer {
    return this.#connection.peer;
  }

  get forwarded(): ForwardedLines {
    return this.#connection.forwarded;
  }

  get closed(): boolean {
    return this.stream.closed || this.stream.destroyed;
  }

  get unread(): number {
    return this.#body === undefined ? 0 : this.#body.unread;
  }

  get held(): number {
    if (this.#isOver) return 0;
    return this.#body === undefined ? this.stream.readableLength : this.#body.bytes;
  }

  get deadline(): number {
    return this.running === undefined ? this.#deadline : this.running.deadline;
  }

  get headOnly(): boolean {
    return this.#head.method === 'HEAD';
  }

  get isGrpc(): boolean {
    return isGrpcCall(this.#head.text);
  }

  get hsts(): string {
    return strictTransport(this.#connection.needs.settings.hsts, this.#head, this.peer);
  }

  get date(): string {
    return this.#connection.needs.date;
  }

  get tunnelEnd(): ClientTunnelEnd {
    return new StreamTunnel(this);
  }

  start(): void {
    this.exchange.start();
  }

  askForBody(): void {
    this.#response.interim(100, []);
  }

  readBody(): void {
    this.#body?.read();
  }

  /** A 100 was ours to send (RFC 9110 section 10.1.1). */
  interim(head: ResponseHead): void {
    if (head.status !== 100) this.#response.interim(head.status, fieldsWithStatus(head, head.status));
  }

  respond(head: ResponseHead, body: BodyKind): void {
    this.#response.begin(head, body);
  }

  write(buf: Buffer, start: number, end: number, ending: Ending): Hold {
    return this.#response.write(buf, start, end, ending);
  }

  /**
   * Browsers put a WebSocket on a connection that was opened for another host, too, and a 421 is the end of it. After
   * HTTP_1_1_REQUIRED they open one for it alone, like after the 421 of any other request.
   */
  answer(answer: OwnAnswer): number {
    if (answer.reason !== 'misdirected' || this.#head.websocketAccept === '')
      return this.#response.answer(answer);
    this.resetWith(NGHTTP2_HTTP_1_1_REQUIRED);
    return 0;
  }

  finish(): void {
    const { clock, settings } = this.#connection.needs;
    this.running = undefined;
    this.#deadline = clock.now + settings.clientIdleTimeout;
    const body = this.#body;
    if (body === undefined || this.closed) return;
    const isWhole = body.isWhole;
    body.read();
    if (!isWhole) this.#endEarly();
  }

  /**
   * The answer is out before the body is in: RST_STREAM with NO_ERROR asks the client to stop sending (RFC 9113 section
   * 8.1). A `close` before the last frame of the answer has left, even in 'finish', would drop the answer.
   */
  #endEarly(): void {
    this.sendQueue.whenSent((all) => {
      if (all) setImmediate(() => this.resetWith(NGHTTP2_NO_ERROR));
    });
  }

  becomeTunnel(head: ResponseHead, _protocol: string, tunnel: TunnelClientSide): void {
    this.running = tunnel;
    this.#memory = new StreamMemory(this, this.#connection.needs.memory);
    this.#response.switched(head);
    const { stream } = this;
    stream.on('data', (bytes: Buffer) => {
      tunnel.fromClient(bytes, 0, bytes.length);
      if (tunnel.clientBlocked) stream.pause();
      this.#memory?.count();
    });
    stream.on('end', () => {
      if (!stream.aborted) tunnel.ended();
    });
  }

  hangUp(): void {
    this.running = undefined;
    this.resetWith(NGHTTP2_PROTOCOL_ERROR);
  }

  /** What came is delivered; then a reset, for END_STREAM would make it whole. */
  breakOff(): void {
    const { clock, settings } = this.#connection.needs;
    this.running = undefined;
    this.#deadline = clock.now + settings.clientIdleTimeout;
    this.sendQueue.whenSent((all) => {
      if (all) this.breakNow(BROKEN);
    });
  }

  abort(): void {
    this.running = undefined;
    this.breakNow(BROKEN);
  }

  resetWith(code: number): void {
    if (this.closed) return;
    this.#noteReset(code);
    this.stream.close(code);
    // A paused stream would never be closed.
    this.stream.resume();
  }

  /**
   * Not `close(code)`: it ends the writable side first, and when all that was written has left that is a DATA frame with
   * END_STREAM, by which a cut body looks whole.
   */
  breakNow(error: Error): void {
    if (this.stream.destroyed) return;
    this.#noteReset(NGHTTP2_CANCEL);
    this.stream.destroy(error);
  }

  #noteReset(code: number): void {
    this.#wasReset = true;
    if (code !== NGHTTP2_NO_ERROR) this.#connection.needs.counts.http2.reset('router');
  }

  expire(): void {
    const { clientIdleTimeout } = this.#connection.needs.settings;
    if (this.running !== undefined) this.running.expire();
    else if (this.sendQueue.isMoving(clientIdleTimeout))
      this.#deadline = this.sendQueue.givenUpAt(clientIdleTimeout);
    else this.breakNow(BROKEN);
  }

  /** The drain timeout is over: true when something still ran here. */
  cut(): boolean {
    const { running } = this;
    running?.cut();
    return running !== undefined;
  }

  #drained(): void {
    this.running?.drained();
    this.#memory?.count();
  }

  /** The client has reset the stream, or its connection is gone. A reset of ours comes here, too, before it is written. */
  #aborted(): void {
    if (this.#wasReset) return;
    if (!this.#connection.isLost) this.#connection.needs.counts.http2.reset('client');
    this.#gone();
  }

  #gone(): void {
    const { running } = this;
    this.running = undefined;
    running?.gone();
  }

  /** Nothing of the stream is left, be it that its connection has gone. */
  over(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    const { clock } = this.#connection.needs;
    this.#gone();
    clock.remove(this);
    this.sendQueue.discard();
    this.bonds?.end();
    this.#memory?.count();
    this.#connection.streamClosed(this);
    this.exchange = NO_EXCHANGE;
    this.#head = NO_HEAD;
  }
}
