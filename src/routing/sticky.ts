import { hash } from 'node:crypto';
import { cookieValue } from '../http1/request-values.ts';
import type { RequestHead } from '../http1/request-head.ts';
import { fullOf, isFull } from './capacity.ts';
import { claimProbe, eligible } from './ejection.ts';
import type { Endpoint } from './endpoint.ts';
import type { Grant } from './grant.ts';
import { peek, pick } from './pick.ts';
import type { Route } from './route.ts';

const LENGTH = 16;
const WELL_FORMED = /^[A-Za-z0-9_-]{16}$/;

/**
 * The name of an endpoint for its client: a digest of the pod's uid. The uid is random, so a client can neither learn
 * nor guess an address. All workers and replicas use the same name. It ends with the pod; the next pod with the same
 * address has another one.
 */
export function stickyValue(endpoint: Endpoint): string {
  if (endpoint.stickyValue === '') {
    const digest = hash('sha256', `sticky|${endpoint.uid}|${endpoint.port}`, 'base64url');
    endpoint.stickyValue = digest.slice(0, LENGTH);
  }
  return endpoint.stickyValue;
}

/** The value of the client's cookie, whether or not there is such a pod; undefined: there is no well-formed value. */
export function presentedValue(route: Route, head: RequestHead): string | undefined {
  return cookieValue(head, route.stickyName, (value) => WELL_FORMED.test(value));
}

/**
 * The endpoint of the first try at `now` (milliseconds, monotonic). On a sticky route it is that of the client's
 * cookie, if a request may go there now, regardless of its share; else the one that `pick` chooses.
 */
export function firstPick(route: Route, grant: Grant, head: RequestHead, now: number): Endpoint | undefined {
  const kept = keptEndpoint(route, grant, head, now);
  if (kept === undefined) return pick(grant, now, fullOf(grant));
  claimProbe(kept.health, now);
  return kept;
}

/** What `firstPick` would return. Changes no state. */
export function firstPeek(route: Route, grant: Grant, head: RequestHead, now: number): Endpoint | undefined {
  return keptEndpoint(route, grant, head, now) ?? peek(grant, now);
}

function keptEndpoint(route: Route, grant: Grant, head: RequestHead, now: number): Endpoint | undefined {
  if (grant.options.sticky === undefined) return undefined;
  const value = presentedValue(route, head);
  if (value === undefined) return undefined;
  return grant.candidates.find(
    (it) => stickyValue(it) === value && !it.health.gone && !isFull(it) && eligible(it.health, now),
  );
}
