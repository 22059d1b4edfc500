import type { EndpointOptions } from '../boundary/route-options.ts';

/**
 * Passive health of one endpoint at one worker: plain numbers, changed in place. A failed connect counts, and so do
 * several connections in a row that the endpoint closed or reset instead of answering. Slowness and responses with any
 * status do not count. A single close is no sign of a fault: otherwise a request that makes an application end without
 * an answer would keep every pod ejected that it reaches.
 *
 *   in rotation --failed--> ejected until T --T passed, one exchange claims--> probing --succeeded--> in rotation
 *                              ^                                                  |
 *                              +--------- failed or closed: twice as long --------+
 */
export interface EndpointHealth {
  /** Number of ejections in a row; 0 = in rotation. */
  ejections: number;
  /** In milliseconds of the caller's monotonic clock. Not valid while in rotation. */
  ejectedUntil: number;
  /** Duration of the last ejection, in milliseconds. */
  period: number;
  /** An exchange is probing the endpoint. */
  probing: boolean;
  /** Number of connect failures, closes and resets so far. */
  failures: number;
  /** Number of connections in a row that the endpoint ended instead of answering. */
  unansweredCloses: number;
  /** Number of attempts that failed since `failuresSince`, and in the period of the same length before. */
  lateFailures: number;
  earlierFailures: number;
  failuresSince: number;
  /** Number of running exchanges and tunnels. */
  inFlight: number;
  /** No route has it in rotation any more: running exchanges continue, and no new ones begin. */
  gone: boolean;
}

/** In milliseconds. The first ejection time doubles with every failed probe, up to the maximum. */
export type EjectionTimes = Pick<EndpointOptions, 'ejectionTime' | 'ejectionMaxTime'>;

/** Number of connections that an endpoint ends in a row, without an answer in between, until podway ejects it. */
const CLOSES_BEFORE_EJECTION = 5;

export function newHealth(): EndpointHealth {
  return {
    ejections: 0,
    ejectedUntil: 0,
    period: 0,
    probing: false,
    failures: 0,
    unansweredCloses: 0,
    lateFailures: 0,
    earlierFailures: 0,
    failuresSince: 0,
    inFlight: 0,
    gone: false,
  };
}

/** True when a new exchange may go there at `now` (milliseconds, monotonic). */
export function eligible(health: EndpointHealth, now: number): boolean {
  return health.ejections === 0 || now >= health.ejectedUntil;
}

/**
 * An exchange is about to use the endpoint. If the ejection time is over, this exchange is the probe. For all others
 * the endpoint stays ejected for another period, so a probe that never reports (because its client left) delays the
 * next one but blocks no request.
 */
export function claimProbe(health: EndpointHealth, now: number): void {
  if (health.ejections === 0 || now < health.ejectedUntil) return;
  health.probing = true;
  health.ejectedUntil = now + health.period;
}

/**
 * A connect failed: refused, unreachable or timed out. Returns true when this ejects the endpoint. While it is ejected,
 * failures of earlier exchanges do not extend the time: one fault counts once.
 */
export function recordFailure(health: EndpointHealth, now: number, times: EjectionTimes): boolean {
  health.failures++;
  if (health.ejections > 0 && !health.probing && now < health.ejectedUntil) return false;
  health.period = Math.min(
    health.ejections === 0 ? times.ejectionTime : health.period * 2,
    times.ejectionMaxTime,
  );
  health.ejectedUntil = now + health.period;
  health.ejections++;
  health.probing = false;
  return true;
}

/**
 * The endpoint closed or reset a connection instead of answering. Returns true when this ejects it: as a probe, or as
 * one of several in a row.
 */
export function recordUnansweredClose(health: EndpointHealth, now: number, times: EjectionTimes): boolean {
  health.unansweredCloses++;
  if (health.unansweredCloses >= CLOSES_BEFORE_EJECTION || health.probing)
    return recordFailure(health, now, times);
  health.failures++;
  return false;
}

/** The endpoint answered, so it is in rotation again at once. */
export function recordSuccess(health: EndpointHealth): void {
  health.unansweredCloses = 0;
  if (health.ejections === 0) return;
  health.ejections = 0;
  health.period = 0;
  health.probing = false;
}

/**
 * Up to this number of endpoints, `isMostlyEjected` is false. Of three pods, two may fail with one node: that is no sign of
 * a fault on podway's side.
 */
const FEW = 3;

/** True when there are more than `FEW` endpoints, and more than half of them are ejected. */
export function isMostlyEjected(
  endpoints: readonly { readonly health: EndpointHealth }[],
  now: number,
): boolean {
  if (endpoints.length <= FEW) return false;
  let ejected = 0;
  for (const { health } of endpoints) if (!eligible(health, now)) ejected += 1;
  return ejected * 2 > endpoints.length;
}

/** An attempt failed. It counts for at least `time` milliseconds, and at most for twice as long. */
export function recordAttemptFailure(health: EndpointHealth, now: number, time: number): void {
  const age = now - health.failuresSince;
  if (age >= time) {
    health.earlierFailures = age < 2 * time ? health.lateFailures : 0;
    health.lateFailures = 0;
    health.failuresSince = now;
  }
  health.lateFailures += 1;
}

/** Number of attempts that failed in the last `time` milliseconds, and perhaps some before. */
export function recentFailures(health: EndpointHealth, now: number, time: number): number {
  const { lateFailures, earlierFailures, failuresSince } = health;
  const age = now - failuresSince;
  if (age < time) return lateFailures + earlierFailures;
  return age < 2 * time ? lateFailures : 0;
}

/** Milliseconds until the ejection ends; 0 = it has ended, or in rotation. */
export function ejectedFor(health: EndpointHealth, now: number): number {
  return health.ejections === 0 ? 0 : Math.max(0, health.ejectedUntil - now);
}
