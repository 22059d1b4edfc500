import type { FailureReason } from '../../boundary/reasons.ts';
import { brokeOff, failed } from '../../routing/ejection.ts';
import { pick } from '../../routing/pick.ts';
import type { Endpoint } from '../../routing/route.ts';
import type { Attempt } from '../upstream/http1/attempt.ts';
import { noteEjection } from './attempt-record.ts';
import type { Exchange } from './exchange.ts';
import { blames } from './failure.ts';
import type { Plane } from '../plane.ts';
import { retryPlan } from './retry.ts';

export interface NextTry {
  readonly endpoint: Endpoint;
  readonly from: 'pool' | 'fresh';
}

/** The tries of one exchange that failed, and what follows from them. Most exchanges have none. */
export class FailedTries {
  readonly #exchange: Exchange;
  readonly #plane: Plane;
  readonly #tried: Endpoint[] = [];
  /** The request went to another pod after one had ended the connection it came on. */
  #resent = false;
  /** It was sent on a connection that a login belongs to. */
  #bound = false;
  /** Ended the connection instead of answering; whether the request is the cause, the next pod shows. */
  #suspect: { readonly endpoint: Endpoint; readonly reason: FailureReason } | undefined;

  constructor(exchange: Exchange) {
    this.#exchange = exchange;
    this.#plane = exchange.downstream.plane;
  }

  /** Counts a failure, and says where the request goes next; undefined: nowhere. */
  next(attempt: Attempt, reason: FailureReason): NextTry | undefined {
    const { endpoint } = attempt;
    if (!attempt.connected && !attempt.reused) this.#plane.ledger.scalars.upstream_connect_failures += 1;
    // A pooled connection that its pod closed while we wrote is nobody's fault.
    const race = attempt.reused && !attempt.anyByte;
    this.#exchange.note(attempt, reason, race);
    const next = this.#after(attempt, reason);
    // Nor is it when a pod refuses an upload by closing: its answer was lost to our failed write.
    const counts = !race && (this.#exchange.requestDone || !attempt.connected);
    if (counts) this.#blame(endpoint, reason, next);
    return next;
  }

  /** The last try is answered, so the request was not the cause. */
  answered(): void {
    if (this.#suspect !== undefined) this.#count(this.#suspect.endpoint, brokeOff, this.#suspect.reason);
    this.#suspect = undefined;
  }

  #after(attempt: Attempt, reason: FailureReason): NextTry | undefined {
    const { endpoint } = attempt;
    const { attempts, body, decision, head } = this.#exchange;
    this.#bound ||= attempt.bound;
    const plan = retryPlan({
      reason,
      silent: !attempt.anyByte,
      unsent: attempt.unsent,
      reused: attempt.reused,
      bound: this.#bound,
      resent: this.#resent,
      method: head.method,
      hasBody: body !== undefined,
      moreAllowed: attempts <= this.#plane.settings.upstreamRetries,
    });
    if (plan === 'no' || decision?.kind !== 'forward') return undefined;
    this.#tried.push(endpoint);
    if (plan === 'elsewhere' && attempt.connected) this.#resent = true;
    if (plan === 'again' && !endpoint.health.gone) return { endpoint, from: 'fresh' };
    const other = this.#bound ? undefined : pick(decision.grant, this.#plane.clock.now, this.#tried);
    return other && { endpoint: other, from: 'pool' };
  }

  /** A request that two pods answer by ending the connection is poison: it counts against neither. */
  #blame(endpoint: Endpoint, reason: FailureReason, next: NextTry | undefined): void {
    const whom = blames(reason);
    if (whom === 'pod') this.#count(endpoint, failed, reason);
    if (whom !== 'pod-or-request') return;
    if (this.#suspect !== undefined) this.#suspect = undefined;
    else if (next !== undefined) this.#suspect = { endpoint, reason };
    else this.#count(endpoint, brokeOff, reason);
  }

  #count(endpoint: Endpoint, how: typeof failed, reason: FailureReason): void {
    const { clock } = this.#plane;
    if (how(endpoint.health, clock.now, endpoint.options)) noteEjection(this.#plane, endpoint, reason);
  }
}
