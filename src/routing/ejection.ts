import type { EndpointOptions } from '../boundary/route-options.ts';

/**
 * Passive health of one endpoint at one worker: plain numbers, changed in place. What counts is a failed connect, and
 * several connections in a row that it closed or reset instead of answering; neither slowness nor responses, with any
 * status. One close is no sign of illness: a request that makes an application end without an answer would otherwise keep
 * every pod ejected that it reaches.
 *
 *   in rotation --failed--> ejected until T --T passed, one exchange claims--> probing --succeeded--> in rotation
 *                              ^                                                  |
 *                              +--------- failed or broke off: twice as long -----+
 */
export interface EndpointHealth {
  /** Ejections in a row; 0 = in rotation. */
  ejections: number;
  /** On the caller's monotonic clock, in milliseconds; meaningless while in rotation. */
  ejectedUntil: number;
  /** How long the last ejection was, in milliseconds. */
  period: number;
  /** An exchange is trying it out. */
  probing: boolean;
  /** Connect failures, closes and resets ever seen. */
  failures: number;
  /** Connections in a row that it ended instead of answering. */
  brokenOff: number;
  /** Attempts that failed since `failuresSince`, and in the time of the same length before. */
  lateFailures: number;
  earlierFailures: number;
  failuresSince: number;
  /** Exchanges and tunnels going on there. */
  inFlight: number;
  /** No route has it in rotation any more: what runs there goes on, nothing new begins. */
  gone: boolean;
}

/** In milliseconds; the first one doubles with every failed probe. */
export type EjectionTimes = Pick<EndpointOptions, 'ejectionTime' | 'ejectionMaxTime'>;

/** Connections that it ends in a row, without an answer between, before it is ejected. */
const SEVERAL = 5;

export function newHealth(): EndpointHealth {
  return {
    ejections: 0,
    ejectedUntil: 0,
    period: 0,
    probing: false,
    failures: 0,
    brokenOff: 0,
    lateFailures: 0,
    earlierFailures: 0,
    failuresSince: 0,
    inFlight: 0,
    gone: false,
  };
}

/** A new exchange may go there at `now` (milliseconds, monotonic). */
export function eligible(health: EndpointHealth, now: number): boolean {
  return health.ejections === 0 || now >= health.ejectedUntil;
}

/**
 * An exchange is about to try it. When its time out is over, this exchange is the probe: everybody else finds it ejected
 * for another period, so a probe that never reports (its client left) delays the next one but blocks nothing.
 */
export function claim(health: EndpointHealth, now: number): void {
  if (health.ejections === 0 || now < health.ejectedUntil) return;
  health.probing = true;
  health.ejectedUntil = now + health.period;
}

/**
 * A failed connect: refused, unreachable or timed out. True when this one ejected it. While it is ejected, failures of
 * exchanges that had begun before do not lengthen the time out: one broken moment counts once.
 */
export function failed(health: EndpointHealth, now: number, times: EjectionTimes): boolean {
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

/** It closed or reset a connection instead of answering. True when this one ejected it: a probe, or one of several in a row. */
export function brokeOff(health: EndpointHealth, now: number, times: EjectionTimes): boolean {
  health.brokenOff++;
  if (health.brokenOff >= SEVERAL || health.probing) return failed(health, now, times);
  health.failures++;
  return false;
}

/** It answered: readmitted at once. */
export function succeeded(health: EndpointHealth): void {
  health.brokenOff = 0;
  if (health.ejections === 0) return;
  health.ejections = 0;
  health.period = 0;
  health.probing = false;
}

/** Of three pods, two may be out because one node is: that is no sign of an error on the router's side. */
const FEW = 3;

/** More than half of them are ejected, and they are more than a few. */
export function mostEjected(endpoints: readonly { readonly health: EndpointHealth }[], now: number): boolean {
  if (endpoints.length <= FEW) return false;
  let ejected = 0;
  for (const { health } of endpoints) if (!eligible(health, now)) ejected += 1;
  return ejected * 2 > endpoints.length;
}

/** An attempt failed: it counts for `time` milliseconds at least, for twice as long at most. */
export function attemptFailed(health: EndpointHealth, now: number, time: number): void {
  const age = now - health.failuresSince;
  if (age >= time) {
    health.earlierFailures = age < 2 * time ? health.lateFailures : 0;
    health.lateFailures = 0;
    health.failuresSince = now;
  }
  health.lateFailures += 1;
}

/** Attempts that failed in the last `time` milliseconds, and perhaps some before. */
export function recentFailures(health: EndpointHealth, now: number, time: number): number {
  const { lateFailures, earlierFailures, failuresSince } = health;
  const age = now - failuresSince;
  if (age < time) return lateFailures + earlierFailures;
  return age < 2 * time ? lateFailures : 0;
}

/** Milliseconds until it is tried again; 0 = in rotation. */
export function ejectedFor(health: EndpointHealth, now: number): number {
  return health.ejections === 0 ? 0 : Math.max(0, health.ejectedUntil - now);
}
