import { cookieValue, soleValue } from '../http1/request-values.ts';
import type { RequestHead } from '../http1/request-head.ts';
import type { Conditions } from '../wiring/words/conditions.ts';
import type { Flavour } from './flavours.ts';
import { type Announced, announcedBy } from './cors.ts';
import type { Grant } from './grant.ts';
import { takesPreflight } from './guards/preflight.ts';

/** More than words of one pod can say. */
const METHOD_RANK = 1_000;

/**
 * The part of a grant whose pods are for this request: those with the conditions that it meets best, else those that are for all;
 * undefined: none is. A method counts more than fields and cookies, and of these more count more (as in HTTPRoute of
 * the Gateway API); of conditions that are alike in this the first in alphabetical order count.
 *
 * Pods that can be asked decide; where none of them is for the request, all do: while a lone pod is replaced, requests
 * wait for it (503) and no shorter path serves them by accident.
 */
export function meantPart(grant: Grant, head: RequestHead): Grant | undefined {
  const { flavours, live, isConditioned } = grant.rotation;
  if (flavours === undefined || !isConditioned) return grant;
  if (takesPreflight(grant, head)) {
    const part = announcedPart(grant, announcedBy(head));
    if (takesPreflight(part, head)) return part;
  }
  const asked = flavours.filter(({ bit }) => (bit & live) !== 0);
  const best = bestOf(asked, head) ?? bestOf(flavours, head);
  if (best === undefined) return undefined;
  // Pods that cannot be asked, too: what their namespaces demand of keys counts.
  let mask = 0;
  for (const it of flavours) if (isAlike(standingOf(it, head), best)) mask |= it.bit;
  return grant.flavoured(mask);
}

/**
 * For a preflight: the pods that the request may be for that it announces. Its method is known, of its fields the names, of its cookies nothing. What
 * others say of CORS does not count: the request will not be theirs.
 */
function announcedPart(grant: Grant, announced: Announced): Grant {
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

/** Fields that browsers send without announcing them: the safelisted ones (Fetch section 2.2.2), and their own. */
const UNANNOUNCED =
  /^(?:accept|accept-(?:charset|encoding|language)|content-(?:language|type)|range|user-agent|origin|referer|sec-.*|dnt|save-data|priority|cache-control|pragma|if-.*)$/;

/** How well a request meets the conditions of a flavour. */
interface Standing {
  /** 0: it is for all. */
  readonly rank: number;
  /** '': it is for all. */
  readonly words: string;
}

const FOR_ALL: Standing = { rank: 0, words: '' };

/** Undefined: it is for other requests. */
function standingOf({ guards, conditionWords }: Flavour, head: RequestHead): Standing | undefined {
  const conditions = guards?.conditions;
  if (conditions === undefined) return FOR_ALL;
  if (meets(head, conditions)) return { rank: rankOf(conditions), words: conditionWords };
  return conditions.sharesOthers === true ? FOR_ALL : undefined;
}

/** The pods of a flavour are for such requests, if perhaps others are more so. */
export function isForRequest(flavour: Flavour, head: RequestHead): boolean {
  return standingOf(flavour, head) !== undefined;
}

function bestOf(flavours: readonly Flavour[], head: RequestHead): Standing | undefined {
  let best: Standing | undefined;
  for (const flavour of flavours) {
    const standing = standingOf(flavour, head);
    if (standing !== undefined && (best === undefined || isBefore(standing, best))) best = standing;
  }
  return best;
}

function isBefore(a: Standing, b: Standing): boolean {
  return a.rank > b.rank || (a.rank === b.rank && a.words < b.words);
}

function isAlike(a: Standing | undefined, b: Standing): boolean {
  return a !== undefined && a.rank === b.rank && a.words === b.words;
}

function meets(head: RequestHead, { methods, headers = [], cookies = [] }: Conditions): boolean {
  return (
    (methods === undefined || methods.includes(head.method)) &&
    headers.every(({ name, value }) => soleValue(head, name) === value) &&
    cookies.every(({ name, value }) => cookieValue(head, name, () => true) === value)
  );
}

function rankOf({ methods, headers = [], cookies = [] }: Conditions): number {
  return (methods === undefined ? 0 : METHOD_RANK) + headers.length + cookies.length;
}
