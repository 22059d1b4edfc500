import { readLocation, writeLocation } from '../http1/location.ts';
import type { ResponseHead } from '../http1/response-head.ts';
import { rewriteValues } from '../http1/rewrite-values.ts';

/** How the path and host of a request were changed for its pod. */
export interface Rewritten {
  /** The prefix that clients use, without a slash at its end. */
  readonly outer: string;
  /** The X-Forwarded-Prefix that the pod received: the prefix of a trusted peer, then `outer`. */
  readonly announced: string;
  /** The prefix that the pod uses: '' or a path without a slash at its end. */
  readonly inner: string;
  /** Authorities (host and port) with which clients reach the origin of the request. */
  readonly ofClient: readonly string[];
  /** The authority that `host=` gives to the pod, and that clients do not use; '' without this option. */
  readonly ofPod: string;
}

/** The Path attribute of a Set-Cookie, with the `;` before it (RFC 6265 section 5.2). */
const PATH = /;[ \t]*path[ \t]*=([^;]*)/gi;

/**
 * Changes a pod's response for clients that use another path prefix. A redirect to the pod's own host and the path of a
 * cookie get the clients' prefix, unless they already have it, as from applications that read X-Forwarded-Prefix.
 * `Path=/` stays, because several applications share a login by it, and `__Host-` cookies require it (RFC 6265bis
 * section 4.1.3.2). Two Location lines are not a valid redirect, and stay as well.
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
  // Clients cannot reach a host that only the pod uses.
  return isOfClient ? writeLocation({ ...location, rest: outer }) : outer;
}

/** True when the authority names the host. Either may omit the default port of http or https. */
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
 * Replaces the pod's prefix of a path by the clients' prefix. A path outside of the pod's prefix stays, and so does a
 * path that already has the clients' prefix. If a path is below both, as `/a/b` is below `/a` and `/a/b`, the longer
 * prefix counts.
 */
function outerPath(path: string, { outer, announced, inner }: Rewritten): string {
  const has = Math.max(lengthBelow(path, outer), lengthBelow(path, announced));
  if (lengthBelow(path, inner) <= has) return path;
  // The path must start with exactly one slash: two slashes, or a slash and a backslash, start an authority.
  return `${outer}${path.slice(inner.length)}`.replace(/^[/\\]*/, '/');
}

/** The length of the prefix; -1: the path is not below it. */
function lengthBelow(path: string, prefix: string): number {
  const isBelow = path.startsWith(prefix) && /^(?:[/?#]|$)/.test(path.slice(prefix.length));
  return isBelow ? prefix.length : -1;
}
