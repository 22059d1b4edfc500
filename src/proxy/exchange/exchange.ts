import { performance } from 'node:perf_hooks';
import { type FailureReason, type Reason, REASONS, VERDICTS } from '../../boundary/reasons.ts';
import type { ResponseRule } from '../../boundary/response-rules.ts';
import type { RequestHead } from '../../http1/request-head.ts';
import type { ResponseHead } from '../../http1/response-head.ts';
import { brokenSwitch } from '../../http1/upgrade.ts';
import { decide } from '../../routing/decide.ts';
import type { Decision, Forward } from '../../routing/decision.ts';
import type { Endpoint } from '../../routing/endpoint.ts';
import { firstPick } from '../../routing/sticky.ts';
import { earlyAnswer } from './admit.ts';
import { answerInstead } from './answer-instead.ts';
import { Authentication } from './authentication.ts';
import { editResponse, editSwitch } from './edit-response.ts';
import { expire } from './expire.ts';
import { noteAnswered } from './attempt-record.ts';
import { bindingOf } from './binding.ts';
import { deadlineOf, hasLeft, type Stage, type WaitState } from './deadlines.ts';
import type * as ends from './ends.ts';
import type { ExchangeNeeds } from './needs.ts';
import { outgoingOf } from './outgoing.ts';
import { type Finished, recordExchange, recordWhole } from './record.ts';
import { type BodyOwner, RequestBody } from './request-body.ts';
import { ResponseBody } from './response-body.ts';
import type { Trace } from '../tracing/trace.ts';
import { type RetryFacts, Tries } from './tries.ts';
import { closingOf, Tunnel } from './tunnel.ts';

/**
 * One request from its head to its log line: it decides, tries pods, and relays the response. It connects a client's
 * end and a pod's end, and knows neither their protocols nor their sockets (see ends.ts). It owns the stage, the
 * deadline, the retries and the only place where it ends.
 */
