import type { RequestHead } from '../http1/request-head.ts';
import type { PathViews } from '../wiring/path.ts';
import { partForRequest } from './conditions.ts';
import { type HostRoutes, isFound, type Mark } from './match.ts';
import type { Redirect, Route } from './route.ts';

/**
 * The longest prefix whose pods are for the request, where those of the longest match are not. All readings of the path
 * must go through the same prefixes, as they must find the same longest one. If they differ, the result is 'ambiguous'
 * (400), so that no condition can be bypassed by a path that a pod reads differently. A shorter path of another
 * namespace is not reached past a fence.
 */
export function fallThrough(
  host: HostRoutes,
  views: PathViews,
  head: RequestHead,
): Route | Redirect | 'ambiguous' | undefined {
  const { a, b, more } = views;
  const chain = host.fitting(a);
  const others = (more?.a ?? []).map((it) => host.fitting(it));
  const marks = [...(a === b ? [] : [b]), ...(more?.b ?? [])].map((it) => host.fittingB(it));
  for (let depth = 0; depth <= chain.length; depth += 1) {
    const found = chain[depth];
    if (!others.every((it) => it[depth] === found)) return 'ambiguous';
    if (!marks.every((it: readonly Mark[]) => isFound(found, it[depth]))) return 'ambiguous';
    if (found === undefined) return undefined;
    const route = found.kind === 'route' ? found : found.route;
    if (partForRequest(route, head) !== undefined) return found;
    // A redirect leads to a path below the fence; any other entry that follows is a shorter path.
    if (route.isFence && chain[depth + 1]?.kind !== 'redirect') return undefined;
  }
  return undefined;
}
