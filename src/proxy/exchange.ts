import type { RequestHead } from '../http1/request-head.ts';
import { writeRequestHead } from '../http1/request-writer.ts';
import type { ResponseHead } from '../http1/response-head.ts';
import { writeResponseHead } from '../http1/response-writer.ts';
import { failed } from '../routing/ejection.ts';
import { pick } from '../routing/pick.ts';
import type { Endpoint, Grant } from '../routing/route.ts';
import { ownAnswer } from './answer.ts';
import { Attempt } from './attempt.ts';
import { type Decision, decide } from './decide.ts';
import type { DownstreamConnection } from './downstream-connection.ts';
import { recordExchange } from './exchange-record.ts';
import { type FailureReason, isIdempotent, verdict } from './failure.ts';
import type { Plane } from './plane.ts';
import { RequestBody } from './request-body.ts';
import { ResponseRelay } from './response-relay.ts';
import { Tunnel } from './tunnel.ts';
import type { UpstreamConnection } from './upstream-connection.ts';

const CONTINUE = 'HTTP/1.1 100 Continue\r\n\r\n';

/**
 * One request from its head to its log line: decides, tries pods, lets the answer through. It owns the retry loop and
 * every branch; what it calls only decides (decide, pick, verdict) or only moves bytes (Attempt, RequestBody, Tunnel).
 */
export class Exchange {
  readonly head: RequestHead;
  readonly downstream: DownstreamConnection;
  readonly startedAt = performance.now();
  requestId = '';
  decision: Decision | undefined;
  /** The last one tried. */
  attempt: Attempt | undefined;
  attempts = 0;
  body: RequestBody | undefined;
  tunnel: Tunnel | undefined;
  readonly #plane: Plane;
  readonly #tried: Endpoint[] = [];
  #over = false;
  /** `Expect: 100-continue`: no pod is bothered before the first byte of the body. */
  #awaitingBody = false;
  #requestText = '';
  /** The request head waits for body bytes that are here already, to go out with them in one write. */
  #headPending = false;
  /** On the worker's clock. */
  #requestDoneAt = 0;

  constructor(downstream: DownstreamConnection, head: RequestHead) {
    this.downstream = downstream;
    this.head = head;
    this.#plane = downstream.plane;
  }

  /** The client asked for a tunnel, properly. */
  get upgrade(): boolean {
    return this.decision?.kind === 'forward' && this.decision.upgrade;
  }

  /** Body bytes can be taken now. */
  get wantsBody(): boolean {
    const { body } = this;
    if (body === undefined || body.done) return false;
    return this.#awaitingBody || (this.attempt?.connected === true && !body.blocked);
  }

  get requestDone(): boolean {
    return this.body === undefined || this.body.done;
  }

  /** The pod has got all it was to get, so its connection can carry another exchange. */
  get sentWhole(): boolean {
    return this.requestDone && !this.upgrade;
  }

  start(): void {
    const { head } = this;
    const { table, settings, ledger, clock } = this.#plane;
    ledger.gauges.exchanges_in_flight += 1;
    this.#requestDoneAt = clock.now;
    const limit = settings.limits.requestBody;
    if (head.framing !== 'none') this.body = new RequestBody(head, limit);
    const decision = decide(head, table, { unknownHost: settings.unknownHost, requestBody: limit });
    this.decision = decision;
    if (decision.kind === 'answer') {
      this.#answer(decision.status, decision.reason, !decision.close);
    } else if (decision.kind === 'hangup') {
      this.#finish(0, decision.reason);
      this.downstream.hangUp();
    } else if (head.expect === 'continue' && !this.requestDone && this.downstream.heldLength === 0) {
      this.#awaitingBody = true;
      this.downstream.deadline = clock.now + settings.timeouts.downstreamIdle;
      this.downstream.sendText(CONTINUE);
    } else {
      this.#try(decision.grant);
    }
  }

  // From the client.

  /** Consumes body bytes; returns the offset behind what it took. */
  takeBody(buf: Buffer, start: number, end: number): number {
    const body = this.body as RequestBody;
    if (this.#awaitingBody) {
      this.#awaitingBody = false;
      if (this.decision?.kind === 'forward') this.#try(this.decision.grant);
      return start;
    }
    const prefix = this.#headPending ? this.#requestText : '';
    this.#headPending = false;
    const next = body.relay((this.attempt as Attempt).stream, prefix, buf, start, end);
    if (body.failure !== undefined) {
      this.#fail(body.failure);
      return end;
    }
    if (body.done) this.#requestDoneAt = this.#plane.clock.now;
    else if (this.downstream.ended && next === end) this.#fail('body-cut');
    this.progress();
    return next;
  }