export class Exchange
  implements ends.ClientSide, ends.UpstreamEvents, BodyOwner, WaitState, Finished, RetryFacts
{
  readonly head: RequestHead;
  readonly downstream: ends.Downstream;
  readonly startedAt: number;
  stage: Stage = 'deciding';
  deadline = Number.POSITIVE_INFINITY;
  decision: Decision | undefined = undefined;
  body: RequestBody | undefined = undefined;
  request: ends.UpstreamRequest | undefined = undefined;
  response: ResponseBody | undefined = undefined;
  tunnel: Tunnel | undefined = undefined;
  authentication: Authentication | undefined = undefined;
  attempts = 0;
  tries: Tries | undefined = undefined;
  requestId = '';
  trace: Trace | undefined = undefined;
  detail: ResponseRule | '' = '';
  ownBytes = 0;
  responseHeadTime = -1;
  requestDoneAt: number;
  openedAt = 0;
  readonly #needs: ExchangeNeeds;
  #outgoing: ends.Outgoing | undefined = undefined;
  /** When the whole request had come (before that: its head), in milliseconds of performance.now(). */
  #requestDoneTime = performance.now();

  /** `began`: when the first byte of the head came, in milliseconds of performance.now(); 0: now. */
  constructor(needs: ExchangeNeeds, downstream: ends.Downstream, head: RequestHead, began: number) {
    this.#needs = needs;
    this.downstream = downstream;
    this.head = head;
    this.startedAt = began || this.#requestDoneTime;
    this.requestDoneAt = needs.clock.now;
    if (head.framing !== 'none') this.body = new RequestBody(this, needs);
  }

  get requestDone(): boolean {
    return this.body === undefined || this.body.done;
  }

  get pending(): number {
    return this.body === undefined ? 0 : this.body.pending;
  }

  get stalled(): boolean {
    return this.response !== undefined && this.response.stalled;
  }

  get binding(): ends.Binding | undefined {
    return bindingOf(this.downstream, this.decision);
  }

  start(): void {
    const { head, downstream } = this;
    const { counts } = this.#needs;
    counts.gauges.exchanges_in_flight += 1;
    const early = earlyAnswer(head, downstream.peer, this.#needs);
    if (early === undefined) this.proceed(decide(head, downstream.peer, this.#needs));
    else this.answer(early.reason, early);
  }

  proceed(decision: Decision): void {
    this.decision = decision;
    if (decision.kind === 'authenticate') {
      this.authentication = new Authentication(this, decision, this.#needs.auth);
    } else if (decision.kind === 'answer') {
      this.answer(decision.reason, decision);
    } else if (decision.kind === 'hangup') {
      this.#finish(0, decision.reason);
      this.downstream.hangUp();
    } else if (this.requestDone || this.body?.start(decision.route.options, decision.maxBody) === true) {
      this.begin();
    }
  }

  begin(): void {
    const { route, grant } = this.decision as Forward;
    const pinned = this.downstream.pinned?.take(route, grant);
    const endpoint = pinned?.endpoint ?? firstPick(route, grant, this.head, this.#needs.clock.now);
    if (endpoint !== undefined) this.#tryAt(endpoint, pinned ?? 'pool');
    // The last pod of its grant left while podway waited for the body.
    else this.answer('no-ready-pod', REASONS['no-ready-pod']);
  }

  enter(stage: 'continue' | 'collecting' | 'connecting'): void {
    this.stage = stage;
    this.progress();
  }

  bodyDone(): void {
    this.requestDoneAt = this.#needs.clock.now;
    this.#requestDoneTime = performance.now();
    if (this.stage === 'sending') this.stage = 'waiting';
  }

  progress(): void {
    this.deadline = deadlineOf(this, this.#needs.clock.now);
  }

  drained(): void {
    if (this.stage === 'over' || this.response?.unstalled() !== true) return;
    this.progress();
    this.request?.resume();
  }

  ended(): void {
    const { clock, settings } = this.#needs;
    const since = clock.now - this.requestDoneAt;
    if (hasLeft(since, this.#requestDoneTime, settings.halfCloseTimeout)) this.fail('client-left');
  }

  gone(): void {
    this.fail('client-left');
  }

  expire(): void {
    expire(this, this.#needs.clock.now);
  }

  cut(): void {
    this.fail('drain-timeout');
  }

  shed(): boolean {
    const upgrades = this.decision?.kind === 'forward' && this.decision.upgrade !== '';
    if (this.body?.isUnsent !== true && !upgrades) return false;
    this.fail('overload-memory');
    return true;
  }

  redialled(): void {
    this.enter('connecting');
  }

  opened(): void {
    const request = this.request as ends.UpstreamRequest;
    this.openedAt = this.#needs.clock.now;
    this.#outgoing ??= outgoingOf(this, this.decision as Forward, this.#needs);
    this.requestId = this.#outgoing.requestId;
    request.send(this.#outgoing);
    this.stage = this.requestDone ? 'waiting' : 'sending';
    this.body?.open(request);
    // Bytes of the body that have already come are sent in the same write.
    this.downstream.readBody();
    this.progress();
  }

  interim(head: ResponseHead): void {
    this.downstream.interim(head);
  }

  responded(received: ResponseHead, body: ends.BodyKind): void {
    this.tries?.answered();
    const endpoint = this.#answered();
    const head = editResponse(received, this, this.#needs);
    this.stage = 'relaying';
    this.response = new ResponseBody(head, this, this.#needs, endpoint.options.proxyBufferSize);
    this.downstream.respond(head, body);
  }

  #answered(): Endpoint {
    const request = this.request as ends.UpstreamRequest;
    this.responseHeadTime = noteAnswered(this.#needs, request, this.#requestDoneTime);
    return request.endpoint;
  }

  data(buf: Buffer, start: number, end: number, ending: ends.Ending): ends.Hold {
    const response = this.response as ResponseBody;
    const hold = response.write(buf, start, end, ending);
    if (ending === undefined) this.progress();
    return hold;
  }

  complete(reason: Reason | '' = ''): void {
    this.#finish((this.response as ResponseBody).status, reason, recordWhole);
    this.downstream.finish();
  }

  switched(head: ResponseHead, pod: ends.PodTunnelEnd): boolean {
    const { upgrade } = this.decision as Forward;
    const broken = brokenSwitch(head, upgrade, this.head.websocketAccept);
    if (broken !== null) {
      this.failed('bad-upgrade-response', broken);
      return false;
    }
    const { options } = this.#answered();
    editSwitch(head, this, this.#needs);
    this.stage = 'tunnel';
    const closing = closingOf(head, upgrade, this.#needs);
    const client = this.downstream.tunnelEnd;
    const tunnel = new Tunnel({ client, pod, closing }, options, this.#needs, (reason) => {
      this.request?.abandon();
      this.#finish(101, reason);
    });
    this.tunnel = tunnel;
    this.#outgoing = undefined;
    pod.attach(tunnel);
    this.downstream.becomeTunnel(head, upgrade, tunnel);
    return true;
  }

  /** A try failed before the response was complete: begins another try, or ends the exchange. */
  failed(reason: FailureReason, detail: ResponseRule | ''): void {
    const request = this.request as ends.UpstreamRequest;
    this.detail = detail;
    const next = this.#failedTries().next(request, reason);
    if (next !== undefined && this.stage !== 'over') {
      request.abandon();
      this.#needs.counts.scalars.upstream_retries += 1;
      this.#tryAt(next.endpoint, next.origin);
    } else this.fail(reason);
  }

  #failedTries(): Tries {
    this.tries ??= new Tries(this, (this.decision as Forward).grant, this.#needs);
    return this.tries;
  }

  #tryAt(endpoint: Endpoint, origin: ends.Origin): void {
    this.attempts += 1;
    this.stage = 'connecting';
    const request = this.#needs.upstreams.request(endpoint, origin, this.head, this);
    this.request = request;
    if (request.connected) this.opened();
    else this.progress();
  }

  /** Ends the exchange without a complete response: by an answer if no byte was sent, otherwise by a visible break. */
  fail(reason: FailureReason): void {
    if (this.stage === 'over') return;
    const { request, downstream, response } = this;
    const { status, fault, close } = VERDICTS[reason];
    if (request !== undefined) this.#failedTries().note(request, reason);
    request?.abandon();
    if (response?.started === true) {
      this.#finish(response.status, reason);
      if (fault === 'pod') downstream.resetWhenSent();
      else downstream.abort();
    } else if (status === 499 || downstream.closed) {
      this.#finish(499, reason);
      downstream.abort();
    } else {
      this.answer(reason, { status, close });
    }
  }

  answer(reason: Reason, verdict: ends.OwnVerdict): void {
    answerInstead(this, this.#needs.ids, reason, verdict);
    this.#finish(verdict.status, reason, recordWhole);
    this.downstream.finish();
  }

  /** The only place where an exchange ends: counts it and writes its log line. */
  #finish(status: number, reason: Reason | '', record = recordExchange): void {
    if (this.stage === 'over') return;
    this.stage = 'over';
    this.authentication?.cancel();
    this.response?.over();
    const { counts, overload } = this.#needs;
    counts.gauges[this.tunnel === undefined ? 'exchanges_in_flight' : 'tunnels'] -= 1;
    // If there was no decision, podway refused the request before the exchange began.
    if (this.decision !== undefined && this.responseHeadTime < 0) overload.answered();
    record(this, this.#needs, status, reason);
  }
}
