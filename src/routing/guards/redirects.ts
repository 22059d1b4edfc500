import { requestHost } from '../../wiring/host.ts';
import { rewrittenPath } from '../rewrite-path.ts';
import { isPlain, secureLocation } from '../transport.ts';
import type { Guard } from './guard.ts';

/** `https`. */
export const httpsGuard: Guard = ({ https }, { head, peer, settings }) => {
  if (https !== true || !isPlain(head, peer)) return undefined;
  const host = requestHost(head.host);
  if (host === undefined) return undefined;
  return { reason: 'https-redirect', location: secureLocation(head, host, settings.httpsRedirectPort) };
};

/** `redirect=`. If the route has other pods without it, these serve the request. */
export const redirectGuard: Guard = ({ redirect }, { head, route }) => {
  if (redirect === undefined) return undefined;
  const { status, origin, path, after, isWhole } = redirect;
  if (isWhole) return { reason: 'route-redirect', status, location: `${origin}${path}${after}` };
  const appended = rewrittenPath(head.path, route.path, path.replace(/\/$/, ''));
  if (appended === undefined) return { reason: 'unsafe-rewrite' };
  return { reason: 'route-redirect', status, location: `${origin}${appended}${head.query}` };
};
