import { isIP } from 'node:net';
import { requestHost } from '../wiring/host.ts';

/** Suffixes of names that only the resolver of a cluster knows. */
const CLUSTER_SUFFIXES = ['.svc', '.cluster.local'];

/**
 * Which names an outsider cannot own: `cluster` includes names without a dot and names of the cluster, `machine` only
 * `localhost`.
 */
export type ListenerScope = 'machine' | 'cluster';

/**
 * Whether a request for this Host may see the pages that describe the cluster.
 *
 * A web page of evil.example can point its own name at an internal address (DNS rebinding). The browser then treats the
 * admin listener as a part of that page and lets its scripts read the answers. The name in Host reveals this attack: it
 * is a name that an outsider can own. Address literals, names without a dot and names of the cluster are not such
 * names. On a machine with a browser, outsiders can own some of them: any host of the local network can answer for
 * names without a dot (LLMNR) and for names in `.local` (mDNS).
 *
 * @param values values of all Host fields; empty for an HTTP/1.0 client, which is not a browser
 * @param allowed further hosts, canonical; `*.example.com` stands for all names below it
 * @param scope which names an attacker cannot own
 */
export function isHostAllowed(
  values: readonly string[],
  allowed: ReadonlySet<string>,
  scope: ListenerScope = 'cluster',
): boolean {
  if (values.length === 0) return true;
  const host = values.length === 1 ? requestHost(values[0] ?? '') : undefined;
  if (host === undefined) return false;
  if (host.startsWith('[') || isIP(host) !== 0 || host === 'localhost' || isAllowed(host, allowed))
    return true;
  if (scope === 'machine') return false;
  return !host.includes('.') || CLUSTER_SUFFIXES.some((suffix) => host.endsWith(suffix));
}

function isAllowed(host: string, allowed: ReadonlySet<string>): boolean {
  if (allowed.has(host)) return true;
  for (let dot = host.indexOf('.'); dot !== -1; dot = host.indexOf('.', dot + 1)) {
    if (allowed.has(`*${host.slice(dot)}`)) return true;
  }
  return false;
}
