import { FIELD_STRIDE, VALUE_END, VALUE_START } from '../http1/field-scanner.ts';
import { REQUEST_FIELD } from '../http1/request-fields.ts';
import type { RequestHead } from '../http1/request-head.ts';
import { requestHost } from '../wiring/host.ts';
import { type KnownHosts, portOf } from './host-suffix.ts';

/** Distinguishes the origins of routed hosts from others, in the spelling of browsers. */
export interface OwnOrigins {
  readonly scheme: string;
  /** What follows the host in these origins: HOST_SUFFIX if the request came under it, and the port of its Host. */
  readonly tail: string;
  readonly hosts: KnownHosts;
  /** Further origins whose pages may send requests. */
  readonly allowed: readonly string[];
}

/**
 * True when a browser sends the request for a page of a host that is not routed: `Origin` names another origin (or
 * `null`), or `Sec-Fetch-Site` is neither `same-origin` nor `none` (Fetch Metadata). Clients that send neither field
 * are not browsers, or old ones. A request without Origin comes from an allowed origin if its `Referer` has this
 * origin, because browsers send navigations in this way.
 */
export function isForeign(head: RequestHead, own: OwnOrigins): boolean {
  const origins = valuesOf(head, REQUEST_FIELD.origin);
  const sites = valuesOf(head, REQUEST_FIELD.fetchSite);
  if (origins.length === 0 && sites.length === 0) return false;
  const page = origins.length === 0 ? refererOrigin(head) : origins.length === 1 ? origins[0] : undefined;
  if (page !== undefined && own.allowed.includes(page)) return false;
  if (origins.length > 0 && (page === undefined || !isOwn(page, own))) return true;
  return sites.some((site) => site !== 'same-origin' && site !== 'none');
}

/** The tail of podway's own origins for a request that came under no suffix. */
export function tailOf({ host }: RequestHead): string {
  return portOf(host);
}

function isOwn(origin: string, { scheme, tail, hosts }: OwnOrigins): boolean {
  const start = `${scheme}://`;
  const end = scheme === 'https' ? tail.replace(/:443$/, '') : tail;
  if (!origin.startsWith(start) || !origin.endsWith(end)) return false;
  const name = origin.slice(start.length, origin.length - end.length);
  return requestHost(name) === name && hosts.host(name) !== undefined;
}

function refererOrigin(head: RequestHead): string | undefined {
  const [referer, ...more] = valuesOf(head, REQUEST_FIELD.referer);
  return referer === undefined || more.length > 0
    ? undefined
    : /^[a-z][a-z0-9+.-]*:\/\/[^/?#]+/.exec(referer)?.[0];
}

/** The values of all lines of a field. A list stays one value, so it is neither an origin nor a site. */
function valuesOf({ text, fields }: RequestHead, id: number): string[] {
  const values: string[] = [];
  for (let at = 0; at < fields.length; at += FIELD_STRIDE)
    if (fields[at] === id) values.push(text.slice(fields[at + VALUE_START], fields[at + VALUE_END]));
  return values;
}
