/** The header fields that say where a request comes from; every line of each. */
export interface RequestOrigin {
  readonly host: readonly string[];
  readonly origin: readonly string[];
  /** `Sec-Fetch-Site`, `-Mode` and `-Dest`. */
  readonly site: readonly string[];
  readonly mode: readonly string[];
  readonly dest: readonly string[];
}

/** `page`: a document or a part of it. `action`: a request for a session, or the WebSocket of one. */
export type Purpose = 'page' | 'action';

/** The origin, undefined for a client that is no browser; or which field says that the request comes from elsewhere. */
export type Judgement =
  | { readonly origin: string | undefined }
  | { readonly refused: 'host' | 'origin' | 'site' };

/** Where the page of a listener is. */
export interface Site {
  readonly scheme: 'http' | 'https';
  /** That loopback names must have; undefined: any, since a port-forward listens where its user wants it to. */
  readonly port: number | undefined;
  /** What `Host` may be besides loopback names: in lower case, and without the port of the scheme. */
  readonly hosts: ReadonlySet<string>;
}

/** Names that no web page of elsewhere can have, with or without a port. */
const LOOPBACK = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])(?::\d{1,5})?$/;

/**
 * Whether a request may count as one of our own page, or of a client that is no browser.
 *
 * - `Host` has to be a name of the site, or a loopback name, which ends in `:port` where that is given: a page that points its own
 *   name at this machine (DNS rebinding) sends that name.
 * - An `Origin` has to be the scheme of the site and exactly that host. Browsers send one with every POST and WebSocket, so an action without
 *   one is from no browser, and then nothing of `Sec-Fetch-` may be there.
 * - `Sec-Fetch-Site` has to be `same-origin`, or `none` for a page (typed, or a bookmark). A person may follow a link from elsewhere
 *   to the page itself: it does nothing by itself and cannot be framed.
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

/** A Host as browsers write it: in lower case, and without the port of the scheme. */
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
