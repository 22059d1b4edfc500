import type { RequestHead } from '../http1/request-head.ts';
import type { PathViews } from '../wiring/path.ts';
import { meantPart } from './conditions.ts';
import { type HostRoutes, isFound, type Mark } from './match.ts';
import type { Redirect, Route } from './route.ts';

/**
 * The longest prefix whose pods are for the request, where those of the longest one are not. All readings of the path have to
 * go through the same prefixes on the way, as they have to find the same longest one: a request that a pod reads otherwise
 * is 'ambiguous' (400) and passes no condition by. What another namespace holds at a shorter path is not reached.
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
    if (meantPart(route, head) !== undefined) return found;
    // A redirect leads below it, anything else that comes next is a shorter path.
    if (route.isFence && chain[depth + 1]?.kind !== 'redirect') return undefined;
  }
  return undefined;
}
