import { performance } from 'node:perf_hooks';
import type { FailureReason } from '../../boundary/reasons.ts';
import type { EndpointOptions } from '../../boundary/route-options.ts';

/**
 * The stages of an exchange:
 *
 *   deciding      podway decides, or waits for a service of `auth=`
 *   continue      podway has sent 100 (Continue), and asks no pod before the first byte of the body
 *   collecting    podway reads the body before it asks a pod
 *   connecting    podway opens a connection to a pod
 *   sending       the pod gets the request; a part of its body is missing
 *   waiting       the request is sent, and its response has not begun
 *   relaying      podway relays the response (and possibly still the request)
 *   tunnel        both sides use another protocol
 *   over          the exchange has ended
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
export interface WaitState {
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
  startWaiting(now: number): number;
  /** podway does not wait for the client. */
  stopWaiting(now: number): void;
  /** The client has used up the time that its bytes gave it. */
  tooSlow(now: number): boolean;
}

/**
 * The time by which the awaited side must make progress, counted from the last progress. While podway waits for the
 * response head, other progress does not extend the time.
 */
export function deadlineOf(it: WaitState, now: number): number {
  const { stage, body } = it;
  const options = it.request?.endpoint.options;
  if (options === undefined)
    return body === undefined ? Number.POSITIVE_INFINITY : now + body.startWaiting(now);
  const isActive = stage === 'sending' || stage === 'waiting' || (stage === 'relaying' && !it.stalled);
  if (isActive && it.request?.isConversation === true) return now + options.tunnelIdleTimeout;
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
      if (body?.blocked !== true) return now + (body?.startWaiting(now) ?? 0);
      body.stopWaiting(now);
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
 * When the request must be answered, regardless of the attempts. The time begins when podway has the whole request, so
 * a client that sends slowly does not use it up.
 */
function endOfTries({ requestDone, requestDoneAt }: WaitState, { deadline }: EndpointOptions): number {
  return deadline === 0 || !requestDone ? Number.POSITIVE_INFINITY : requestDoneAt + deadline;
}

/**
 * Whether a client that has ended its side has left. Right after its request, this is a half-close, and the client
 * still expects the answer. Later it means, as for nginx, that the client has left. (This is not certain: a closed
 * socket sends the same FIN.)
 *
 * @param since milliseconds of the worker's clock since the request was complete
 * @param doneTime when it was complete, in milliseconds of performance.now()
 */
export function hasLeft(since: number, doneTime: number, halfCloseTimeout: number): boolean {
  // The worker's clock is coarse, and the real clock advances while the event loop is blocked: both must agree.
  return since > halfCloseTimeout && performance.now() - doneTime > halfCloseTimeout;
}

/** The reason of an expired deadline. */
export function timeoutReason(it: WaitState, now: number): FailureReason {
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
