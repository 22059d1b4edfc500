import { performance } from 'node:perf_hooks';
import { BodyReader } from '../../../http1/body-reader.ts';
import { chunkAfter, chunkBefore } from '../../../http1/body-writer.ts';
import { type Outgoing, writeRequestHead } from '../../../http1/request-writer.ts';
import type { ResponseHead } from '../../../http1/response-head.ts';
import { bodyKindOf } from '../../../http1/response-semantics.ts';
import type { SocketWriter } from '../../bytes/socket-writer.ts';
import type { Hold, UpstreamRequest } from '../../exchange/ends.ts';
import { Logins } from './logins.ts';
import { PodTry } from './pod-try.ts';
import { PodTunnel } from './pod-tunnel.ts';
import { type ReuseDecision, reuseDecision, hasBody } from './reuse.ts';
import type { UpstreamConnection } from './upstream-connection.ts';

const EMPTY = Buffer.alloc(0);

/**
 * One try at one pod by HTTP/1.1: a connection, the request on it, and the response from it. It handles framing, and
 * whether the connection may be reused. Its exchange decides what follows from the response (another try, an answer,
 * the end).
 */
export class PodRequest extends PodTry implements UpstreamRequest {
  sentAt = 0;
  anyByte = false;
  /** The final response. */
  #response: ResponseHead | undefined = undefined;
  #body: BodyReader | undefined = undefined;
  /** The request asks to switch protocols. */
  #upgrades = false;
  /** The last byte of the request was written. */
  #isWhole = false;
  #interimResponses = 0;
  /** An interim response was accepted although it is malformed. */
  #loose = false;
  /** Bytes that the connection's writer had written before this request. */
  #offered = 0;

  /** Through a tunnel, podway learns late that a pod refuses a connection. */
  get mayBeRefused(): boolean {
    return this.needs.settings.podAccess === 'tunnel';
  }

  get isConversation(): boolean {
    return false;
  }

  get unsent(): boolean {
    if (!this.connected) return true;
    return this.reused && this.head.framing === 'none' && this.#writer.offered === this.#offered;
  }

  get queued(): number {
    return this.connection === undefined ? 0 : this.connection.writer.queued;
  }

  get full(): boolean {
    return this.connection !== undefined && this.connection.writer.full;
  }

