import { cookieValue, soleValue } from '../http1/request-values.ts';
import type { RequestHead } from '../http1/request-head.ts';
import type { Conditions } from '../wiring/words/conditions.ts';
import type { Flavour } from './flavours.ts';
import type { Grant } from './grant.ts';

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
  const asked = flavours.filter(({ bit }) => (bit & live) !== 0);
  const mask = bestMet(asked, head) || bestMet(flavours, head);
  return mask === 0 ? undefined : grant.flavoured(mask);
}

/** The mask of the flavours whose conditions are met best; 0: nobody's are. */
function bestMet(flavours: readonly Flavour[], head: RequestHead): number {
  let mask = 0;
  let best = -1;
  let words = '';
  for (const { bit, guards, conditionWords } of flavours) {
    const conditions = guards?.conditions;
    const isMet = conditions !== undefined && meets(head, conditions);
    if (conditions !== undefined && !isMet && conditions.sharesOthers !== true) continue;
    const rank = isMet ? rankOf(conditions) : 0;
    const key = isMet ? conditionWords : '';
    if (rank === best && key === words) mask |= bit;
    else if (rank > best || (rank === best && key < words)) {
      mask = bit;
      best = rank;
      words = key;
    }
  }
  return mask;
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
