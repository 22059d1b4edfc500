import type { Host } from '../host.ts';
import { type PathPrefix, parsePathPrefix } from '../path.ts';
import type { Redirect } from '../options/guard-options.ts';
import { hostOf } from '../options/redirects.ts';

/** Whether the redirect leads to its own route again, so clients would follow it forever. */
export function isLoop({ origin, path, isWhole }: Redirect, host: Host, of: PathPrefix): boolean {
  if (origin !== '' && !covers(host, hostOf(origin.replace(/^https?:\/\//, '')) ?? '')) return false;
  const parsed = parsePathPrefix(path === '' ? '/' : path);
  if (!('path' in parsed)) return false;
  const prefix = of.replace(/\/$/, '');
  // If the path of the route is `/a/`, podway redirects `/a` to it.
  if (parsed.path === of || parsed.path === prefix) return true;
  // A whole target below the path of the route may belong to another route.
  return !isWhole && parsed.path.startsWith(`${prefix}/`);
}

function covers(host: string, name: string): boolean {
  return host.startsWith('*.') ? name.endsWith(host.slice(1)) : host === name;
}
