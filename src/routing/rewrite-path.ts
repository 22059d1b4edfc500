import { pathViews } from '../wiring/path.ts';

/**
 * The path of a request with another prefix in place of the route's. Undefined: the route's prefix does not end at the
 * end of a segment (as with PATH_MATCH=prefix), so the rest would be another path.
 *
 * The rest is taken from the path as received if that begins with the prefix, else from its view A: prefix and rest are
 * always of the same reading. As in ReplacePrefixMatch of the Gateway API, the result is never empty and begins with
 * one slash.
 *
 * @param path of a request that the route serves
 * @param of the path of the route
 * @param to '' or a path without a slash at its end
 */
export function rewrittenPath(path: string, of: string, to: string): string | undefined {
  const prefix = withoutSlash(of);
  const rest = below(path, prefix) ?? below(pathViews(path)?.a ?? '', prefix);
  if (rest === undefined) return undefined;
  return `${to}${rest}`.replace(/^\/*/, '/');
}

/** A path prefix without a slash at its end. */
export function withoutSlash(path: string): string {
  return path.endsWith('/') ? path.slice(0, -1) : path;
}

function below(path: string, prefix: string): string | undefined {
  if (!path.startsWith(prefix)) return undefined;
  const rest = path.slice(prefix.length);
  return rest === '' || rest.startsWith('/') ? rest : undefined;
}
