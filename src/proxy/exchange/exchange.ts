import { type FailureReason, type Reason, REASONS, type Verdict } from '../../boundary/reasons.ts';
import type { ResponseRule } from '../../boundary/response-rules.ts';
import { performance } from 'node:perf_hooks';
import type { RequestHead } from '../../http1/request-head.ts';
import type { ResponseHead } from '../../http1/response-head.ts';
import { writeSwitchHead } from '../../http1/response-writer.ts';
import { askedProtocol } from '../../http1/upgrade.ts';
import { pick } from '../../routing/pick.ts';
import type { Endpoint } from '../../routing/route.ts';
import { sendAnswer } from './own-answer.ts';
import { Attempt } from '../upstream/http1/attempt.ts';
import { NONE_FAILED, noteFailure } from './attempt-record.ts';
import { collectedSize, declareLength } from './awaited-body.ts';
import { type Decision, decide, type Forward } from '../../routing/decide.ts';
import type { DownstreamConnection } from '../downstream/http1/downstream-connection.ts';
import { deadlineOf, whoIsLate } from './deadlines.ts';
import { recordExchange, recordWhole } from './record.ts';
import { FailedTries } from './failed-tries.ts';
import { verdict } from './failure.ts';
import { healthCheck } from './health-check.ts';
import type { Plane } from '../plane.ts';
import { podRequestHead, requestIdOf } from './pod-request.ts';
import { RequestBody } from './request-body.ts';
import { ResponseRelay } from './response-relay.ts';
import { Tunnel } from './tunnel.ts';
import type { UpstreamConnection } from '../upstream/http1/upstream-connection.ts';

const CONTINUE = 'HTTP/1.1 100 Continue\r\n\r\n';
const NOBODY: readonly Endpoint[] = [];

/**
 * One request from its head to its log line: decides, tries pods, lets the answer through. It owns the retry loop and
 * every branch; what it calls only decides (decide, pick, verdict) or only moves bytes (Attempt, RequestBody, Tunnel).
 */
export class Exchange {
  readonly head: RequestHead;
  readonly downstream: DownstreamConnection;
  /** When its first byte came, in milliseconds of performance.now(). */
  readonly startedAt: number;
  /** When the whole request was there (before that: its head), in the same. */
  requestDoneTime = performance.now();
  requestId = '';
  /** Of the body of an answer of the router's own. */
  ownBytes = 0;
  decision: Decision | undefined;
  /** The last one tried. */
  attempt: Attempt | undefined;
  attempts = 0;
  failedAttempts = NONE_FAILED;
  /** The rule that the pod's response broke; '' for none. */
  detail: ResponseRule | '' = '';
  body: RequestBody | undefined;
  tunnel: Tunnel | undefined;
  readonly #plane: Plane;
  #failures: FailedTries | undefined;
  #over = false;
  /** `Expect: 100-continue`: no pod is bothered before the first byte of the body. */
  #awaitingBody = false;
  #requestText = '';
  /** `requestDoneTime` on the worker's clock, for deadlines. */
  #requestDoneAt = 0;

  constructor(downstream: DownstreamConnection, head: RequestHead) {
    this.downstream = downstream;
    this.head = head;
    this.startedAt = downstream.headBegin || this.requestDoneTime;
    this.#plane = downstream.plane;
  }

  /** The protocol that the client asked for, properly, and that becomes a tunnel; '' for HTTP. */
  get upgrade(): string {
    return this.decision?.kind === 'forward' ? this.decision.upgrade : '';
  }