  downstreamDrained(): void {
    const relay = this.attempt?.relay;
    if (relay === undefined || !relay.blocked) return;
    relay.blocked = false;
    this.progress();
    this.attempt?.resume();
  }

  /**
   * The client's FIN. Right behind its request it is a half-close and the answer is still wanted; later it means, as for
   * nginx, that the client has left. (There is no telling for certain: a closed socket sends the same FIN.)
   */
  downstreamEnded(): void {
    if (!this.requestDone) {
      if (this.downstream.heldLength === 0) this.#fail('body-cut');
      return;
    }
    const { clock, settings } = this.#plane;
    if (clock.now - this.#requestDoneAt > settings.timeouts.halfClose) this.#fail('client-left');
  }

  downstreamGone(): void {
    this.#fail('client-left');
  }

  /** The deadline that `progress` set last. */
  expire(): void {
    const { attempt } = this;
    if (attempt === undefined || this.#awaitingBody) this.#fail('request-timeout');
    else if (!attempt.connected) this.attemptFailed('connect-timeout');
    else if (attempt.relay !== undefined)
      this.#fail(attempt.relay.blocked ? 'client-stalled' : 'upstream-stalled');
    else if (this.requestDone) this.#fail('response-timeout');
    else this.#fail(this.body?.blocked === true ? 'upstream-stalled' : 'request-timeout');
  }

  /** The drain timeout. */
  cut(): void {
    if (this.tunnel !== undefined) this.tunnel.cut();
    else this.#fail('drain-timeout');
  }

  // From the attempt.

  /** The connection is open: send the head, with the body bytes that are here. */
  readyToSend(): void {
    const { downstream, head, body } = this;
    const attempt = this.attempt as Attempt;
    if (this.#requestText === '') this.#requestText = this.#writeHead(head);
    attempt.markSent();
    if (body !== undefined && !body.done && downstream.heldLength > 0) {
      this.#headPending = true;
      downstream.pump();
    } else {
      attempt.stream.write(this.#requestText, 'latin1');
    }
    this.progress();
  }

  upstreamDrained(): void {
    if (this.body === undefined || !this.body.blocked) return;
    this.body.blocked = false;
    this.progress();
    this.downstream.pump();
  }

  /** Something moved: the next deadline counts from now. Waiting for the response head, nothing that moves counts. */
  progress(): void {
    const { attempt, downstream } = this;
    if (this.#over || attempt === undefined) return;
    const { clock, settings } = this.#plane;
    const { timeouts } = settings;
    if (attempt.relay !== undefined) {
      downstream.deadline =
        clock.now + (attempt.relay.blocked ? timeouts.downstreamIdle : timeouts.upstreamIdle);
    } else if (this.requestDone) {
      downstream.deadline = Math.max(this.#requestDoneAt, attempt.openedAt) + timeouts.responseHead;
    } else {
      downstream.deadline =
        clock.now + (this.body?.blocked === true ? timeouts.upstreamIdle : timeouts.downstreamIdle);
    }
  }

  /** A final response head came. */
  responding(head: ResponseHead): ResponseRelay {
    const request = this.head;
    return new ResponseRelay(this.downstream, head, {
      headOnly: request.method === 'HEAD',
      minor: request.minor,
      keepAlive: request.keepAlive && this.sentWhole && !this.#plane.draining,
      trailers: request.trailers,
      date: this.#plane.date,
    });
  }

  responseComplete(relay: ResponseRelay): void {
    this.#finish(relay.status, '');
    this.downstream.exchangeDone(relay.keepAlive);
  }

  openTunnel(head: ResponseHead, connection: UpstreamConnection): void {
    const { ledger } = this.#plane;
    ledger.gauges.tunnels += 1;
    ledger.gauges.exchanges_in_flight -= 1;
    ledger.scalars.tunnels_opened += 1;
    const framing = {
      body: 'none',
      connection: 'upgrade',
      minor: 1,
      trailers: false,
      date: this.#plane.date,
    } as const;
    this.downstream.sendText(writeResponseHead(head, framing));
    this.tunnel = new Tunnel(this.downstream, connection, (reason) => {
      this.attempt?.abandon();
      this.#finish(101, reason);
    });
    connection.user = this.tunnel;
    this.downstream.becomeTunnel(this.tunnel);
  }

  attemptFailed(reason: FailureReason): void {
    const attempt = this.attempt as Attempt;
    const { clock, ledger, settings } = this.#plane;
    const judged = verdict(reason);
    const { health } = attempt.endpoint;
    if (!attempt.connected) ledger.scalars.upstream_connect_failures += 1;
    // A pooled connection that its pod closed while we wrote is nobody's fault (RFC 9112 section 9.3.1).
    const race = attempt.reused && !attempt.anyByte;
    if (judged.ejects && !race && failed(health, clock.now, settings.ejection))
      ledger.scalars.upstream_ejections += 1;
    const { decision } = this;
    if (decision?.kind === 'forward' && !this.#over && !this.downstream.closed) {
      if (judged.retry === 'unsent' && this.attempts <= settings.limits.retries) {
        attempt.abandon();
        this.#tried.push(attempt.endpoint);
        if (this.#try(decision.grant)) return;
      } else if (
        judged.retry === 'reused-connection' &&
        race &&
        this.body === undefined &&
        isIdempotent(this.head.method)
      ) {
        attempt.abandon();
        ledger.scalars.upstream_retries += 1;
        this.#tryAt(attempt.endpoint, true);
        return;
      }
    }
    this.#fail(reason);
  }

  // The rest is its own.

  /** False when there is nobody (else) to try. */
  #try(grant: Grant): boolean {
    const endpoint = pick(grant, this.#plane.clock.now, this.#tried);
    if (endpoint === undefined) return false;
    if (this.attempts > 0) this.#plane.ledger.scalars.upstream_retries += 1;
    this.#tryAt(endpoint, false);
    return true;
  }

  #tryAt(endpoint: Endpoint, fresh: boolean): void {
    const { clock, settings } = this.#plane;
    this.attempts += 1;
    const attempt = new Attempt(this, endpoint, fresh);
    this.attempt = attempt;
    if (attempt.connected) this.readyToSend();
    else this.downstream.deadline = clock.now + settings.timeouts.connect;
  }

  #writeHead(head: RequestHead): string {
    const { downstream } = this;
    const { ids, port, settings } = this.#plane;
    this.requestId = downstream.trusted && head.requestId !== '' ? head.requestId : ids.next();
    const forwarding = {
      clientAddress: downstream.clientAddress,
      trusted: downstream.trusted,
      proto: 'http',
      port,
      requestId: this.requestId,
      forwardKey: settings.forwardApiKey,
    } as const;
    return writeRequestHead(head, forwarding, this.upgrade);
  }

  /** The end without a whole response: an answer if nothing has gone out, else a break that nobody takes for an end. */
  #fail(reason: FailureReason): void {
    if (this.#over) return;
    const { attempt, downstream } = this;
    const relay = attempt?.relay;
    const { status, source } = verdict(reason);
    attempt?.abandon();
    if (relay?.started === true) {
      this.#finish(relay.status, reason);
      if (relay.endsByClose) downstream.reset();
      else downstream.destroy();
    } else if (status === 499 || downstream.closed) {
      this.#finish(499, reason);
      downstream.destroy();
    } else {
      this.#answer(status, reason, source !== 'downstream');
    }
  }

  #answer(status: number, reason: string, mayKeepAlive: boolean): void {
    const { downstream, head, decision } = this;
    const keepAlive =
      mayKeepAlive && head.keepAlive && this.requestDone && !head.websocket && !this.#plane.draining;
    const location = decision?.kind === 'answer' ? decision.location : undefined;
    const { minor } = head;
    const headOnly = head.method === 'HEAD';
    downstream.sendText(
      ownAnswer({ status, reason, keepAlive, minor, headOnly, date: this.#plane.date, location }),
    );
    this.#finish(status, reason);
    downstream.exchangeDone(keepAlive);
  }

  /** The one place where an exchange ends: counts, log line. */
  #finish(status: number, reason: string): void {
    if (this.#over) return;
    this.#over = true;
    const { gauges } = this.#plane.ledger;
    if (this.tunnel === undefined) gauges.exchanges_in_flight -= 1;
    else gauges.tunnels -= 1;
    recordExchange(this, this.#plane, status, reason);
  }
}
