import type { FailureReason } from '../../../boundary/reasons.ts';
import { performance } from 'node:perf_hooks';
import type { ResponseHead } from '../../../http1/response-head.ts';
import { writeInterimHead } from '../../../http1/response-writer.ts';
import { brokenSwitch } from '../../../http1/upgrade.ts';
import { succeeded } from '../../../routing/ejection.ts';
import type { Endpoint } from '../../../routing/route.ts';
import type { Exchange } from '../../exchange/exchange.ts';
import { connectFailure, isShortage } from '../../exchange/failure.ts';
import { type Deferred, loopTurn } from '../../bytes/loop-turn.ts';
import { Logins } from './logins.ts';
import type { Plane } from '../../plane.ts';
import type { ResponseRelay } from '../../exchange/response-relay.ts';
import { type Fate, fateOf, hasBody } from './reuse.ts';
import type { SocketWriter } from '../../bytes/socket-writer.ts';
import type { UpstreamConnection, UpstreamUser } from './upstream-connection.ts';

/** The head that a pod gets of a received one of this length waits for the end of the loop's turn (see SocketWriter). */
const SMALL_HEAD = 8_192;

/**
 * One try at one endpoint: a connection, the request on it, the response from it. It knows what came from the pod; what
 * follows from that (another try, an answer, the end) its exchange decides.
 */
export class Attempt implements UpstreamUser, Deferred {
  readonly endpoint: Endpoint;
  /** The connection carried an exchange before, so the pod may have closed it while we wrote. */
  reused: boolean;
  /** The request may be sent, or was. */
  connected: boolean;
  /** On the worker's clock. */
  openedAt: number;
  /** In milliseconds of performance.now(); on a pooled connection when the request was sent, 0 before. */
  startedAt: number;
  /** Its failure has been counted. */
  noted = false;
  /** Once the pod has said anything nobody else may be asked. */
  anyByte = false;
  /** Of the pod, as dialled. */
  address: string;
  relay: ResponseRelay | undefined;
  /** Seconds from request to response head; -1 without one. */
  responseHeadTime = -1;
  readonly #exchange: Exchange;
  readonly #plane: Plane;
  #connection: UpstreamConnection | undefined;
  #head: ResponseHead | undefined;
  #interimResponses = 0;
  /** An interim response was not written as it should be. */
  #loose = false;
  #sentAt = 0;
  /** What the connection's writer had offered to the kernel before. */
  #offered = 0;
  /** Why the pod's first address could not be reached, when the second is being tried, or the other way round. */
  #unreachable: FailureReason | undefined;
  readonly #loggedIn: boolean;

  /** `from`: a pooled connection, a fresh one, or the one of the client's login. Calls `exchange.readyToSend()` later unless `connected`. */
  constructor(exchange: Exchange, endpoint: Endpoint, from: 'pool' | 'fresh' | UpstreamConnection) {
    this.#exchange = exchange;
    this.#plane = exchange.downstream.plane;
    this.endpoint = endpoint;
    endpoint.health.inFlight += 1;
    this.#loggedIn = typeof from !== 'string';
    const kept = this.#kept(from);
    this.reused = kept !== undefined;
    this.connected = kept !== undefined && !kept.resting;
    this.openedAt = this.#plane.clock.now;
    this.startedAt = this.reused ? 0 : performance.now();
    if (kept?.resting === true) this.#plane.turn.atEnd(this);
    this.#connection = kept ?? this.#plane.pools.connect(endpoint, this, endpoint.conduct.second);
    this.address = this.#connection.address;
  }

