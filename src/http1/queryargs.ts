import { pathViews } from '../wiring/path.ts';
import { TARGET } from './octets.ts';
import type { RequestHead } from './request-head.ts';
import { requestedProtocol, mayUpgrade } from './upgrade.ts';

/**
 * The proxy of the API server for pods and services drops the query of an upgrade (kubernetes/kubernetes#77142).
 * Clients that work around this send `/tail?limit=2` as `/tail/queryargs/bGltaXQ9Mg==/`: the last two segments of the
 * path are a marker and the query in base64url (RFC 4648 5).
 */
const MARKER = 'queryargs';
/** The marker for a path that ends in a slash. With the marker above there would be two slashes, which proxies merge. */
const MARKER_AFTER_SLASH = 'queryargs.slash';

const BASE64URL = /^[\w-]+={0,2}$/;

/** The path and query of a request; `query` without its `?`, '' for none. */
export interface PathAndQuery {
  readonly path: string;
  readonly query: string;
}

/**
 * The path with the query in it, padded with `=` because other decoders require that; the unchanged path without a
 * query.
 */
export function composeQuery({ path, query }: PathAndQuery): string {
  if (query === '') return path;
  const bytes = Buffer.from(query, 'latin1');
  const encoded = padded(bytes.toString('base64url'));
  const afterSlash = path.endsWith('/');
  const start = afterSlash ? path.slice(0, -1) : path;
  return `${start}/${afterSlash ? MARKER_AFTER_SLASH : MARKER}/${encoded}/`;
}

/**
 * Reads a composed path. Returns undefined for a path that ends in a marker in none of its readings. Returns 'refused'
 * for a path that does in some of its readings only, that has two markers, or whose last segment is not the one
 * spelling of a valid query. A path that `pathViews` refuses is left to other checks.
 */
export function decomposeQuery(path: string): PathAndQuery | undefined | 'refused' {
  const views = pathViews(path);
  if (views === undefined) return undefined;
  const end = path.endsWith('/') ? path.length - 1 : path.length;
  const encodedStart = path.lastIndexOf('/', end - 1) + 1;
  const markerStart = encodedStart < 2 ? 0 : path.lastIndexOf('/', encodedStart - 2) + 1;
  const marker = path.slice(markerStart, Math.max(markerStart, encodedStart - 1));
  const { a, b, more } = views;
  const readings = a === b && more === undefined ? [a] : [a, b, ...(more?.a ?? []), ...(more?.b ?? [])];
  if (!isMarker(marker)) return readings.some(endsInMarker) ? 'refused' : undefined;
  if (!readings.every((it) => endsInMarker(it) && it.split('/').filter(isMarker).length === 1))
    return 'refused';
  const query = decoded(path.slice(encodedStart, end));
  if (query === undefined) return 'refused';
  const rest = path.slice(0, markerStart - 1);
  return { path: marker === MARKER_AFTER_SLASH || rest === '' ? `${rest}/` : rest, query };
}

/**
 * Restores the target of a WebSocket handshake that `upgrades` (lower case) allows. The request line becomes shorter,
 * so it exceeds no limit. Returns false when the request must be refused.
 */
export function restoreQuery(head: RequestHead, upgrades: readonly string[]): boolean {
  const protocol = requestedProtocol(head, upgrades);
  if (protocol !== 'websocket' || !mayUpgrade(head, protocol)) return true;
  const composed = decomposeQuery(head.path);
  if (composed === undefined) return true;
  if (composed === 'refused' || head.query !== '') return false;
  head.path = composed.path;
  head.query = `?${composed.query}`;
  head.target = originOf(head) + head.path + head.query;
  head.retargeted = true;
  head.decomposed = true;
  return true;
}

function isMarker(segment: string): boolean {
  return segment === MARKER || segment === MARKER_AFTER_SLASH;
}

function endsInMarker(path: string): boolean {
  const segments = path.split('/');
  if (segments.at(-1) === '') segments.pop();
  return isMarker(segments.at(-2) ?? '');
}

/** The decoded text is not read again: a marker or an escape in it is part of the query. */
function decoded(text: string): string | undefined {
  if (!BASE64URL.test(text)) return undefined;
  const bytes = Buffer.from(text, 'base64url');
  const again = bytes.toString('base64url');
  if (text !== again && text !== padded(again)) return undefined;
  return bytes.every((octet) => TARGET[octet] !== 0) ? bytes.toString('latin1') : undefined;
}

function padded(base64url: string): string {
  return base64url.padEnd(Math.ceil(base64url.length / 4) * 4, '=');
}

/** The origin of an absolute target, as received; '' for other forms. */
function originOf({ form, target }: RequestHead): string {
  return form === 'absolute' ? target.slice(0, target.indexOf('/', target.indexOf('//') + 2)) : '';
}
