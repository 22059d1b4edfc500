import { isIP } from 'node:net';
import { requestHost } from '../wiring/host.ts';

/** Names that only a cluster's own resolver knows. */
const CLUSTER_SUFFIXES = ['.svc', '.cluster.local'];

/**
 * Whether a request for this Host may see the pages that describe the cluster.
 *
 * A web page of evil.example can point its own name at an address inside (DNS rebinding); its browser then takes the
 * admin listener for a part of that page, and lets scripts read the answers. What gives it away is the name in Host: it
 * is one that an outsider can own. Address literals, names without a dot and names of the cluster are not.
 *
 * @param values of all Host fields. None: an HTTP/1.0 client, which is no browser
 * @param allowed further hosts, canonical; `*.example.com` stands for all names below
 */
export function mayAsk(values: readonly string[], allowed: ReadonlySet<string>): boolean {
  if (values.length === 0) return true;
  const host = values.length === 1 ? requestHost(values[0] ?? '') : undefined;
  if (host === undefined) return false;
  if (host.startsWith('[') || isIP(host) !== 0 || !host.includes('.')) return true;
  return CLUSTER_SUFFIXES.some((suffix) => host.endsWith(suffix)) || isAllowed(host, allowed);
}

function isAllowed(host: string, allowed: ReadonlySet<string>): boolean {
  if (allowed.has(host)) return true;
  for (let dot = host.indexOf('.'); dot !== -1; dot = host.indexOf('.', dot + 1)) {
    if (allowed.has(`*${host.slice(dot)}`)) return true;
  }
  return false;
}
