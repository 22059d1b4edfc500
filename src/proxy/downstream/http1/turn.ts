import { BodyReader, type BodyKind } from '../../../http1/body-reader.ts';
import { chunkAfter, chunkBefore, type Ending } from '../../../http1/body-writer.ts';
import type { ForwardedLines, Peer } from '../../../http1/forwarded-lines.ts';
import { bodyLength, type OwnAnswer, writeOwnAnswer } from '../../../http1/own-answer.ts';
import type { RequestHead } from '../../../http1/request-head.ts';
import type { ResponseHead } from '../../../http1/response-head.ts';
import { writeInterimHead, writeResponseHead, writeSwitchHead } from '../../../http1/response-writer.ts';
import { protocolOfClient, requestedProtocol } from '../../../http1/upgrade.ts';
import { strictTransport } from '../../../routing/transport.ts';
import type { ByteWindow } from '../../bytes/byte-window.ts';
import { textOnly } from '../../bytes/write-parts.ts';
import type {
  PinnedConnections,
  ClientSide,
  Downstream,
  Hold,
  TunnelClientSide,
  ClientTunnelEnd,
} from '../../exchange/ends.ts';
import { ClientTunnel, type TunnelConnection } from '../client-tunnel.ts';
import type { ClientWriter } from '../client-writer.ts';
import type { ClientNeeds } from '../needs.ts';

const CONTINUE = 'HTTP/1.1 100 Continue\r\n\r\n';

/**
 * What happens to a connection after a turn. `request`: it serves the next request. `linger`: podway ends its side, and
 * reads from the client for a while. `close`: podway ends both sides, since the client announced that it sends no more.
 */
export type AfterTurn = 'request' | 'linger' | 'close';

/** The connection of a turn, as far as the turn needs it. */
export interface TurnConnection extends TunnelConnection {
  readonly needs: Pick<ClientNeeds, 'settings' | 'date' | 'exchange'>;
  readonly peer: Peer;
  readonly forwarded: ForwardedLines;
  pinned: PinnedConnections | undefined;
  readonly ended: boolean;
  readonly unread: number;
  /** podway reads no request after the one that runs. */
  readonly isLast: boolean;
  /** The turn can take bytes that wait. */
  pump(): void;
  /** The turn is over. */
  turnDone(next: AfterTurn): void;
  becomeTunnel(tunnel: TunnelClientSide): void;
  /** Ends podway's side, and reads from the client for a while. */
  close(): void;
  /** The response was truncated. `isUnframed`: only a reset distinguishes it from a complete one. */
  resetWhenSent(isUnframed: boolean): void;
}

/**
 * One request of an HTTP/1 connection and its response: the framing of both bodies, the field Connection, and whether
 * the connection stays open afterwards (RFC 9112 sections 6, 7 and 9).
 */
export class HttpTurn implements Downstream {
  readonly exchange: ClientSide;
  readonly sendQueue: ClientWriter;
  bodyCut = false;
  /** The response of a pod has begun to leave. */
  isStarted = false;
  readonly #connection: TurnConnection;
  readonly #head: RequestHead;
  readonly #reader: BodyReader | undefined;
  /** The head of the response, until it is sent together with the first piece of the body. */
  #responseHead = '';
  #isChunked = false;
  #passesTrailers = false;
  /** The response has no framing: only a reset distinguishes an incomplete body from a complete one. */
  #endsByClose = false;
  /** The client may send its next request on this connection. */
  #isReusable = false;

  /** `began`: see ClientNeeds. */
  constructor(connection: TurnConnection, head: RequestHead, began: number) {
    this.sendQueue = connection.writer;
    this.#connection = connection;
    this.#head = head;
    const { framing, contentLength } = head;
    this.#reader = framing === 'none' ? undefined : new BodyReader(framing, contentLength, 'strict');
    this.exchange = connection.needs.exchange(this, head, began);
  }

  get peer(): Peer {
    return this.#connection.peer;
  }

  get forwarded(): ForwardedLines {
    return this.#connection.forwarded;
  }

  get pinned(): PinnedConnections | undefined {
    return this.#connection.pinned;
  }

  set pinned(pinned: PinnedConnections | undefined) {
    this.#connection.pinned = pinned;
  }

  get closed(): boolean {
    return this.#connection.closed;
  }

  get ended(): boolean {
    return this.#connection.ended;
  }

  get unread(): number {
    return this.#connection.unread;
  }

