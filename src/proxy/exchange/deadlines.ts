import { performance } from 'node:perf_hooks';
import type { FailureReason } from '../../boundary/reasons.ts';
import type { EndpointOptions } from '../../boundary/route-options.ts';

/**
 * Where an exchange is:
 *
 *   deciding      nothing waits
 *   continue      100 (Continue) was sent; no pod is asked before the first byte of the body
 *   collecting    the body is read before a pod is asked
 *   connecting    a connection to a pod is being opened
 *   sending       the pod gets the request; some of its body is missing
 *   waiting       the request is sent, its response has not begun
 *   relaying      the response is on its way (its request may still be, too)
 *   tunnel        both sides speak another protocol
 *   over          it is counted and logged
 */
export type Stage =
  | 'deciding'
  | 'continue'
  | 'collecting'
  | 'connecting'
  | 'sending'
  | 'waiting'
  | 'relaying'
  | 'tunnel'
  | 'over';

/** The facts about an exchange that decide how long it may wait. Times in milliseconds of the worker's clock. */
export interface Waits {
  readonly stage: Stage;
  readonly body: WaitingBody | undefined;
  /** The last try, from `connecting` on. */
  readonly request:
    | { readonly endpoint: { readonly options: EndpointOptions }; readonly isConversation: boolean }
    | undefined;
  /** The client does not read the response at the moment. */
  readonly stalled: boolean;
  readonly requestDone: boolean;
  /** When the request was received completely. */
  readonly requestDoneAt: number;
  /** When the connection to the pod was opened. */
  readonly openedAt: number;
}

interface WaitingBody {
  /** The pod does not read the request at the moment. */
  readonly blocked: boolean;
  /** podway waits for the client from `now` on; returns the maximum wait. */
  awaited(now: number): number;
  /** podway does not wait for the client. */
  rests(now: number): void;
  /** The client has used up the time that its bytes gave it. */
  tooSlow(now: number): boolean;
}

/**
 * The time by which the side that is awaited must make progress, counted from the last progress. While podway waits for the
 * response head, other progress does not extend the time.
 */
export function deadlineOf(it: Waits, now: number): number {
  const { stage, body } = it;
  const options = it.request?.endpoint.options;
  if (options === undefined) return body === undefined ? Number.POSITIVE_INFINITY : now + body.awaited(now);
  const isTalk = stage === 'sending' || stage === 'waiting' || (stage === 'relaying' && !it.stalled);
  if (isTalk && it.request?.isConversation === true) return now + options.tunnelIdleTimeout;
  switch (stage) {
    case 'connecting':
      return Math.min(now + options.connectTimeout, endOfTries(it, options));
    case 'waiting':
      return Math.min(
        Math.max(it.requestDoneAt, it.openedAt) + options.responseHeadTimeout,
        endOfTries(it, options),
      );
    case 'relaying':
      return now + (it.stalled ? options.clientIdleTimeout : options.upstreamIdleTimeout);
    case 'sending':
      if (body?.blocked !== true) return now + (body?.awaited(now) ?? 0);
      body.rests(now);
      return now + options.upstreamIdleTimeout;
    case 'deciding':
    case 'continue':
    case 'collecting':
    case 'tunnel':
    case 'over':
      return Number.POSITIVE_INFINITY;
  }
}

/**
 * When the request has to be answered, regardless of the attempts: a client that is slow to send it does not use up that
 * time.
 */
function endOfTries({ requestDone, requestDoneAt }: Waits, { deadline }: EndpointOptions): number {
  return deadline === 0 || !requestDone ? Number.POSITIVE_INFINITY : requestDoneAt + deadline;
}

/**
 * Whether a client that has ended its side has left. Right after its request it is a half-close and the answer is still
 * expected; later it means, as for nginx, that the client is gone. (This is not certain: a closed socket sends
 * the same FIN.) `since`: milliseconds of the worker's clock since the request was whole, `doneTime`: the same moment on
 * the real one.
 */
export function hasLeft(since: number, doneTime: number, halfCloseTimeout: number): boolean {
  // The worker's clock is coarse, and the real clock advances while the event loop is blocked: both must agree.
  return since > halfCloseTimeout && performance.now() - doneTime > halfCloseTimeout;
}

/** What an expired deadline means. */
export function whoIsLate(it: Waits, now: number): FailureReason {
  const { stage, body, stalled, request } = it;
  const isBeforeHead = stage === 'connecting' || stage === 'waiting';
  if (isBeforeHead && request !== undefined && now >= endOfTries(it, request.endpoint.options))
    return 'deadline';
  switch (stage) {
    case 'connecting':
      return 'connect-timeout';
    case 'waiting':
      return 'response-timeout';
    case 'relaying':
      return stalled ? 'client-stalled' : 'upstream-stalled';
    case 'sending':
    case 'continue':
    case 'collecting':
    case 'deciding':
    case 'tunnel':
    case 'over':
      if (body?.blocked === true) return 'upstream-stalled';
      return body?.tooSlow(now) === true ? 'body-too-slow' : 'request-timeout';
  }
}
