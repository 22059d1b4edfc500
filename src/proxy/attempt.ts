import { performance } from 'node:perf_hooks';
import type { ResponseHead } from '../http1/response-head.ts';
import { writeInterimHead } from '../http1/response-writer.ts';
import { agreesTo } from '../http1/upgrade.ts';
import { succeeded } from '../routing/ejection.ts';
import type { Endpoint } from '../routing/route.ts';
import type { Exchange } from './exchange.ts';
import { connectFailure } from './failure.ts';
import type { Plane } from './plane.ts';
import { ResponseRelay } from './response-relay.ts';
import type { SocketWriter } from './socket-writer.ts';
import type { UpstreamConnection, UpstreamUser } from './upstream-connection.ts';

/** The head that a pod gets of a received one of this length waits for the end of the loop's turn (see SocketWriter). */
const SMALL_HEAD = 8_192;

/**
 * One try at one endpoint: a connection, the request on it, the response from it. It knows what came from the pod; what
 * follows from that (another try, an answer, the end) its exchange decides.
 */
export class Attempt implements UpstreamUser {
  readonly endpoint: Endpoint;
  /** The connection carried an exchange before, so the pod may have closed it while we wrote. */
  readonly reused: boolean;
  connected: boolean;
  /** On the worker's clock. */
  openedAt: number;
  /** In milliseconds of performance.now(); on a pooled connection when the request was sent, 0 before. */
  startedAt: number;
  /** Its failure has been counted. */
  noted = false;
  /** Once the pod has said anything nobody else may be asked. */
  anyByte = false;
  relay: ResponseRelay | undefined;
  /** Seconds from request to response head; -1 without one. */
  responseHeadTime = -1;
  readonly #exchange: Exchange;
  readonly #plane: Plane;
  #connection: UpstreamConnection | undefined;
  #head: ResponseHead | undefined;
  #interimResponses = 0;
  #sentAt = 0;
  /** What the connection's writer had offered to the kernel before. */
  #offered = 0;

  /** `fresh`: not on a pooled connection. Calls `exchange.readyToSend()` later unless `connected` already. */
  constructor(exchange: Exchange, endpoint: Endpoint, fresh: boolean) {
    this.#exchange = exchange;
    this.#plane = exchange.downstream.plane;
    this.endpoint = endpoint;
    endpoint.health.inFlight += 1;
    const { pools } = this.#plane;
    const large = exchange.body !== undefined || exchange.head.text.length > SMALL_HEAD;
    const pooled = fresh ? undefined : pools.acquire(endpoint, this, large);
    this.reused = pooled !== undefined;
    this.connected = this.reused;
    this.openedAt = this.#plane.clock.now;
    this.startedAt = this.reused ? 0 : performance.now();
    this.#connection = pooled ?? pools.connect(endpoint, this);
  }

