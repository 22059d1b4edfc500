import type { RequestHead } from '../http1/request-head.ts';
import { soleValue } from '../http1/request-values.ts';
import type { Cors } from '../wiring/options/cors-policy.ts';

/** Maximum number of names that a preflight may request, and of their characters: no page needs more. */
const MAX_NAMES = 64;
const MAX_NAMES_LENGTH = 2_048;
/** RFC 9110 section 5.6.2. */
const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;

/** The fields that any response to a preflight depends on. */
const VARY_PREFLIGHT = 'Vary: Origin, Access-Control-Request-Method, Access-Control-Request-Headers\r\n';

/** Fields that only podway sets, for routes with `cors=`. */
export const CORS_FIELDS: readonly string[] = [
  'access-control-allow-origin',
  'access-control-allow-credentials',
  'access-control-allow-methods',
  'access-control-allow-headers',
  'access-control-allow-private-network',
  'access-control-expose-headers',
  'access-control-max-age',
];

/**
 * True for a preflight: a browser asks whether a page of another origin may send a request (Fetch, CORS-preflight
 * request).
 */
export function isPreflight(head: RequestHead): boolean {
  return (
    head.method === 'OPTIONS' &&
    soleValue(head, 'origin') !== undefined &&
    soleValue(head, 'access-control-request-method') !== undefined
  );
}

/**
 * True when pages of the request's origin may use the route. Several Origin lines, or a value that no browser sends, do
 * not count as an origin. If all origins may use the route, a request without one gets the same response: it does not
 * vary, and a cache may keep it for pages.
 */
export function isOriginAllowed(cors: Cors, head: RequestHead): boolean {
  const { origins } = cors;
  if (isForAll(cors)) return true;
  const origin = soleValue(head, 'origin');
  return origin !== undefined && origins.some((it) => matches(it, origin));
}

function matches(pattern: string, origin: string): boolean {
  const star = pattern.indexOf('*.');
  if (star < 0) return pattern === origin;
  const [scheme, end] = [pattern.slice(0, star), pattern.slice(star + 1)];
  const name = origin.slice(scheme.length, -end.length);
  return origin.startsWith(scheme) && origin.endsWith(end) && /^[a-z0-9_-]+(?:\.[a-z0-9_-]+)*$/.test(name);
}

/** True when everything that a preflight requests is allowed. */
export function allowsPreflight(cors: Cors, head: RequestHead): boolean {
  const { method, names } = announcedBy(head);
  if (!isOriginAllowed(cors, head) || !(SAFELISTED_METHODS.test(method) || lists(cors.methods, method)))
    return false;
  return cors.headers === '' || names.every((it) => lists(cors.headers.toLowerCase(), it));
}

/** The request that a preflight announces. */
export interface Announced {
  readonly method: string;
  /** Names of fields that need consent, in lower case. */
  readonly names: readonly string[];
}

export function announcedBy(head: RequestHead): Announced {
  const method = soleValue(head, 'access-control-request-method') ?? '';
  const requested = soleValue(head, 'access-control-request-headers') ?? '';
  return {
    method,
    names: namesIn(requested).map((it) => it.toLowerCase()),
  };
}

/** Methods that need no consent (Fetch section 2.2.1). */
const SAFELISTED_METHODS = /^(?:GET|HEAD|POST)$/;

function lists(list: string, item: string): boolean {
  return list.split(', ').includes(item);
}

/** Field lines of the response to a preflight. */
export function preflightLines(cors: Cors, head: RequestHead): string {
  if (!isOriginAllowed(cors, head)) return VARY_PREFLIGHT;
  const headers = cors.headers === '' ? askedHeaders(head) : cors.headers;
  const names = headers === '' ? '' : `Access-Control-Allow-Headers: ${headers}\r\n`;
  const methods = `Access-Control-Allow-Methods: ${cors.methods}\r\n`;
  const age = `Access-Control-Max-Age: ${cors.maxAge}\r\n`;
  return `${allowLines(cors, head)}${methods}${names}${age}${VARY_PREFLIGHT}`;
}

/**
 * Field lines of any other response of the route, without Vary; '' for a page that may not read it. Such a page does
 * not learn the names of the exposed fields.
 */
export function answerLines(cors: Cors, head: RequestHead): string {
  if (!isOriginAllowed(cors, head)) return '';
  const expose = cors.expose === '' ? '' : `Access-Control-Expose-Headers: ${cors.expose}\r\n`;
  return allowLines(cors, head) + expose;
}

/** True when the response is the same for all origins. */
export function isForAll({ origins }: Cors): boolean {
  return origins[0] === '*';
}

function allowLines(cors: Cors, head: RequestHead): string {
  const origin = isForAll(cors) ? '*' : (soleValue(head, 'origin') ?? '');
  const credentials = cors.credentials ? 'Access-Control-Allow-Credentials: true\r\n' : '';
  return `Access-Control-Allow-Origin: ${origin}\r\n${credentials}`;
}

/** The requested names. With credentials a `*` would mean a field of that name, so podway lists the names instead. */
function askedHeaders(head: RequestHead): string {
  const requested = soleValue(head, 'access-control-request-headers') ?? '';
  if (requested.length > MAX_NAMES_LENGTH) return '';
  const names = namesIn(requested);
  return names.length <= MAX_NAMES && names.every((it) => TOKEN.test(it)) ? names.join(', ') : '';
}

function namesIn(list: string): readonly string[] {
  return list
    .split(',')
    .map((it) => it.trim())
    .filter((it) => it !== '');
}