  /** Body bytes can be taken now. */
  get wantsBody(): boolean {
    const { body } = this;
    if (body === undefined || body.done || this.#over) return false;
    return this.#awaitingBody || body.collecting || (this.attempt?.connected === true && !body.blocked);
  }

  get requestDone(): boolean {
    return this.body === undefined || this.body.done;
  }

  /** Bytes of the body are here, and no pod to take them. */
  get bodyUnsent(): boolean {
    return (
      this.body !== undefined && this.attempt?.connected !== true && (!this.body.done || this.body.held > 0)
    );
  }

  /** The pod has got all it was to get, so its connection can carry another exchange. */
  get sentWhole(): boolean {
    return this.requestDone && this.upgrade === '';
  }

  start(): void {
    const { head } = this;
    const { table, settings, ledger, clock, overload } = this.#plane;
    ledger.gauges.exchanges_in_flight += 1;
    this.#requestDoneAt = clock.now;
    if (head.framing !== 'none') this.body = new RequestBody(head, settings.clientMaxBodySize);
    // One that is busy is not ill, and its balancer must not send what it has to others that are as busy.
    const health = healthCheck(head, this.#plane);
    if (health !== undefined) {
      this.#answer(health.reason, health);
      return;
    }
    // Before any work, and before anything is looked up: what everybody gets tells nobody anything.
    const inFlight = ledger.gauges.exchanges_in_flight;
    const refused = overload.refusal(inFlight, this.body && this.downstream.peer.address);
    if (refused !== undefined) {
      this.#answer(refused, REASONS[refused]);
      return;
    }
    const decision = decide(head, table, settings);
    this.decision = decision;
    if (decision.kind === 'answer') {
      this.#answer(decision.reason, decision);
    } else if (decision.kind === 'hangup') {
      this.#finish(0, decision.reason);
      this.downstream.close();
    } else if (this.requestDone || !this.#awaitsBody(this.body as RequestBody)) {
      this.#begin(decision);
    }
  }

  /** True: no pod is to be asked yet. */
  #awaitsBody(body: RequestBody): boolean {
    const { head, downstream } = this;
    const { clock, settings } = this.#plane;
    body.collect(collectedSize(head, settings.collectRequest));
    const here = downstream.heldLength > 0;
    this.#awaitingBody = !here && head.expect === 'continue' && !downstream.ended;
    if (!here && downstream.ended) this.#fail('body-cut');
    else if (this.#awaitingBody) downstream.sendText(CONTINUE);
    downstream.deadline = clock.now + settings.clientIdleTimeout;
    return this.#over || this.#awaitingBody || body.collecting;
  }

  // From the client.

  /** Consumes body bytes; returns the offset behind what it took. */
  takeBody(buf: Buffer, start: number, end: number): number {
    const body = this.body as RequestBody;
    const { collecting } = body;
    if (this.#awaitingBody) {
      this.#awaitingBody = false;
      if (!collecting) this.#beginAwaited();
      return start;
    }
    const next = body.relay(buf, start, end);
    if (body.retained) this.downstream.retain(buf);
    if (body.failure !== undefined) {
      this.#fail(body.failure);
      return end;
    }
    if (body.done) {
      this.#requestDoneAt = this.#plane.clock.now;
      this.requestDoneTime = performance.now();
    } else if (this.downstream.ended && next === end) {
      this.#fail('body-cut');
    }
    if (collecting) this.#collect(body);
    this.progress();
    return next;
  }

  /** A pod is asked when the body is whole, or longer than what is collected: then the rest follows as it comes. */
  #collect(body: RequestBody): void {
    if (this.#over) return;
    if (body.done) declareLength(this.head, body.bytes);
    if (!body.collecting) this.#beginAwaited();
    else if (!this.#plane.memory.makeRoom(this.downstream.peer.address)) this.#fail('overload-memory');
  }

  #beginAwaited(): void {
    this.body?.rate?.rests(this.#plane.clock.now);
    if (this.decision?.kind === 'forward') this.#begin(this.decision);
  }

  downstreamDrained(): void {
    if (this.attempt?.relay?.unblocked() !== true) return;
    this.progress();
    this.attempt.resume();
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
    const { halfCloseTimeout } = this.#plane.settings;
    // The worker's clock is coarse, the real one runs on while our event loop stands still: both must agree.
    const late = this.#plane.clock.now - this.#requestDoneAt > halfCloseTimeout;
    if (late && performance.now() - this.requestDoneTime > halfCloseTimeout) this.#fail('client-left');
  }

  downstreamGone(): void {
    this.#fail('client-left');
  }

  /** The deadline that `progress` set last. */
  expire(): void {
    const { attempt, downstream } = this;
    const reason = whoIsLate(this);
    if (reason === undefined) downstream.deadline = downstream.outbox.patience;
    else if (reason !== 'connect-timeout') this.#fail(reason);
    else if (attempt?.dialOther(reason) !== true) this.attemptFailed(reason);
  }

  /** The drain timeout. */
  cut(): void {
    if (this.tunnel !== undefined) this.tunnel.cut();
    else this.#fail('drain-timeout');
  }

  /** Its bytes take the place of others'. */
  shed(): void {
    this.#fail('overload-memory');
  }

  // From the attempt.

  /** The connection is open: send the head, with the body bytes that are here. */
  readyToSend(): void {
    const { downstream, head, body } = this;
    const attempt = this.attempt as Attempt;
    if (this.#requestText === '') {
      this.requestId = requestIdOf(head, downstream);
      this.#requestText = podRequestHead(this);
    }
    attempt.markSent();
    attempt.writer.writeText(this.#requestText);
    body?.open(attempt.writer);
    // What is here of the body goes out in the same write.
    downstream.pump();
    this.progress();
  }

  upstreamDrained(): void {
    if (this.body === undefined || !this.body.blocked) return;
    this.body.blocked = false;
    this.progress();
    this.downstream.pump();
  }

  /** Something moved. */
  progress(): void {
    if (this.#over || (this.attempt === undefined && this.body?.collecting !== true)) return;
    this.downstream.deadline = deadlineOf(this, this.#requestDoneAt);
  }

  /** A final response head came. */
  responding(head: ResponseHead): ResponseRelay {
    const request = this.head;
    this.#failures?.answered();
    return new ResponseRelay(this.downstream, head, {
      headOnly: request.method === 'HEAD',
      minor: request.minor,
      keepAlive: request.keepAlive && this.sentWhole && !this.downstream.last,
      trailers: request.trailers,
      date: this.#plane.date,
    });
  }

  responseComplete(relay: ResponseRelay): void {
    this.#finish(relay.status, '', recordWhole);
    this.downstream.exchangeDone(relay.keepAlive);
  }

  openTunnel(head: ResponseHead, connection: UpstreamConnection): void {
    const { ledger } = this.#plane;
    ledger.gauges.tunnels += 1;
    ledger.gauges.exchanges_in_flight -= 1;
    ledger.scalars.tunnels_opened += 1;
    this.downstream.sendText(writeSwitchHead(head, this.upgrade));
    this.tunnel = new Tunnel(this.downstream, connection, (reason) => {
      this.attempt?.abandon();
      this.#finish(101, reason);
    });
    connection.user = this.tunnel;
    this.downstream.becomeTunnel(this.tunnel);
  }

  /** Decides what follows from a failure before the response is complete: another try, or the end. */
  attemptFailed(reason: FailureReason, detail: ResponseRule | '' = ''): void {
    this.detail = detail;
    const attempt = this.attempt as Attempt;
    this.#failures ??= new FailedTries(this);
    const next = this.#failures.next(attempt, reason);
    if (next === undefined || this.#over) {
      this.#fail(reason);
      return;
    }
    attempt.abandon();
    this.#plane.ledger.scalars.upstream_retries += 1;
    this.#tryAt(next.endpoint, next.from);
  }

  /** Counts an attempt that came to nothing. `race`: nobody's fault. */
  note(attempt: Attempt, reason: FailureReason, race: boolean): void {
    attempt.noted = true;
    this.failedAttempts = noteFailure(this.#plane, attempt, { reason, race, before: this.failedAttempts });
  }

  // The rest is its own.

  #begin({ route, grant }: Forward): void {
    const own = this.downstream.logins?.take(route, grant);
    if (own !== undefined) {
      this.#tryAt(own.endpoint, own);
      return;
    }
    const endpoint = pick(grant, this.#plane.clock.now, NOBODY);
    if (endpoint !== undefined) this.#tryAt(endpoint, 'pool');
    // While the client was asked for its body, the last pod of its grant left.
    else this.#answer('no-ready-pod', REASONS['no-ready-pod']);
  }

  /** `from`: see Attempt. */
  #tryAt(endpoint: Endpoint, from: 'pool' | 'fresh' | UpstreamConnection): void {
    const { clock, settings } = this.#plane;
    this.attempts += 1;
    const attempt = new Attempt(this, endpoint, from);
    this.attempt = attempt;
    if (attempt.connected) this.readyToSend();
    else this.downstream.deadline = clock.now + settings.connectTimeout;
  }

  /** The end without a whole response: an answer if nothing has gone out, else a break that nobody takes for an end. */
  #fail(reason: FailureReason): void {
    if (this.#over) return;
    const { attempt, downstream } = this;
    const relay = attempt?.relay;
    const { status, fault, close } = verdict(reason);
    if (attempt?.noted === false) this.note(attempt, reason, false);
    attempt?.abandon();
    if (relay?.started === true) {
      this.#finish(relay.status, reason);
      if (fault === 'pod') downstream.breakOff(relay.endsByClose);
      else if (relay.endsByClose) downstream.reset();
      else downstream.destroy();
    } else if (status === 499 || downstream.closed) {
      this.#finish(499, reason);
      downstream.destroy();
    } else {
      this.#answer(reason, { status, close });
    }
  }

  #answer(reason: Reason, { status, close }: Pick<Verdict, 'status' | 'close'>): void {
    const { downstream, head, decision } = this;
    // What follows a handshake is no request.
    const handshake = askedProtocol(head, this.#plane.settings.upgrades) !== '';
    const keepAlive = !close && head.keepAlive && this.requestDone && !handshake && !downstream.last;
    const location = decision?.kind === 'answer' ? decision.location : undefined;
    sendAnswer(this, { status, reason, keepAlive, location });
    this.#finish(status, reason, recordWhole);
    downstream.exchangeDone(keepAlive);
  }

  /** The one place where an exchange ends: counts, log line. */
  #finish(status: number, reason: Reason | '', record = recordExchange): void {
    if (this.#over) return;
    this.#over = true;
    const { ledger, overload } = this.#plane;
    ledger.gauges[this.tunnel === undefined ? 'exchanges_in_flight' : 'tunnels'] -= 1;
    // Undecided, it was refused before it began.
    if (this.decision !== undefined && (this.attempt?.responseHeadTime ?? -1) < 0) overload.answered();
    record(this, this.#plane, status, reason);
  }
}