  #kept(from: 'pool' | 'fresh' | UpstreamConnection): UpstreamConnection | undefined {
    if (from === 'fresh') return undefined;
    const { pools } = this.#plane;
    if (typeof from !== 'string') return pools.takeLogin(from, this) ? from : undefined;
    const { body, head } = this.#exchange;
    return pools.acquire(this.endpoint, this, body !== undefined || head.text.length > SMALL_HEAD);
  }

  get port(): number {
    return this.endpoint.port;
  }

  /** Where the request goes, once connected. */
  get writer(): SocketWriter {
    return (this.#connection as UpstreamConnection).writer;
  }

  /** A client's login goes by on this connection, so the request belongs there and nowhere else. */
  get bound(): boolean {
    return this.#loggedIn || (this.connected && this.#exchange.head.login);
  }

  /** Nothing of the request has left, nor has any of its body been taken from the client. */
  get unsent(): boolean {
    if (!this.connected) return true;
    return this.reused && this.#exchange.body === undefined && this.writer.offered === this.#offered;
  }

  markSent(): void {
    const connection = this.#connection as UpstreamConnection;
    this.#sentAt = performance.now();
    if (this.reused) this.startedAt = this.#sentAt;
    this.#offered = connection.writer.offered;
    connection.behindBody = hasBody(this.#exchange.head);
  }

  /** The turn of the event loop ends: what the pod had pushed into a kept connection has been read by now. */
  flush(): void {
    const connection = this.#connection;
    if (connection?.resting !== true) return;
    if (loopTurn() <= connection.releasedIn) {
      this.#plane.turn.atEnd(this);
      return;
    }
    connection.resting = false;
    this.opened();
    connection.writer.flush();
  }

  /** Dials the pod's other address, since `reason`; false when there is none, or it was tried already. */
  dialOther(reason: FailureReason): boolean {
    const { endpoint } = this;
    if (endpoint.secondAddress === undefined || this.#unreachable !== undefined) return false;
    this.#unreachable = reason;
    const { second } = this.#connection as UpstreamConnection;
    this.#connect(!second);
    return true;
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
    if (this.reused && (!this.connected || this.writer.offered === this.#offered)) {
      // The pod cannot have seen the request, so this is no answer to it (UF-32).
      this.#plane.pools.pushed(this.#connection as UpstreamConnection);
      this.#keptEnded('upstream-closed');
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
    if (this.relay === undefined && this.anyByte) this.#exchange.attemptFailed('bad-response', 'head-cut');
    else if (this.relay === undefined) this.#keptEnded('upstream-closed');
    else if (this.relay.endOfStream()) this.#complete(this.relay);
    else this.#exchange.attemptFailed('upstream-closed');
  }

  closed(error: Error | undefined): void {
    if (this.connected || this.reused) {
      this.#keptEnded(error === undefined ? 'upstream-closed' : 'upstream-reset');
      return;
    }
    const reason = connectFailure(error);
    if (isShortage(error) || !this.dialOther(reason)) {
      // What the other address said may tell more than that this host has no address of the family.
      const told = reason === 'router-exhausted' ? (this.#unreachable ?? reason) : reason;
      this.#exchange.attemptFailed(told);
    }
  }

  /** A kept connection that ends before it was used gives way to a fresh one, and nobody has to know. */
  #keptEnded(reason: FailureReason): void {
    if (this.connected || this.endpoint.health.gone) {
      this.#exchange.attemptFailed(reason);
      return;
    }
    this.reused = false;
    this.#connect(this.endpoint.conduct.second);
  }

  /** Lets the connection go for one that has to be opened first. */
  #connect(second: boolean): void {
    const { clock, pools, settings } = this.#plane;
    const old = this.#connection as UpstreamConnection;
    old.user = undefined;
    old.destroy();
    this.#connection = pools.connect(this.endpoint, this, second);
    this.address = this.#connection.address;
    this.#exchange.downstream.deadline = clock.now + settings.connectTimeout;
  }

  /** Any number of interim responses, then the final one, as far as the bytes go; `held`: they are the held ones. */
  #readHeads(buf: Buffer, start: number, end: number, held: boolean): boolean {
    const connection = this.#connection as UpstreamConnection;
    const { parser } = connection;
    for (let at = start; at < end; ) {
      const next = parser.parse(buf, at, end);
      if (next < 0) {
        this.#exchange.attemptFailed('bad-response', parser.error);
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
    this.#loose ||= head.loose;
    if (this.#interimResponses > this.#plane.settings.maxInterimResponses) {
      this.#exchange.attemptFailed('too-many-interim-responses', 'too-many-interim-responses');
      return false;
    }
    const { downstream, head: request } = this.#exchange;
    if (head.status !== 100 && request.minor === 1) downstream.sendText(writeInterimHead(head));
    return true;
  }

  #switchProtocols(head: ResponseHead, buf: Buffer, start: number, end: number): void {
    const broken = brokenSwitch(head, this.#exchange.upgrade);
    if (broken !== null) {
      this.#exchange.attemptFailed('bad-upgrade-response', broken);
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
    const { health, conduct } = this.endpoint;
    if (health.ejections > 0) this.#plane.incidents.returned(this.endpoint);
    succeeded(health);
    if (conduct.serves !== 'several') this.#plane.pools.answered(this.#connection as UpstreamConnection);
    this.#plane.overload.answered();
    // While the client is sending its body, the pod is not the one that is slow.
    const since = Math.max(this.#sentAt, this.#exchange.requestDoneTime);
    this.responseHeadTime = (performance.now() - since) / 1000;
  }

  #relayBody(relay: ResponseRelay, buf: Buffer, start: number, end: number): boolean {
    const outcome = relay.receive(buf, start, end);
    if (relay.retained) this.#connection?.retain();
    if (outcome === 'broken') {
      this.#exchange.attemptFailed('bad-response', relay.error);
      return true;
    }
    if (outcome === 'done') {
      if (!relay.clean) this.#plane.pools.pushed(this.#connection as UpstreamConnection);
      this.#complete(relay);
      return true;
    }
    if (relay.blocked) this.#plane.ledger.scalars.buffer_pauses += 1;
    this.#exchange.progress();
    return !relay.blocked;
  }

  #complete(relay: ResponseRelay): void {
    const connection = this.#release();
    if (connection?.gone === false) this.#giveBack(connection, relay.clean);
    this.#exchange.responseComplete(relay);
  }

  #giveBack(connection: UpstreamConnection, clean: boolean): void {
    const exchange = this.#exchange;
    const { pools } = this.#plane;
    const head = this.#head as ResponseHead;
    const sent = exchange.sentWhole && connection.writer.idle;
    const mayCarryMore = clean && !this.#loose && connection.reusable;
    const fate = mayCarryMore ? fateOf(exchange.head, sent, head, this.endpoint.conduct) : 'close';
    if (fate === 'close') connection.destroy();
    else if (this.#loggedIn || exchange.head.login || head.login) this.#keepLogin(connection, fate);
    else if (fate === 'reuse') pools.release(connection, head.keepAliveTimeout);
    else pools.watch(connection, head.keepAliveTimeout);
  }

  /** The connection is this client's from now on. That of a trusted proxy has many users, none of whom may get it. */
  #keepLogin(connection: UpstreamConnection, fate: Fate): void {
    const { decision, downstream } = this.#exchange;
    const ofOne = !downstream.peer.trusted && !downstream.closed && decision?.kind === 'forward';
    if (fate !== 'reuse' || !ofOne) {
      connection.destroy();
      return;
    }
    downstream.logins ??= new Logins(this.#plane.pools, downstream.client.stream);
    downstream.logins.keep(decision.route, connection);
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
