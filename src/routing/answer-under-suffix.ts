import { cookieUnderSuffix } from '../http1/cookie-domain.ts';
import { readLocation, writeLocation } from '../http1/location.ts';
import type { RequestHead } from '../http1/request-head.ts';
import type { ResponseHead } from '../http1/response-head.ts';
import { rewriteValues } from '../http1/rewrite-values.ts';
import { requestHost } from '../wiring/host.ts';
import type { KnownHosts } from './host-suffix.ts';

/** Ports that a scheme has without saying so: a pod sees its host without another one. */
const OWN_PORT: Readonly<Record<string, RegExp>> = { '': /:80$/, http: /:80$/, https: /:443$/ };

/**
 * Makes a pod's answer fit a client that has asked for its host under HOST_SUFFIX: a redirect to a host that is routed leads to that
 * host under the suffix, and a cookie for the pod's host is one for the name that the client uses.
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
  // To the same by another scheme: asked again by this one, the pod would say so for ever.
  if (scheme !== '' && scheme !== own && host === request.host && isSame(rest, request)) return value;
  return writeLocation({ scheme: scheme === '' ? '' : own, authority: `${host}${renamedFrom.tail}`, rest });
}

function isSame(rest: string, { path, query }: RequestHead): boolean {
  const [target = ''] = rest.split('#', 1);
  const whole = target.startsWith('/') ? target : `/${target}`;
  return whole === `${path}${query}`;
}