  /** Where the request goes, once connected. */
  get writer(): SocketWriter {
    return (this.#connection as UpstreamConnection).writer;
  }

  markSent(): void {
    this.#sentAt = performance.now();
    if (this.reused) this.startedAt = this.#sentAt;
    this.#offered = this.writer.offered;
  }

  resume(): void {
    this.#connection?.resume();
  }

  /** Gives up: nobody will hear of this connection again. */
  abandon(): void {
    this.#release()?.destroy();
  }

  opened(): void {
    this.connected = true;
    this.openedAt = this.#plane.clock.now;
    this.#exchange.readyToSend();
  }

  drained(): void {
    this.#exchange.upstreamDrained();
  }

  received(buf: Buffer, start: number, end: number): boolean {
    if (this.reused && this.writer.offered === this.#offered) {
      // The pod cannot have seen the request, so this is no answer to it (UF-32).
      this.#exchange.attemptFailed('upstream-closed');
      return true;
    }
    this.anyByte = true;
    if (this.relay !== undefined) return this.#relayBody(this.relay, buf, start, end);
    const { held } = this.#connection as UpstreamConnection;
    if (held.length === 0) return this.#readHeads(buf, start, end, false);
    held.append(buf, start, end);
    return this.#readHeads(held.bytes, held.start, held.end, true);
  }

  ended(): void {
    if (this.relay === undefined)
      this.#exchange.attemptFailed(this.anyByte ? 'bad-response' : 'upstream-closed');
    else if (this.relay.endOfStream()) this.#complete(this.relay);
    else this.#exchange.attemptFailed('upstream-closed');
  }

  closed(error: Error | undefined): void {
    if (!this.connected) this.#exchange.attemptFailed(connectFailure(error));
    else this.#exchange.attemptFailed(error === undefined ? 'upstream-closed' : 'upstream-reset');
  }

  /** Any number of interim responses, then the final one, as far as the bytes go; `held`: they are the held ones. */
  #readHeads(buf: Buffer, start: number, end: number, held: boolean): boolean {
    const connection = this.#connection as UpstreamConnection;
    const { parser } = connection;
    for (let at = start; at < end; ) {
      const next = parser.parse(buf, at, end);
      if (next < 0) {
        this.#exchange.attemptFailed('bad-response');
        return true;
      }
      if (next === 0) {
        if (!held) connection.held.append(buf, at, end);
        return true;
      }
      if (held) connection.held.consume(next);
      const { head } = parser;
      if (head.status >= 200) {
        connection.held.clear();
        return this.#respond(head, buf, next, end);
      }
      if (head.status === 101) {
        this.#switchProtocols(head, buf, next, end);
        return true;
      }
      if (!this.#interim(head) || this.#connection === undefined) return true;
      at = next;
    }
    return true;
  }

  /** A 100 was ours to send (RFC 9110 section 10.1.1); the others go to whoever can understand them. */
  #interim(head: ResponseHead): boolean {
    this.#interimResponses += 1;
    if (this.#interimResponses > this.#plane.settings.limits.interimResponses) {
      this.#exchange.attemptFailed('too-many-interim-responses');
      return false;
    }
    const { downstream, head: request } = this.#exchange;
    if (head.status !== 100 && request.minor === 1) downstream.sendText(writeInterimHead(head));
    return true;
  }

  #switchProtocols(head: ResponseHead, buf: Buffer, start: number, end: number): void {
    if (!agreesTo(head, this.#exchange.upgrade)) {
      this.#exchange.attemptFailed('bad-upgrade-response');
      return;
    }
    this.#answered();
    this.#exchange.openTunnel(head, this.#connection as UpstreamConnection);
    if (start < end) this.#connection?.user?.received(buf, start, end);
  }

  #respond(head: ResponseHead, buf: Buffer, start: number, end: number): boolean {
    this.#answered();
    this.#head = head;
    this.relay = this.#exchange.responding(head);
    return this.#relayBody(this.relay, buf, start, end);
  }

  #answered(): void {
    if (this.endpoint.health.ejections > 0) this.#plane.incidents.returned(this.endpoint);
    succeeded(this.endpoint.health);
    this.#plane.overload.answered();
    this.responseHeadTime = (performance.now() - this.#sentAt) / 1000;
  }

  #relayBody(relay: ResponseRelay, buf: Buffer, start: number, end: number): boolean {
    const outcome = relay.receive(buf, start, end);
    if (relay.retained) this.#connection?.retain();
    if (outcome === 'broken') {
      this.#exchange.attemptFailed('bad-response');
      return true;
    }
    if (outcome === 'done') {
      this.#complete(relay);
      return true;
    }
    if (relay.blocked) this.#plane.ledger.scalars.buffer_pauses += 1;
    this.#exchange.progress();
    return !relay.blocked;
  }

  #complete(relay: ResponseRelay): void {
    const connection = this.#release();
    const head = this.#head as ResponseHead;
    const reusable = relay.clean && head.keepAlive && head.keepAliveMax !== 0 && this.#exchange.sentWhole;
    if (reusable && connection !== undefined && !connection.gone) {
      this.#plane.pools.release(connection, head.keepAliveTimeout);
    } else {
      connection?.destroy();
    }
    this.#exchange.responseComplete(relay);
  }

  /** The one place where the endpoint's in-flight count goes down; undefined when it was released before. */
  #release(): UpstreamConnection | undefined {
    const connection = this.#connection;
    if (connection === undefined) return undefined;
    this.#connection = undefined;
    this.endpoint.health.inFlight -= 1;
    if (connection.user === this) connection.user = undefined;
    connection.held.clear();
    return connection;
  }
}
