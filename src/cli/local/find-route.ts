import type { Config } from '../../config/load.ts';
import type { ListedRoute } from '../../inventory/inventory.ts';

/**
 * The route that serves a host and path: the host itself before a wildcard, a longer wildcard before a shorter one, and of its paths the
 * longest that fits. `path` is plain: what needs to be read in two ways is no path to wait for.
 */
export function findRoute(
  routes: readonly ListedRoute[],
  { host, path }: { readonly host: string; readonly path: string },
  pathMatch: Config['pathMatch'],
): ListedRoute | undefined {
  const of = [host, ...wildcardsOf(host)].find((name) => routes.some((route) => route.host === name));
  return routes
    .filter((route) => route.host === of && isPrefix(route.path, path, pathMatch))
    .reduce<ListedRoute | undefined>(
      (best, route) => (best === undefined || route.path.length > best.path.length ? route : best),
      undefined,
    );
}

function wildcardsOf(host: string): string[] {
  const wildcards: string[] = [];
  for (let dot = host.indexOf('.', 1); dot > 0; dot = host.indexOf('.', dot + 1))
    wildcards.push(`*${host.slice(dot)}`);
  return wildcards;
}

function isPrefix(prefix: string, path: string, pathMatch: Config['pathMatch']): boolean {
  // Without its slash it is redirected there.
  if (prefix === path || prefix === `${path}/`) return true;
  if (pathMatch === 'prefix') return path.startsWith(prefix);
  return path.startsWith(prefix.endsWith('/') ? prefix : `${prefix}/`);
}