  get tunnelEnd(): ClientTunnelEnd {
    return new ClientTunnel(this.#connection);
  }

  get requestDone(): boolean {
    return this.#reader === undefined || this.#reader.done;
  }

  /** This many of the next bytes certainly belong to this request. */
  get ahead(): number {
    return this.#reader === undefined || this.#reader.done ? 0 : this.#reader.ahead;
  }

  /** Consumes bytes of the body. `nothing`: no bytes can be taken now. */
  readFrom(window: ByteWindow): Hold | 'nothing' {
    const reader = this.#reader;
    const { body } = this.exchange;
    if (reader === undefined || body === undefined || reader.done) return 'nothing';
    if (window.length === 0 || !body.canTake()) return 'nothing';
    const { bytes, start, end } = window;
    const next = reader.read(bytes, start, end);
    if (next < 0) {
      body.failed('bad-chunk');
      window.clear();
      return 'free';
    }
    this.bodyCut = !reader.done && this.ended && next === end;
    const hold = body.take(bytes, reader.dataStart, reader.dataEnd, reader.done);
    window.consume(next);
    return hold;
  }

  /** The client has ended its side. */
  clientEnded(): void {
    if (this.requestDone) this.exchange.ended();
    else if (this.unread === 0) this.exchange.body?.failed('body-cut');
  }

  askForBody(): void {
    this.sendQueue.send(textOnly(CONTINUE));
  }

  readBody(): void {
    this.#connection.pump();
  }

  /**
   * podway itself answers `Expect: 100-continue` (RFC 9110 section 10.1.1), so it drops the pod's 100. It drops the others, too, while
   * the client does not read: they would fill the memory.
   */
  interim(head: ResponseHead): void {
    if (head.status === 100 || this.#head.minor === 0 || this.sendQueue.full) return;
    this.sendQueue.send(textOnly(writeInterimHead(head)));
  }

  respond(head: ResponseHead, body: BodyKind): void {
    const { minor, trailers } = this.#head;
    const { settings, date } = this.#connection.needs;
    const isFramed = body === 'length' || body === 'none';
    this.#isChunked = !isFramed && minor === 1;
    this.#endsByClose = !isFramed && minor === 0;
    this.#passesTrailers = trailers && this.#isChunked;
    this.#isReusable = !this.#endsByClose && this.#mayGoOn();
    this.#responseHead = writeResponseHead(head, {
      body: this.#isChunked ? 'chunked' : this.#endsByClose ? 'close' : body,
      connection: this.#isReusable ? 'keep-alive' : 'close',
      minor,
      trailers: this.#passesTrailers,
      date,
      upgrade: head.upgrade === '' ? '' : protocolOfClient(head, settings.upgrades),
      hsts: this.#hsts,
    });
  }

  write(buf: Buffer, start: number, end: number, ending: Ending): Hold {
    let text = this.#responseHead;
    let tail = '';
    if (this.#isChunked) {
      text += chunkBefore(end - start);
      tail = chunkAfter(end - start, ending === undefined || this.#passesTrailers ? ending : '');
    }
    this.#responseHead = '';
    if (text === '' && start === end && tail === '') return 'free';
    this.isStarted = true;
    if (this.sendQueue.send({ text, buf, start, end, tail })) return 'kept';
    return this.sendQueue.queued === 0 ? 'sent' : 'free';
  }

  answer(answer: OwnAnswer, close: boolean): number {
    const { method, minor } = this.#head;
    this.#isReusable = !close && this.#mayGoOn();
    const form = {
      close: !this.#isReusable,
      date: this.#connection.needs.date,
      headOnly: method === 'HEAD',
      minor,
      hsts: this.#hsts,
    };
    const text = writeOwnAnswer(answer, form);
    this.sendQueue.send(textOnly(text));
    return bodyLength(text);
  }

  get #hsts(): string {
    const { needs, peer } = this.#connection;
    return strictTransport(needs.settings.hsts, this.#head, peer);
  }

  /** Bytes after a body that podway did not read, or after a handshake, are not a request. */
  #mayGoOn(): boolean {
    const { keepAlive, upgrade } = this.#head;
    if (!keepAlive || !this.requestDone || this.#connection.isLast) return false;
    return upgrade === '' || requestedProtocol(this.#head, this.#connection.needs.settings.upgrades) === '';
  }

  finish(): void {
    this.#connection.turnDone(this.#isReusable ? 'request' : this.#clientIsDone ? 'close' : 'linger');
  }

  /**
   * The client sends no more after this request (RFC 9112 section 9.6). After a body, some old clients still send an
   * empty line.
   */
  get #clientIsDone(): boolean {
    return this.#reader === undefined && !this.#head.keepAlive && this.#head.upgrade === '';
  }

  becomeTunnel(head: ResponseHead, protocol: string, tunnel: TunnelClientSide): void {
    this.sendQueue.send(textOnly(writeSwitchHead(head, protocol)));
    this.#connection.becomeTunnel(tunnel);
  }

  hangUp(): void {
    this.#connection.close();
  }

  resetWhenSent(): void {
    this.#connection.resetWhenSent(this.#endsByClose);
  }

  abort(): void {
    if (this.isStarted && this.#endsByClose) this.#connection.reset();
    else this.#connection.destroy();
  }
}
