import { performance } from 'node:perf_hooks';
import type { AttemptRecord } from '../../boundary/access-record.ts';
import type { FailureReason, Reason } from '../../boundary/reasons.ts';
import { recordSuccess } from '../../routing/ejection.ts';
import type { Endpoint } from '../../routing/endpoint.ts';
import { authority } from '../../wiring/authority.ts';
import type { EndpointTally } from '../../routing/tallies.ts';
import type { UpstreamRequest } from './ends.ts';
import { verdict } from './failure.ts';
import type { ExchangeNeeds } from './needs.ts';

/** Maximum number of attempts that a line of the access log lists. */
const MAX_LISTED = 8;

/** What the functions that record attempts need. */
export type AttemptNeeds = Pick<ExchangeNeeds, 'settings' | 'counts' | 'incidents' | 'access' | 'tracer'>;

/** One try, as far as it is recorded. */
type LoggedTry = Pick<UpstreamRequest, 'endpoint' | 'address' | 'port' | 'startedAt'>;

/** The failed attempts of one exchange, in their order; nearly always empty. */
export type FailedAttempts = readonly AttemptRecord[];

/**
 * Counts a failed attempt and adds it to those before. `race`: neither side is at fault, so it is not counted for the
 * pod.
 */
export function noteFailure(needs: AttemptNeeds, attempt: LoggedTry, failure: Failure): FailedAttempts {
  const { reason, race, before } = failure;
  const { settings, access, tracer } = needs;
  if (!race && verdict(reason).fault === 'pod' && settings.podMetrics !== 'off')
    podCounts(needs, attempt.endpoint).failed(reason);
  if ((access === undefined && tracer === undefined) || before.length >= MAX_LISTED) return before;
  return [...before, attemptRecord(attempt, reason)];
}

interface Failure {
  readonly reason: FailureReason;
  readonly race: boolean;
  readonly before: FailedAttempts;
}

/** The pod has begun a response, so it is healthy. Returns the seconds since the request was complete and sent. */
export function noteAnswered(
  { incidents, overload }: AttemptNeeds & Pick<ExchangeNeeds, 'overload'>,
  { endpoint, sentAt }: UpstreamRequest,
  requestDoneTime: number,
): number {
  if (endpoint.health.ejections > 0) incidents.returned(endpoint);
  recordSuccess(endpoint.health);
  overload.answered();
  // While the client is sending its body, the pod is not the slow side.
  return (performance.now() - Math.max(sentAt, requestDoneTime)) / 1000;
}

/** The endpoint has just been ejected. */
export function noteEjection(needs: AttemptNeeds, endpoint: Endpoint, reason: FailureReason): void {
  needs.incidents.ejected(endpoint, reason);
  needs.counts.scalars.upstream_ejections += 1;
  if (needs.settings.podMetrics !== 'off') podCounts(needs, endpoint).ejected();
}

/** Counts the answer of a pod: `status`, and the seconds until its head was read. */
export function notePodAnswer(
  needs: AttemptNeeds,
  endpoint: Endpoint,
  status: number,
  seconds: number,
): void {
  const { podMetrics } = needs.settings;
  if (podMetrics === 'latency') podCounts(needs, endpoint).answered(status, seconds);
  else if (podMetrics === 'errors' && status >= 500) podCounts(needs, endpoint).answeredWith(status);
}

function attemptRecord(attempt: LoggedTry, error: Reason | ''): AttemptRecord {
  const { endpoint, startedAt } = attempt;
  const { namespace, pod } = endpoint;
  const duration = startedAt === 0 ? 0 : (performance.now() - startedAt) / 1000;
  const time = Date.now() - duration * 1000;
  return { namespace, pod, address: authority(attempt), error, time, duration };
}

/**
 * Returns every attempt of an exchange that has ended. `last`: an attempt that is not recorded yet, with the reason of
 * the exchange.
 */
export function allAttempts(
  failed: FailedAttempts,
  last: LoggedTry | undefined,
  reason: Reason | '',
): FailedAttempts {
  if (last === undefined || failed.length >= MAX_LISTED) return failed;
  return [...failed, attemptRecord(last, reason)];
}

/** The endpoint holds its counts, so they need neither a search nor a release. */
function podCounts({ counts }: AttemptNeeds, endpoint: Endpoint): EndpointTally {
  if (endpoint.counts !== undefined) return endpoint.counts;
  const own = counts.pod(endpoint);
  endpoint.counts = own;
  return own;
}
