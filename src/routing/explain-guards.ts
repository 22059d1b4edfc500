import type { ExplainedGuards } from '../boundary/explanation.ts';
import type { Peer } from '../http1/forwarded-lines.ts';
import type { RequestHead } from '../http1/request-head.ts';
import { shownOptions } from '../wiring/options/shown-options.ts';
import { clientAddress } from './client-address.ts';
import { isForRequest } from './conditions.ts';
import type { Judging } from './decide.ts';
import type { Flavour } from './flavours.ts';
import type { GuardedRequest } from './guards/guard.ts';
import { AFTER_KEY, BEFORE_KEY, LAST } from './guards/guards.ts';
import { bitOf } from './flavours.ts';
import type { Route } from './route.ts';

const ALL_GUARDS = [...BEFORE_KEY, ...AFTER_KEY, ...LAST];

/**
 * Explains the guards of a route's pods, and whether the request passes them. Rates and keys are explained elsewhere.
 */
export function explainGuards(
  route: Route,
  head: RequestHead,
  peer: Peer,
  { trusted, settings, clock }: Pick<Judging, 'trusted' | 'settings' | 'clock'>,
): readonly ExplainedGuards[] {
  const { flavours, members } = route.rotation;
  if (flavours === undefined) return [];
  const client = clientAddress(head, peer, trusted);
  const request: GuardedRequest = { head, peer, client, route, settings, now: clock.now };
  return flavours.map((flavour) => ({
    options: shownOptions(flavour.guards?.text ?? ''),
    pods: members.filter((it) => bitOf(flavours, it) === flavour.bit).length,
    refusal: refusalOf(flavour, request),
  }));
}

function refusalOf(flavour: Flavour, request: GuardedRequest): string {
  if (!isForRequest(flavour, request.head)) return 'condition';
  const { guards } = flavour;
  if (guards === undefined) return '';
  for (const guard of ALL_GUARDS) {
    const refusal = guard(guards, request);
    if (refusal !== undefined) return refusal.reason;
  }
  return '';
}
