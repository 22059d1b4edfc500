import { requestHost } from '../wiring/host.ts';

/** Which clients may send requests. */
export interface ClientGate {
  /** Names and addresses that `Host` may have, canonical; undefined accepts any, if no browser can connect. */
  readonly hosts: ReadonlySet<string> | undefined;
  /** Origins whose pages may send requests, besides the origin of the proxy itself. */
  readonly origins: ReadonlySet<string>;
}

/** Values of a request's field lines for a field name in lower case. */
export type FieldValues = (name: string) => readonly string[];

/**
 * Why podway does not serve a request; undefined if it does. podway refuses requests of foreign pages in a browser
 * (`Origin`, Fetch Metadata), and of pages whose name was pointed at the proxy (DNS rebinding: `Host`). Clients that
 * send neither `Origin` nor `Sec-Fetch-Site` are not browsers.
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
