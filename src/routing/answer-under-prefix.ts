import { readLocation, writeLocation } from '../http1/location.ts';
import type { ResponseHead } from '../http1/response-head.ts';
import { rewriteValues } from '../http1/rewrite-values.ts';

/** What a request became for its pod. */
export interface Rewritten {
  /** The prefix that clients see, without a slash at its end. */
  readonly outer: string;
  /** The same as was sent to the pod: behind that of a trusted peer. */
  readonly announced: string;
  /** That of the pod: '' or a path without a slash at its end. */
  readonly inner: string;
  /** Authorities by which clients reach the request's own origin. */
  readonly ofClient: readonly string[];
  /** That of `host=`, which only the pod has; '' without the word. */
  readonly ofPod: string;
}

/** One attribute of a Set-Cookie, with the `;` before it (RFC 6265 section 5.2). */
const PATH = /;[ \t]*path[ \t]*=([^;]*)/gi;

/**
 * Makes a pod's answer fit clients that see its paths under another prefix: a redirect on its own host and the path of a cookie get
 * that prefix, unless they have it already, as from applications that obey X-Forwarded-Prefix. `Path=/` stays: logins are
 * shared by it. `__Host-` cookies need it (RFC 6265bis section 4.1.3.2). Two Location lines are not a valid redirect.
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
  const isOfClient = authority === '' || it.ofClient.some((own) => isHost(authority, own));
  if (!isOfClient && (it.ofPod === '' || !isHost(authority, it.ofPod))) return value;
  const outer = outerPath(rest.startsWith('/') ? rest : `/${rest}`, it);
  // No client can reach the host that only the pod has.
  return isOfClient ? writeLocation({ ...location, rest: outer }) : outer;
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

/**
 * A path outside of what the pod was given stays as it is, and so does one that has the prefix already. Where it is below the
 * prefix of clients and that of the pod, as `/a/b` with `/a` and `/a/b`, the longer of the two is meant.
 */
function outerPath(path: string, { outer, announced, inner }: Rewritten): string {
  const has = Math.max(lengthBelow(path, outer), lengthBelow(path, announced));
  if (lengthBelow(path, inner) <= has) return path;
  // One slash at the start: two, or one and a backslash, begin an authority.
  return `${outer}${path.slice(inner.length)}`.replace(/^[/\\]*/, '/');
}

/** That of the prefix; -1: the path is not below it. */
function lengthBelow(path: string, prefix: string): number {
  const isBelow = path.startsWith(prefix) && /^(?:[/?#]|$)/.test(path.slice(prefix.length));
  return isBelow ? prefix.length : -1;
}
