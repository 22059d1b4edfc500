import type { Host } from '../host.ts';
import { type PathPrefix, parsePathPrefix } from '../path.ts';
import type { Redirect } from '../options/guard-options.ts';
import { hostOf } from '../options/redirects.ts';

/** Clients that follow the redirect come to the same route again, and so without end. */
export function isLoop({ origin, path, isWhole }: Redirect, host: Host, of: PathPrefix): boolean {
  if (origin !== '' && !covers(host, hostOf(origin.replace(/^https?:\/\//, '')) ?? '')) return false;
  const parsed = parsePathPrefix(path === '' ? '/' : path);
  if (!('path' in parsed)) return false;
  const prefix = of.replace(/\/$/, '');
  // `/a` leads to `/a/`, if that is the route's.
  if (parsed.path === of || parsed.path === prefix) return true;
  // A whole target below the route's path may be another route's.
  return !isWhole && parsed.path.startsWith(`${prefix}/`);
}

function covers(host: string, name: string): boolean {
  return host.startsWith('*.') ? name.endsWith(host.slice(1)) : host === name;
}
