import { cookieUnderSuffix } from '../http1/cookie-domain.ts';
import { readLocation, writeLocation } from '../http1/location.ts';
import type { RequestHead } from '../http1/request-head.ts';
import type { ResponseHead } from '../http1/response-head.ts';
import { rewriteValues } from '../http1/rewrite-values.ts';
import { requestHost } from '../wiring/host.ts';
import type { KnownHosts } from './host-suffix.ts';

/** Default ports, by scheme. The Host that a pod receives has no other port. */
const OWN_PORT: Readonly<Record<string, RegExp>> = { '': /:80$/, http: /:80$/, https: /:443$/ };

/**
 * Changes a pod's response for a client that requests the host under HOST_SUFFIX. A redirect to a routed host leads to
 * that host under the suffix, and a cookie for the pod's host becomes one for the name that the client uses.
 */
export function answerUnderSuffix(
  response: ResponseHead,
  request: RequestHead,
  suffix: string,
  hosts: KnownHosts,
): void {
  rewriteValues(response, (name, value) => {
    if (name === 'location') return locationUnderSuffix(value, request, hosts);
    return name === 'set-cookie' ? cookieUnderSuffix(value, request.host, suffix) : value;
  });
}

function locationUnderSuffix(value: string, request: RequestHead, hosts: KnownHosts): string {
  const location = readLocation(value);
  const { renamedFrom } = request;
  if (location === undefined || location.authority === '' || renamedFrom === undefined) return value;
  const { scheme, authority, rest } = location;
  const name = authority.replace(OWN_PORT[scheme]!, '');
  const host = requestHost(name);
  if (host === undefined || name.includes(':') || hosts.host(host) === undefined) return value;
  const own = renamedFrom.scheme;
  // A redirect to the same URL with another scheme stays: with the client's scheme it would lead to the same redirect
  // again, without end.
  if (scheme !== '' && scheme !== own && host === request.host && isSame(rest, request)) return value;
  return writeLocation({ scheme: scheme === '' ? '' : own, authority: `${host}${renamedFrom.tail}`, rest });
}

function isSame(rest: string, { path, query }: RequestHead): boolean {
  const [target = ''] = rest.split('#', 1);
  const whole = target.startsWith('/') ? target : `/${target}`;
  return whole === `${path}${query}`;
}
