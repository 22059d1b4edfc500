/** The header fields that show the origin of a request, with all lines of each. */
export interface RequestOrigin {
  readonly host: readonly string[];
  readonly origin: readonly string[];
  /** `Sec-Fetch-Site`, `-Mode` and `-Dest`. */
  readonly site: readonly string[];
  readonly mode: readonly string[];
  readonly dest: readonly string[];
}

/** `page`: a request for the page or one of its files. `action`: a request for a session, or its WebSocket. */
export type Purpose = 'page' | 'action';

/** The origin, undefined for a client that is not a browser; or the field that shows that the request is of another site. */
export type Judgement =
  | { readonly origin: string | undefined }
  | { readonly refused: 'host' | 'origin' | 'site' };

/** The addresses of a listener's page. */
export interface Site {
  readonly scheme: 'http' | 'https';
  /** The port that loopback names must have. Undefined: any, since the user chooses the local port of a port-forward. */
  readonly port: number | undefined;
  /** Allowed values of `Host` in addition to loopback names, in lower case and without the default port of the scheme. */
  readonly hosts: ReadonlySet<string>;
}

/** Loopback names, with or without a port. A page of another site cannot have them. */
const LOOPBACK = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])(?::\d{1,5})?$/;

/**
 * Accepts a request if it is of podway's own page, or of a client that is not a browser.
 *
 * - `Host` has to be a name of the site, or a loopback name, with `:port` if `port` is given. With DNS rebinding, an attacker's
 *   page resolves its own name to this machine, and the browser sends that name.
 * - An `Origin` has to be the scheme of the site and exactly that host. Browsers send it with every POST and WebSocket, so an
 *   action without it is not from a browser, and must have no `Sec-Fetch-` field.
 * - `Sec-Fetch-Site` has to be `same-origin`, or `none` for a page (a typed address or a bookmark). Links from other sites to the
 *   page itself are allowed, since loading it has no effect and it cannot be framed.
 */
export function judge(from: RequestOrigin, purpose: Purpose, own: Site): Judgement {
  const host = hostAt(own, from.host[0] ?? '');
  if (from.host.length !== 1 || !isOf(own, host)) return { refused: 'host' };
  const { origin, site } = from;
  if (origin.length > 1 || (origin.length === 1 && origin[0] !== `${own.scheme}://${host}`))
    return { refused: 'origin' };
  if (site.length > 1 || !isNear(from, purpose)) return { refused: 'site' };
  const isBrowser = site.length + from.mode.length + from.dest.length > 0;
  if (purpose === 'action' && origin.length === 0 && isBrowser) return { refused: 'origin' };
  return { origin: origin[0] };
}

/** The Host in the form that browsers send: in lower case, and without the default port of the scheme. */
function hostAt({ scheme }: Site, host: string): string {
  return host.toLowerCase().replace(scheme === 'https' ? /:443$/ : /:80$/, '');
}

function isOf({ scheme, port, hosts }: Site, host: string): boolean {
  if (hosts.has(host)) return true;
  if (!LOOPBACK.test(host)) return false;
  const usual = scheme === 'https' ? 443 : 80;
  return port === undefined || Number(/:(\d+)$/.exec(host)?.[1] ?? usual) === port;
}

function isNear({ site: [site], mode, dest }: RequestOrigin, purpose: Purpose): boolean {
  if (site === undefined || site === 'same-origin') return true;
  if (purpose === 'action') return false;
  return site === 'none' || (mode.join() === 'navigate' && dest.join() === 'document');
}
