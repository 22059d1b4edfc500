import { requestHost } from '../wiring/host.ts';

/** Whose requests are served. */
export interface ClientGate {
  /** Names and addresses that `Host` may have, canonical; undefined: any, where no browser can connect. */
  readonly hosts: ReadonlySet<string> | undefined;
  /** Origins whose pages may send requests, besides those that come from the proxy itself. */
  readonly origins: ReadonlySet<string>;
}

/** Values of a request's field lines, by name in lower case. */
export type FieldValues = (name: string) => readonly string[];

/**
 * Why a request is not served: a page that was opened in a browser sends it (`Origin`, Fetch Metadata), or a page whose name
 * was made to point here (DNS rebinding: `Host`). Undefined: it is served. Clients that send none of it are no browsers.
 */
export function foreignClient(values: FieldValues, gate: ClientGate): string | undefined {
  const [host, ...more] = values('host');
  if (host === undefined || more.length > 0) return 'it does not have exactly one Host header';
  const name = requestHost(host);
  if (gate.hosts !== undefined && (name === undefined || !gate.hosts.has(name)))
    return 'its Host is not accepted (see --accept-hosts)';
  const origins = values('origin');
  if (origins.length > 0 && origins.every((it) => gate.origins.has(it))) return undefined;
  if (origins.some((it) => it !== `http://${host.toLowerCase()}`))
    return 'a page of another origin sends it (Origin; see --allow-origin)';
  if (values('sec-fetch-site').some((it) => it !== 'none' && it !== 'same-origin'))
    return 'a page of another origin sends it (Sec-Fetch-Site; see --allow-origin)';
  return undefined;
}