  get #writer(): SocketWriter {
    return (this.connection as UpstreamConnection).writer;
  }

  send(outgoing: Outgoing): void {
    const connection = this.connection as UpstreamConnection;
    this.sentAt = performance.now();
    if (this.reused) this.startedAt = this.sentAt;
    this.#offered = connection.writer.offered;
    connection.behindBody = hasBody(this.head);
    this.#isWhole = !connection.behindBody;
    this.#upgrades = outgoing.upgrade !== '';
    const persistence = this.needs.pools.keepsNone ? 'close' : 'keep-alive';
    connection.writer.writeText(
      writeRequestHead(this.head, outgoing, persistence, this.endpoint.options.requestEdits),
    );
  }

  write(buf: Buffer, start: number, end: number, done: boolean): Hold {
    let text = '';
    let tail = '';
    if (this.head.framing === 'chunked') {
      text = chunkBefore(end - start);
      tail = chunkAfter(end - start, done ? '' : undefined);
    }
    if (done) this.#isWhole = true;
    const writer = this.#writer;
    if (writer.write({ text, buf, start, end, tail })) return 'kept';
    return writer.queued === 0 ? 'sent' : 'free';
  }

  drained(): void {
    this.events.body?.podDrained();
  }

  received(buf: Buffer, start: number, end: number): boolean {
    if (this.reused && (!this.connected || this.#writer.offered === this.#offered)) {
      // The pod cannot have seen the request, so these bytes are not the answer to it (UF-32).
      this.needs.pools.pushed(this.connection as UpstreamConnection);
      this.keptEnded('upstream-closed');
      return true;
    }
    this.anyByte = true;
    if (this.#body !== undefined) return this.#pass(this.#body, buf, start, end);
    const { partialHead } = this.connection as UpstreamConnection;
    if (partialHead.length === 0) return this.#readHeads(buf, start, end);
    partialHead.append(buf, start, end);
    return this.#readHeads(partialHead.bytes, partialHead.start, partialHead.end);
  }

  ended(): void {
    const events = this.events;
    if (this.#body === undefined) {
      if (this.anyByte) events.failed('bad-response', 'head-cut');
      else this.keptEnded('upstream-closed');
    } else if (this.#body.endsByClose && this.connection?.mayBeCut === false) {
      events.data(EMPTY, 0, 0, '');
      this.#complete(false);
    } else {
      events.failed('upstream-closed', '');
    }
  }

  /**
   * Reads interim responses and then the final one, as far as the bytes go: those just received, or those of
   * `partialHead`.
   */
  #readHeads(buf: Buffer, start: number, end: number): boolean {
    const { heads, partialHead } = this.connection as UpstreamConnection;
    const isKept = buf === partialHead.bytes;
    for (let at = start; at < end; ) {
      const next = heads.parse(buf, at, end);
      if (next < 0) {
        this.events.failed('bad-response', heads.error);
        return true;
      }
      if (next === 0) {
        if (!isKept) partialHead.append(buf, at, end);
        return true;
      }
      if (isKept) partialHead.consume(next);
      const head = heads.take();
      if (head.status >= 200) {
        partialHead.clear();
        return this.#respond(head, buf, next, end);
      }
      if (head.status === 101) {
        this.#switchProtocols(head, buf, next, end);
        return true;
      }
      if (!this.#interim(head) || this.connection === undefined) return true;
      at = next;
    }
    return true;
  }

  #interim(head: ResponseHead): boolean {
    this.#interimResponses += 1;
    this.#loose ||= head.loose;
    if (this.#interimResponses > this.needs.settings.maxInterimResponses) {
      this.events.failed('too-many-interim-responses', 'too-many-interim-responses');
      return false;
    }
    this.events.interim(head);
    return true;
  }

  #switchProtocols(head: ResponseHead, buf: Buffer, start: number, end: number): void {
    const connection = this.connection as UpstreamConnection;
    const tunnel = new PodTunnel(connection);
    if (!this.events.switched(head, tunnel)) return;
    this.#answered(connection);
    if (start < end) tunnel.received(buf, start, end);
  }

  #answered(connection: UpstreamConnection): void {
    if (this.endpoint.behaviour.serves !== 'several') this.needs.pools.answered(connection);
  }

  #respond(head: ResponseHead, buf: Buffer, start: number, end: number): boolean {
    if (this.head.websocketAccept !== '' && head.status < 300) {
      this.events.failed('bad-upgrade-response', 'not-switched');
      return true;
    }
    const kind = bodyKindOf(head, this.head.method);
    const body = new BodyReader(kind, kind === 'length' ? head.contentLength : 0, 'lenient');
    this.#response = head;
    this.#body = body;
    this.#answered(this.connection as UpstreamConnection);
    this.events.body?.answered();
    this.events.responded(head, kind);
    return this.#pass(body, buf, start, end);
  }

  /** Passes on a piece of the response's body, or no byte of it if its framing is wrong. */
  #pass(body: BodyReader, buf: Buffer, start: number, end: number): boolean {
    const { connection } = this;
    const next = body.read(buf, start, end);
    if (next < 0) {
      this.events.failed('bad-response', body.error);
      return true;
    }
    const ending = body.done ? body.trailers : undefined;
    const hold = this.events.data(buf, body.dataStart, body.dataEnd, ending);
    connection?.recordHold(buf, hold);
    // The exchange has ended, and given up this try.
    if (this.connection === undefined) return true;
    if (!body.done) return !this.events.stalled;
    const isClean = next === end && !body.loose;
    if (!isClean) this.needs.pools.pushed(this.connection);
    this.#complete(isClean);
    return true;
  }

  /** `isClean`: no bytes came after the response. */
  #complete(isClean: boolean): void {
    const connection = this.release();
    if (connection?.gone === false)
      this.#giveBack(connection, isClean && !this.#loose && connection.reusable);
    this.events.complete();
  }

  #giveBack(connection: UpstreamConnection, isUsable: boolean): void {
    const { pools } = this.needs;
    const response = this.#response as ResponseHead;
    const isSent = this.#isWhole && !this.#upgrades && connection.writer.idle;
    const decision = isUsable ? reuseDecision(this.head, isSent, response, this.endpoint.behaviour) : 'close';
    if (decision === 'close') connection.destroy();
    else if (this.loggedIn || this.head.login || response.login) this.#keepLogin(connection, decision);
    else if (decision === 'reuse') this.#passOn(connection, response.keepAliveTimeout);
    else pools.watch(connection, response.keepAliveTimeout);
  }

  #passOn(connection: UpstreamConnection, hint: number): void {
    const { pools, waiting } = this.needs;
    if (waiting?.serve(connection) !== true) pools.release(connection, hint);
  }

  /** From now on, the connection belongs to this client. */
  #keepLogin(connection: UpstreamConnection, decision: ReuseDecision): void {
    const binding = decision === 'reuse' ? this.events.binding : undefined;
    if (binding === undefined) connection.destroy();
    else Logins.of(binding.client, this.needs.pools).keep(binding.route, connection);
  }
}
