import { cookieValue, KEPT_FIELDS, soleValue } from '../http1/request-values.ts';
import type { RequestHead } from '../http1/request-head.ts';
import type { Conditions } from '../wiring/options/conditions.ts';
import type { Flavour } from './flavours.ts';
import { type Announced, announcedBy } from './cors.ts';
import type { Grant } from './grant.ts';
import { takesPreflight } from './guards/preflight.ts';

/** The rank of a method condition: more than the number of other conditions that one pod can declare. */
const METHOD_RANK = 1_000;

/**
 * The part of a grant whose pods are for this request: those whose conditions it meets best, else those without
 * conditions; undefined: there are none. A method counts more than fields and cookies, and more of these count more
 * than fewer (as in HTTPRoute of the Gateway API). Of conditions with the same rank the first in alphabetical order
 * count.
 *
 * Available pods decide. If none of them is for the request, all pods decide: while a single pod is replaced, its
 * requests wait (503), and no shorter path serves them by accident.
 */
export function partForRequest(grant: Grant, head: RequestHead): Grant | undefined {
  const { flavours, live, isConditioned } = grant.rotation;
  if (flavours === undefined || !isConditioned) return grant;
  if (takesPreflight(grant, head)) {
    const part = partForPreflight(grant, announcedBy(head));
    if (takesPreflight(part, head)) return part;
  }
  const asked = flavours.filter(({ bit }) => (bit & live) !== 0);
  const best = bestOf(asked, head) ?? bestOf(flavours, head);
  if (best === undefined) return undefined;
  // Unavailable pods are included, because the keys of their namespaces count.
  let mask = 0;
  for (const it of flavours) if (isAlike(rankOfFlavour(it, head), best)) mask |= it.bit;
  return grant.flavoured(mask);
}

/**
 * For a preflight: the pods that may serve the announced request. podway knows its method and the names of its fields,
 * but not its cookies. The CORS options of other pods do not count, because they will not get the request.
 */
function partForPreflight(grant: Grant, announced: Announced): Grant {
  let mask = 0;
  for (const { guards, bit } of grant.rotation.flavours ?? [])
    if (mayMeet(announced, guards?.conditions ?? {})) mask |= bit;
  return grant.flavoured(mask);
}

function mayMeet({ method, names }: Announced, { methods, headers = [], sharesOthers }: Conditions): boolean {
  if (sharesOthers === true) return true;
  if (methods !== undefined && !methods.includes(method)) return false;
  return headers.every(({ name }) => names.includes(name) || UNANNOUNCED.test(name));
}

/**
 * Fields that browsers send without announcing them: the safelisted ones (Fetch section 2.2.2), and those that browsers
 * set.
 */
const UNANNOUNCED =
  /^(?:accept|accept-(?:charset|encoding|language)|content-(?:language|type)|range|user-agent|origin|referer|sec-.*|dnt|save-data|priority|cache-control|pragma|if-.*)$/;

/** How well a request meets the conditions of a flavour. */
interface ConditionRank {
  /** 0: the flavour is for all requests. */
  readonly rank: number;
  /** '': the flavour is for all requests. */
  readonly text: string;
}

const UNCONDITIONAL: ConditionRank = { rank: 0, text: '' };

/** Undefined: the flavour is for other requests. */
function rankOfFlavour({ guards, conditionText }: Flavour, head: RequestHead): ConditionRank | undefined {
  const conditions = guards?.conditions;
  if (conditions === undefined) return UNCONDITIONAL;
  if (meets(head, conditions)) return { rank: rankOf(conditions), text: conditionText };
  return conditions.sharesOthers === true ? UNCONDITIONAL : undefined;
}

/** True when the pods of a flavour may serve such requests, even if other pods fit better. */
export function isForRequest(flavour: Flavour, head: RequestHead): boolean {
  return rankOfFlavour(flavour, head) !== undefined;
}

function bestOf(flavours: readonly Flavour[], head: RequestHead): ConditionRank | undefined {
  let best: ConditionRank | undefined;
  for (const flavour of flavours) {
    const rank = rankOfFlavour(flavour, head);
    if (rank !== undefined && (best === undefined || isBefore(rank, best))) best = rank;
  }
  return best;
}

function isBefore(a: ConditionRank, b: ConditionRank): boolean {
  return a.rank > b.rank || (a.rank === b.rank && a.text < b.text);
}

function isAlike(a: ConditionRank | undefined, b: ConditionRank): boolean {
  return a !== undefined && a.rank === b.rank && a.text === b.text;
}

/** Only by fields that the pod gets: a field that `Connection` names is for podway, not for the pod (RFC 9110 section 7.6.1). */
function meets(head: RequestHead, { methods, headers = [], cookies = [] }: Conditions): boolean {
  return (
    (methods === undefined || methods.includes(head.method)) &&
    headers.every(({ name, value }) => soleValue(head, name, KEPT_FIELDS) === value) &&
    cookies.every(({ name, value }) => cookieValue(head, name, () => true, KEPT_FIELDS) === value)
  );
}

function rankOf({ methods, headers = [], cookies = [] }: Conditions): number {
  return (methods === undefined ? 0 : METHOD_RANK) + headers.length + cookies.length;
}
