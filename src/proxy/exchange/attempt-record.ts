import type { FailureReason, Reason } from '../../boundary/reasons.ts';
import { performance } from 'node:perf_hooks';
import type { AttemptRecord } from '../../boundary/access-record.ts';
import type { Endpoint } from '../../routing/route.ts';
import { authority } from '../../wiring/authority.ts';
import type { Attempt } from '../upstream/http1/attempt.ts';
import { verdict } from './failure.ts';
import type { Plane } from '../plane.ts';
import { PodCounts } from '../counts/pod-counts.ts';

/** Attempts that an access-log line tells of. */
const MOST_TOLD = 8;

/** Attempts of one exchange that failed, in their order; none for nearly all. */
type FailedAttempts = readonly AttemptRecord[];

export const NONE_FAILED: FailedAttempts = [];

/** Counts an attempt that came to nothing and adds it to those before. `race`: nobody's fault, so not the pod's. */
export function noteFailure(plane: Plane, attempt: Attempt, failure: Failure): FailedAttempts {
  const { reason, race, before } = failure;
  const { settings, hooks } = plane;
  if (!race && verdict(reason).fault === 'pod' && settings.podMetrics !== 'off')
    podCounts(plane, attempt.endpoint).failed(reason);
  if (hooks.access === undefined || before.length >= MOST_TOLD) return before;
  return [...before, attemptRecord(attempt, reason)];
}

interface Failure {
  readonly reason: FailureReason;
  readonly race: boolean;
  readonly before: FailedAttempts;
}

/** It has just been left out. */
export function noteEjection(plane: Plane, endpoint: Endpoint, reason: FailureReason): void {
  plane.incidents.ejected(endpoint, reason);
  plane.ledger.scalars.upstream_ejections += 1;
  if (plane.settings.podMetrics !== 'off') podCounts(plane, endpoint).ejected();
}

/** Counts the answer of a pod: `status`, and the seconds until its head was read. */
export function notePodAnswer(plane: Plane, endpoint: Endpoint, status: number, seconds: number): void {
  const { podMetrics } = plane.settings;
  if (podMetrics === 'latency') podCounts(plane, endpoint).answered(status, seconds);
  else if (podMetrics === 'errors' && status >= 500) podCounts(plane, endpoint).answeredWith(status);
}

function attemptRecord(attempt: Attempt, error: Reason | ''): AttemptRecord {
  const { endpoint, startedAt } = attempt;
  const { namespace, pod } = endpoint;
  const duration = startedAt === 0 ? 0 : (performance.now() - startedAt) / 1000;
  return { namespace, pod, address: authority(attempt), error, duration };
}

/** Every attempt of an exchange that has ended, the last one with what became of the whole. */
export function allAttempts(
  failed: FailedAttempts,
  last: Attempt | undefined,
  reason: Reason | '',
): FailedAttempts {
  if (last === undefined || last.noted || failed.length >= MOST_TOLD) return failed;
  return [...failed, attemptRecord(last, reason)];
}

/** The endpoint holds them: nobody has to look for them, or to let them go. */
function podCounts({ ledger }: Plane, endpoint: Endpoint): PodCounts {
  if (endpoint.counts instanceof PodCounts) return endpoint.counts;
  const counts = ledger.pod(endpoint);
  endpoint.counts = counts;
  return counts;
}
