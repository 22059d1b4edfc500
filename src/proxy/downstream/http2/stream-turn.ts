import type { ForwardedLines, Peer } from '../../../http1/forwarded-lines.ts';
import type { OwnAnswer } from '../../../http1/own-answer.ts';
import type { RequestHead } from '../../../http1/request-head.ts';
import type { ResponseHead } from '../../../http1/response-head.ts';
import { isGrpcCall } from '../../../http2/grpc-status.ts';
import { CODE } from '../../../http2/session/codes.ts';
import type { Http2Stream } from '../../../http2/session/stream.ts';
import type { StreamSink } from '../../../http2/session/stream-ends.ts';
import type {
  BodyKind,
  PinnedConnections,
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
import { NO_EXCHANGE, NO_HEAD } from './no-exchange.ts';
import { type ReceivingTurn, StreamInput } from './stream-input.ts';
import { type RespondingStream, StreamResponse } from './stream-response.ts';
import { StreamTunnel } from './stream-tunnel.ts';
import { StreamWriter } from './stream-writer.ts';

/** The connection of a stream, as far as the stream needs it. */
export interface StreamConnection {
  readonly needs: Pick<
    ClientNeeds,
    'settings' | 'date' | 'clock' | 'turn' | 'counts' | 'budget' | 'backlog' | 'memory' | 'exchange'
  >;
  readonly peer: Peer;
  readonly forwarded: ForwardedLines;
  /** So many bytes wait for the client that podway does not read from it. */
  readonly isClogged: boolean;
  streamClosed(turn: StreamTurn): void;
  /** A stream was reset because its client sent a body whose length is wrong. */
  malformed(): void;
}

/**
 * One stream of a client's HTTP/2 connection: a request and its response (RFC 9113 section 8.1). Where podway closes or resets an
 * HTTP/1.1 connection, it resets only this stream, and other streams of the connection continue.
 */
export class StreamTurn implements Downstream, Timed, ReceivingTurn, RespondingStream, StreamSink {
  exchange: ClientSide;
  readonly sendQueue: StreamWriter;
  readonly stream: Http2Stream;
  readonly response: StreamResponse;
  pinned: PinnedConnections | undefined = undefined;
  /** Always false: END_STREAM ends the body, and does not show that the client has left. */
  readonly ended = false;
  readonly bodyCut = false;
  running: Running | undefined;
  clockIndex = -1;
  /** The place in the connection's list of streams; -1 if it has none. */
  turnIndex = -1;
  readonly #connection: StreamConnection;
  #head: RequestHead;
  readonly #input: StreamInput;
  /** The stream was reset, or its connection is gone: podway can write no more bytes. */
  #isGone = false;
  #isOver = false;
  /** The deadline while no exchange or tunnel runs. */
  #deadline = Number.POSITIVE_INFINITY;

  constructor(connection: StreamConnection, stream: Http2Stream, head: RequestHead) {
    const { needs } = connection;
    this.#connection = connection;
    this.stream = stream;
    this.#head = head;
    head.neverIndexed = stream.neverIndexed;
    this.sendQueue = new StreamWriter(needs, stream);
    this.response = new StreamResponse(this);
    this.exchange = needs.exchange(this, head, 0);
    this.running = this.exchange;
    this.#input = new StreamInput(this, stream, needs.memory);
    if (head.framing !== 'none') this.#input.expect(head);
    needs.clock.add(this);
    stream.handler = this;
  }

  get peer(): Peer {
    return this.#connection.peer;
  }

  get forwarded(): ForwardedLines {
    return this.#connection.forwarded;
  }

  get closed(): boolean {
    return this.#isGone || this.#isOver;
  }

  get unread(): number {
    return this.#input.unread;
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
    this.response.askForBody();
  }

  readBody(): void {
    this.#input.read();
  }

  interim(head: ResponseHead): void {
    if (!this.#connection.isClogged) this.response.interim(head);
  }

  respond(head: ResponseHead, body: BodyKind): void {
    this.response.begin(head, body);
  }

  write(buf: Buffer, start: number, end: number, ending: Ending): Hold {
    return this.response.write(buf, start, end, ending);
  }

  /**
   * Writes one of podway's own answers. Browsers may open a WebSocket on a connection to another host, and do not retry it after a
   * 421. After HTTP_1_1_REQUIRED they open a new connection for it, as they do after a 421 for other requests.
   */
  answer(answer: OwnAnswer): number {
    if (answer.reason !== 'misdirected' || this.#head.websocketAccept === '')
      return this.response.answer(answer);
    this.resetWith(CODE.http11Required);
    return 0;
  }

  finish(): void {
    const { clock, settings } = this.#connection.needs;
    this.running = undefined;
    this.#deadline = clock.now + settings.clientIdleTimeout;
    this.#input.read();
    if (this.stream.isClosed) this.end();
    else this.#endEarly();
  }

  /** If the answer is sent before the body has arrived, a reset with NO_ERROR makes the client stop sending (RFC 9113 section 8.1). */
  #endEarly(): void {
    if (this.stream.isReceived || this.#input.isWhole) return;
    this.sendQueue.whenSent((all) => {
      if (all) this.resetWith(CODE.noError);
    });
  }

  becomeTunnel(head: ResponseHead, _protocol: string, tunnel: TunnelClientSide): void {
    this.running = tunnel;
    this.response.switched(head);
    this.#input.openTunnel(tunnel);
  }

  hangUp(): void {
    this.running = undefined;
    this.resetWith(CODE.protocolError);
  }

  /** Sends what the pod sent, then resets the stream: END_STREAM would make a truncated response look complete. */
  resetWhenSent(): void {
    const { clock, settings } = this.#connection.needs;
    this.running = undefined;
    this.#deadline = clock.now + settings.clientIdleTimeout;
    this.sendQueue.whenSent((all) => {
      if (all) this.resetWith(CODE.internalError);
    });
  }

  abort(): void {
    this.running = undefined;
    this.resetWith(CODE.internalError);
  }

  resetWith(code: number): void {
    if (this.#isGone) return;
    if (this.stream.isClosed) {
      // Both sides have ended the stream: drops bytes of the client that were not accepted.
      this.stream.reset(code);
      return;
    }
    this.#isGone = true;
    if (code !== CODE.noError) this.#connection.needs.counts.http2.reset('router');
    this.stream.reset(code);
  }

  expire(): void {
    const { clientIdleTimeout } = this.#connection.needs.settings;
    if (this.running !== undefined) this.running.expire();
    else if (this.sendQueue.isMoving(clientIdleTimeout))
      this.#deadline = this.sendQueue.idleDeadline(clientIdleTimeout);
    else this.resetWith(CODE.internalError);
  }

  /** The drain timeout is over. Returns true if an exchange or a tunnel was still running. */
  cut(): boolean {
    const { running } = this;
    running?.cut();
    return running !== undefined;
  }

  head(): void {
    // Not called on a server's streams.
  }

  data(buf: Buffer, start: number, end: number): Hold | 'later' {
    const taken = this.#input.came(buf, start, end);
    if (taken !== 'too-long') return taken;
    this.#cutBody();
    return 'free';
  }

  held(): void {
    this.#input.count();
  }

  finished(): void {
    if (!this.#input.finished()) this.#cutBody();
  }

  /** The body differs from Content-Length: no pod may take it for a complete one (RFC 9113 section 8.1.1). */
  #cutBody(): void {
    this.resetWith(CODE.protocolError);
    if (this.running === this.exchange) this.exchange.body?.failed('body-cut');
    this.#connection.malformed();
  }

  broken(code: number | undefined): void {
    if (code !== undefined) this.#connection.needs.counts.http2.reset('client');
    this.#isGone = true;
    this.#left();
  }

  malformed(): void {
    this.#isGone = true;
    this.#left();
  }

  drained(): void {
    this.sendQueue.drained();
    this.running?.drained();
    this.#input.count();
  }

  /** The last bytes of a response close the stream, but the exchange ends only after the call that writes them. */
  over(): void {
    if (this.running === undefined) this.end();
    else queueMicrotask(() => this.end());
  }

  #left(): void {
    const { running } = this;
    this.running = undefined;
    running?.gone();
  }

  /** Ends the stream, and frees what it holds. Called once it is closed, or when the connection is gone. */
  end(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    const { clock } = this.#connection.needs;
    this.#left();
    clock.remove(this);
    this.sendQueue.discard();
    this.pinned?.end();
    this.#input.count();
    this.#connection.streamClosed(this);
    this.exchange = NO_EXCHANGE;
    this.#head = NO_HEAD;
  }
}
