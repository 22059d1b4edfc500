import type { Config } from '../../config/load.ts';
import type { ListedRoute } from '../../inventory/inventory.ts';

/**
 * The route that serves a host and path: the host itself before a wildcard, a longer wildcard before a shorter one, and the
 * longest matching path of that host. `path` must have only one reading.
 */
export function findRoute(
  routes: readonly ListedRoute[],
  { host, path }: { readonly host: string; readonly path: string },
  pathMatch: Config['pathMatch'],
): ListedRoute | undefined {
  const of = [host, ...wildcardsOf(host)].find((name) => routes.some((route) => route.host === name));
  let best: ListedRoute | undefined;
  let most = 0;
  for (const route of routes) {
    if (route.host !== of) continue;
    const fits = fit(route.path, path, pathMatch);
    if (fits <= most) continue;
    best = route;
    most = fits;
  }
  return best;
}

function wildcardsOf(host: string): string[] {
  const wildcards: string[] = [];
  for (let dot = host.indexOf('.', 1); dot > 0; dot = host.indexOf('.', dot + 1))
    wildcards.push(`*${host.slice(dot)}`);
  return wildcards;
}

/** The length of the match of a prefix with a path; 0: no match. */
function fit(prefix: string, path: string, pathMatch: Config['pathMatch']): number {
  // podway redirects a path without the slash to this prefix, unless another route has exactly this path.
  if (prefix === `${path}/`) return path.length - 0.5;
  const whole = pathMatch === 'prefix' || prefix.endsWith('/') || prefix === path ? prefix : `${prefix}/`;
  return path.startsWith(whole) ? prefix.length : 0;
}
