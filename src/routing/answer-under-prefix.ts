import { readLocation, writeLocation } from '../http1/location.ts';
import type { ResponseHead } from '../http1/response-head.ts';
import { rewriteValues } from '../http1/rewrite-values.ts';

/** What a request became for its pod. */
export interface Rewritten {
  /** The prefix that clients see, without a slash at its end. */
  readonly outer: string;
  /** That of the pod: '' or a path without a slash at its end. */
  readonly inner: string;
  /** Hosts by which the request's own origin may be meant: that of the client, and that of the pod. */
  readonly hosts: readonly string[];
}

/** One attribute of a Set-Cookie, with the `;` before it (RFC 6265 section 5.2). */
const PATH = /;[ \t]*path[ \t]*=([^;]*)/gi;

/**
 * Makes a pod's answer fit clients that see its paths under another prefix: a redirect on its own host and the path of a cookie get
 * that prefix, unless they have it already, as from applications that obey X-Forwarded-Prefix. `Path=/` stays: logins are
 * shared by it. `__Host-` cookies need it (RFC 6265bis section 4.1.3.2). Two Location lines are nobody's redirect.
 */
export function answerUnderPrefix(response: ResponseHead, it: Rewritten): void {
  let locations = 0;
  rewriteValues(response, (name, value) => {
    if (name === 'location') locations += 1;
    return value;
  });
  rewriteValues(response, (name, value) => {
    if (name === 'location' && locations === 1) return locationUnderPrefix(value, it);
    return name === 'set-cookie' && !/^\s*__Host-/i.test(value) ? cookieUnderPrefix(value, it) : value;
  });
}

function locationUnderPrefix(value: string, it: Rewritten): string {
  const location = readLocation(value);
  if (location === undefined) return value;
  const { authority, rest } = location;
  const [client = '', pod] = it.hosts;
  const isPods = pod !== undefined && isHost(authority, pod);
  if (authority !== '' && !isPods && !isHost(authority, client)) return value;
  const outer = outerPath(rest.startsWith('/') ? rest : `/${rest}`, it);
  // No client can reach the host that only the pod has.
  if (isPods && !isHost(authority, client)) return outer;
  return writeLocation({ ...location, rest: outer });
}

/** An authority names a host: with its port, or with one that its scheme has without saying so. */
function isHost(authority: string, host: string): boolean {
  const [a, b] = [authority, host].map((text) => text.toLowerCase().replace(/:(?:80|443)$/, ''));
  return a === b;
}

function cookieUnderPrefix(value: string, it: Rewritten): string {
  return value.replace(PATH, (attribute, received: string) => {
    const path = received.trim();
    return path === '/' || !path.startsWith('/') ? attribute : `; Path=${outerPath(path, it)}`;
  });
}

/** Paths outside of what the pod was given stay as they are. */
function outerPath(path: string, { outer, inner }: Rewritten): string {
  const isBelow = (prefix: string) =>
    path.startsWith(prefix) && /^(?:[/?#]|$)/.test(path.slice(prefix.length));
  if (isBelow(outer) || !isBelow(inner)) return path;
  return outer + path.slice(inner.length);
}
