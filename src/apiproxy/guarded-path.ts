import { pathViews } from '../wiring/path.ts';

/**
 * What a client may request only if the user allows it: programs in pods, ports of pods, tokens, and everything that a
 * kubelet does.
 */
export const GUARDED_RESOURCES = [
  'exec',
  'attach',
  'portforward',
  'ephemeralcontainers',
  'token',
  'nodes-proxy',
] as const;
export type GuardedResource = (typeof GUARDED_RESOURCES)[number];

/**
 * The guarded words that any reader may find in a path: decoded or not, in any case, with slashes merged, `.` segments
 * and `;parameters` dropped, `\` as a slash. Undefined if readers may not agree on the path (see `pathViews`).
 */
export function guardedResources(path: string): readonly GuardedResource[] | undefined {
  const views = pathViews(path);
  if (views === undefined) return undefined;
  const { a, b, more } = views;
  const readings = a === b && more === undefined ? [a] : [a, b, ...(more?.a ?? []), ...(more?.b ?? [])];
  const found = readings.map(guardedResource).filter((it) => it !== undefined);
  return [...new Set(found)];
}

/**
 * Splits a path as API servers do (RequestInfo of k8s.io/apiserver): `api/VERSION/` or `apis/GROUP/VERSION/`, the old
 * prefixes `watch` and `proxy`, `namespaces/NAME/`, then resource, name and subresource. The API group does not matter,
 * because API extensions have similar subresources.
 */
function guardedResource(reading: string): GuardedResource | undefined {
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
  return GUARDED_RESOURCES.find((it) => it === subresource && it !== 'nodes-proxy');
}
