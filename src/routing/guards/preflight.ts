import { isLet, isPreflight, preflightLines } from '../cors.ts';
import type { Grant } from '../grant.ts';
import type { GuardedRequest, Refusal } from './guard.ts';

/**
 * The answer to a preflight, if pods that can be asked have `cors=`: browsers send no key and no cookie with it, so that it comes before both. The
 * newest pod answers, unless only others let the page.
 */
export function preflightOf({ rotation }: Grant, { head }: GuardedRequest): Refusal | undefined {
  const flavours = rotation.flavours ?? [];
  if (!flavours.some(({ guards }) => guards?.cors !== undefined) || !isPreflight(head)) return undefined;
  const live = flavours.filter(({ bit }) => (rotation.live & bit) !== 0);
  const policies = live.map(({ guards }) => guards?.cors).filter((it) => it !== undefined);
  const newest = rotation.newest?.options.cors;
  const [first] = policies;
  if (first === undefined) return undefined;
  const preferred = newest === undefined ? policies : [newest, ...policies];
  const cors = preferred.find((it) => isLet(it, head)) ?? first;
  return { reason: 'preflight', fields: preflightLines(cors, head) };
}
