import type { RouteName } from '../boundary/delta.ts';
import type { Table, TableRoute } from './table.ts';

export type PathMatch = 'segment' | 'prefix';

/**
 * The route that would answer requests for `path` of `host`: the longest prefix among the routes of the host itself or,
 * if it has none, of the longest wildcard around it. A host with one route no longer uses the other routes of the
 * wildcard.
 */
export function answeringRoute(
  { routes }: Pick<Table, 'routes'>,
  { host, path }: RouteName,
  match: PathMatch,
): TableRoute | undefined {
  const paths = routes.get(host) ?? routes.get(wildcardAround(routes, host) ?? '');
  for (let end = path.length; paths !== undefined && end > 0; end -= 1) {
    const found = fits(path, end, match) ? paths.get(path.slice(0, end)) : undefined;
    if (found !== undefined) return found;
  }
  return undefined;
}

/** The longest wildcard with routes that covers this host or wildcard. */
export function wildcardAround(routes: Table['routes'], host: string): string | undefined {
  const name = host.startsWith('*.') ? host.slice(2) : host;
  for (let dot = name.indexOf('.'); dot >= 0; dot = name.indexOf('.', dot + 1)) {
    const wildcard = `*${name.slice(dot)}`;
    if (routes.has(wildcard)) return wildcard;
  }
  return undefined;
}

/** Whether the prefix of this length serves the path. */
function fits(path: string, end: number, match: PathMatch): boolean {
  return match === 'prefix' || end === path.length || path[end] === '/' || path[end - 1] === '/';
}
