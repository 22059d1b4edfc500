import type { FailureReason } from '../../boundary/reasons.ts';
import type { RequestHead } from '../../http1/request-head.ts';
import { fullOf } from '../../routing/capacity.ts';
import { pick } from '../../routing/pick.ts';
import { recordAttemptFailure, recordUnansweredClose, recordFailure } from '../../routing/ejection.ts';
import type { Endpoint } from '../../routing/endpoint.ts';
import type { Grant } from '../../routing/grant.ts';
import { type AttemptNeeds, type FailedAttempts, noteEjection, noteFailure } from './attempt-record.ts';
import type { UpstreamRequest } from './ends.ts';
import { blameOf, verdict } from './failure.ts';
import type { ExchangeNeeds } from './needs.ts';
import { retryPlan } from './retry.ts';

export type TriesNeeds = AttemptNeeds & Pick<ExchangeNeeds, 'clock'>;

/** The facts about an exchange that decide about another try. */
export interface RetryFacts {
  readonly head: RequestHead;
  readonly attempts: number;
  readonly body: { readonly isHeld: boolean } | undefined;
  readonly requestDone: boolean;
}

interface NextTry {
  readonly endpoint: Endpoint;
  readonly origin: 'pool' | 'fresh';
}

/** The failed tries of one exchange, and what follows from them. Most exchanges have none. */
export class Tries {
  /** The failed tries, in their order. */
  attempts: FailedAttempts = [];
  readonly #exchange: RetryFacts;
  readonly #grant: Grant;
  readonly #needs: TriesNeeds;
  readonly #tried: Endpoint[] = [];
  /** podway sent the request to another pod after a pod had ended its connection. */
  #resent = false;
  /** The request was sent on a connection that carries a login. */
  #bound = false;
  #noted: UpstreamRequest | undefined = undefined;
  /** A pod that ended the connection instead of answering. The next pod shows whether the request is the cause. */
  #suspect: { readonly endpoint: Endpoint; readonly reason: FailureReason } | undefined;

  constructor(exchange: RetryFacts, grant: Grant, needs: TriesNeeds) {
    this.#exchange = exchange;
    this.#grant = grant;
    this.#needs = needs;
  }

  /** Counts a failure, and returns where the request goes next; undefined if it goes nowhere. */
  next(request: UpstreamRequest, reason: FailureReason): NextTry | undefined {
    const { endpoint } = request;
    const isConnect = verdict(reason).retry === 'unsent';
    if (isConnect || (!request.connected && !request.reused))
      this.#needs.counts.scalars.upstream_connect_failures += 1;
    // If the pod closed a pooled connection while podway was writing, neither side is at fault.
    const race = request.reused && !request.anyByte;
    this.#note(request, reason, race);
    const next = this.#after(request, reason);
    // A pod that refuses an upload by closing is not at fault either: its answer was lost because podway's write
    // failed.
    const counts = !race && (this.#exchange.requestDone || !request.connected || isConnect);
    if (counts) this.#blame(endpoint, reason, next);
    return next;
  }

  /** Counts a failure that ends the exchange, unless it is already counted. */
  note(request: UpstreamRequest, reason: FailureReason): void {
    if (!this.hasNoted(request)) this.#note(request, reason, false);
  }

  /** The request is among the failed attempts. */
  hasNoted(request: UpstreamRequest): boolean {
    return this.#noted === request;
  }

  /** `race`: neither side is at fault. */
  #note(request: UpstreamRequest, reason: FailureReason, race: boolean): void {
    this.#noted = request;
    const { health, options } = request.endpoint;
    if (!race && verdict(reason).fault === 'pod')
      recordAttemptFailure(health, this.#needs.clock.now, options.connectTimeout);
    this.attempts = noteFailure(this.#needs, request, { reason, race, before: this.attempts });
  }

  /** The pod of the last try has responded, so the request was not the cause. */
  answered(): void {
    if (this.#suspect !== undefined)
      this.#count(this.#suspect.endpoint, recordUnansweredClose, this.#suspect.reason);
    this.#suspect = undefined;
  }

  #after(request: UpstreamRequest, reason: FailureReason): NextTry | undefined {
    const { endpoint } = request;
    const { attempts, body, head } = this.#exchange;
    this.#bound ||= request.bound;
    const plan = retryPlan({
      reason,
      silent: !request.anyByte,
      unsent: request.unsent,
      reused: request.reused,
      bound: this.#bound,
      resent: this.#resent,
      method: head.method,
      hasBody: body !== undefined,
      bodyHeld: body === undefined || body.isHeld,
      moreAllowed: attempts <= endpoint.options.upstreamRetries,
    });
    if (plan === 'no') return undefined;
    this.#tried.push(endpoint);
    if (plan === 'elsewhere' && request.connected && verdict(reason).retry !== 'unsent') this.#resent = true;
    if (plan === 'again' && !endpoint.health.gone) return { endpoint, origin: 'fresh' };
    const other = this.#bound ? undefined : this.#other();
    return other && { endpoint: other, origin: 'pool' };
  }

  #other(): Endpoint | undefined {
    const full = fullOf(this.#grant);
    const excluded = full.length === 0 ? this.#tried : [...this.#tried, ...full];
    return pick(this.#grant, this.#needs.clock.now, excluded);
  }

  /** If two pods end the connection instead of answering, the request is the cause: it counts against neither. */
  #blame(endpoint: Endpoint, reason: FailureReason, next: NextTry | undefined): void {
    const blamed = blameOf(reason);
    if (blamed === 'pod') this.#count(endpoint, recordFailure, reason);
    if (blamed !== 'pod-or-request') return;
    if (this.#suspect !== undefined) this.#suspect = undefined;
    else if (next !== undefined) this.#suspect = { endpoint, reason };
    else this.#count(endpoint, recordUnansweredClose, reason);
  }

  #count(endpoint: Endpoint, how: typeof recordFailure, reason: FailureReason): void {
    if (how(endpoint.health, this.#needs.clock.now, endpoint.options))
      noteEjection(this.#needs, endpoint, reason);
  }
}
