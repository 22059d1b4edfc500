import type { Host } from '../host.ts';
import type { PathPrefix } from '../path.ts';
import type { Redirect } from '../words/guard-words.ts';
import { hostOf } from '../words/redirects.ts';

/** Clients that follow the redirect come to the same route again, and so without end. */
export function isLoop({ origin, path, isWhole }: Redirect, host: Host, of: PathPrefix): boolean {
  if (origin !== '' && !covers(host, hostOf(origin.replace(/^https?:\/\//, '')) ?? '')) return false;
  const target = path === '' ? '/' : path;
  const prefix = of.replace(/\/$/, '');
  if (target !== of && !target.startsWith(`${prefix}/`)) return false;
  // A whole target below the route's path may be another route's; the path itself never is.
  return !isWhole || target === of || target === prefix;
}

function covers(host: string, name: string): boolean {
  return host.startsWith('*.') ? name.endsWith(host.slice(1)) : host === name;
}
