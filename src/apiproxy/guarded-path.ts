import { pathViews } from '../wiring/path.ts';

/** What is asked for only after it was allowed: programs in pods, ports of pods, tokens, and all that a kubelet does. */
export const GUARDED = [
  'exec',
  'attach',
  'portforward',
  'ephemeralcontainers',
  'token',
  'nodes-proxy',
] as const;
export type Guarded = (typeof GUARDED)[number];

/**
 * The guarded things that a path names to any reader: decoded or not, in any case, with slashes merged, `.` segments and
 * `;parameters` dropped, `\` as a slash. Undefined: no path that everybody reads as one (see `pathViews`).
 */
export function guardedIn(path: string): readonly Guarded[] | undefined {
  const views = pathViews(path);
  if (views === undefined) return undefined;
  const { a, b, more } = views;
  const readings = a === b && more === undefined ? [a] : [a, b, ...(more?.a ?? []), ...(more?.b ?? [])];
  const found = readings.map(guardedBy).filter((it) => it !== undefined);
  return [...new Set(found)];
}

/**
 * As API servers cut paths (RequestInfo of k8s.io/apiserver): `api/VERSION/` or `apis/GROUP/VERSION/`, the old prefixes `watch`
 * and `proxy`, `namespaces/NAME/`, then resource, name and subresource. Of any group: those that extend the API have the like.
 */
function guardedBy(reading: string): Guarded | undefined {
  const segments = reading
    .toLowerCase()
    .split('/')
    .filter((it) => it !== '' && it !== '.');
  const root = segments[0] === 'api' ? 2 : segments[0] === 'apis' ? 3 : segments.length;
  let rest = segments.slice(root);
  const isOldProxy = rest[0] === 'proxy';
  if (isOldProxy || rest[0] === 'watch') rest = rest.slice(1);
  if (rest[0] === 'namespaces' && rest.length > 2) rest = rest.slice(2);
  const [resource, , subresource = ''] = rest;
  if (resource === 'nodes' && (isOldProxy || subresource === 'proxy')) return 'nodes-proxy';
  return GUARDED.find((it) => it === subresource && it !== 'nodes-proxy');
}
