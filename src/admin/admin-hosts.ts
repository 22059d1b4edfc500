import { isIP } from 'node:net';
import { requestHost } from '../wiring/host.ts';

/** Names that only a cluster's own resolver knows. */
const CLUSTER_SUFFIXES = ['.svc', '.cluster.local'];

/** Which names are of the asker's own network. `machine`: of the listener's machine alone. */
export type Neighbourhood = 'machine' | 'cluster';

/**
 * Whether a request for this Host may see the pages that describe the cluster.
 *
 * A web page of evil.example can point its own name at an address inside (DNS rebinding); its browser then takes the
 * admin listener for a part of that page, and lets scripts read the answers. What gives it away is the name in Host: it
 * is one that an outsider can own. Address literals, names without a dot and names of the cluster are not. On the machine of
 * a browser they may be: there, who shares its network answers for names without a dot (LLMNR) and for all of `.local` (mDNS).
 *
 * @param values of all Host fields. None: an HTTP/1.0 client, which is no browser
 * @param allowed further hosts, canonical; `*.example.com` stands for all names below
 * @param neighbourhood names of it cannot belong to an attacker
 */
export function isHostAllowed(
  values: readonly string[],
  allowed: ReadonlySet<string>,
  neighbourhood: Neighbourhood = 'cluster',
): boolean {
  if (values.length === 0) return true;
  const host = values.length === 1 ? requestHost(values[0] ?? '') : undefined;
  if (host === undefined) return false;
  if (host.startsWith('[') || isIP(host) !== 0 || host === 'localhost' || isAllowed(host, allowed))
    return true;
  if (neighbourhood === 'machine') return false;
  return !host.includes('.') || CLUSTER_SUFFIXES.some((suffix) => host.endsWith(suffix));
}

function isAllowed(host: string, allowed: ReadonlySet<string>): boolean {
  if (allowed.has(host)) return true;
  for (let dot = host.indexOf('.'); dot !== -1; dot = host.indexOf('.', dot + 1)) {
    if (allowed.has(`*${host.slice(dot)}`)) return true;
  }
  return false;
}
