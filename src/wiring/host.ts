import { isIPv6 } from 'node:net';
import type { RejectionReason } from './rejection.ts';

declare const hostBrand: unique symbol;
/** Canonical: lower case, no port, no trailing dot; `*.example.com` only from an annotation. */
export type Host = string & { readonly [hostBrand]: true };

/** DNS's limit for a whole name (RFC 1035 2.3.4). The length of a label is not limited: a Host need not come from DNS. */
const MAX_HOST = 253;
const NAME = /^[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*$/;

const DOT = 0x2e;
const COLON = 0x3a;
const OPEN_BRACKET = 0x5b;

/**
 * Reads one item of a hosts annotation: a name with labels of letters, digits and inner hyphens (also dotted digits),
 * `[IPv6]`, or a wildcard `*.` before a name. Except for wildcards, it accepts a subset of the hosts that `requestHost`
 * accepts. Both give the same canonical form.
 */
export function parseHost(text: string): { readonly host: Host } | { readonly problem: RejectionReason } {
  if (text.length > MAX_HOST) return { problem: 'host-too-long' };
  const wildcard = text.startsWith('*.');
  const rest = wildcard ? text.slice(2) : text;
  if (/[\]a-z0-9.-]:\d*$/i.test(rest)) return { problem: 'host-has-port' };
  if (/[a-z0-9]\.$/i.test(rest)) return { problem: 'host-trailing-dot' };
  const host = requestHost(rest);
  const literal = !wildcard && rest.startsWith('[');
  if (host === undefined || !(literal || NAME.test(host))) return { problem: 'host-malformed' };
  return { host: (wildcard ? `*.${host}` : host) as Host };
}

/**
 * The canonical form of the value of a `Host` field: in lower case, without the port and one trailing dot, with an IPv6
 * literal in its shortest form. Undefined: malformed (answer 400; RFC 9112 3.2).
 *
 * It accepts fewer characters than RFC 3986's reg-name: letters, digits, `-`, `_`, and dots between non-empty labels.
 * Clients send no sub-delims and no escapes in a host, and a comma means that a proxy joined two fields. A host with an
 * underscore is well-formed, but no annotation can declare it, so it is an unknown host.
 */
export function requestHost(value: string): string | undefined {
  const length = value.length;
  if (length === 0) return undefined;
  if (value.charCodeAt(0) === OPEN_BRACKET) return literalHost(value);
  let end = length;
  let upper = false;
  let previous = DOT;
  for (let i = 0; i < length; i++) {
    const code = value.charCodeAt(i);
    if ((code >= 0x61 && code <= 0x7a) || (code >= 0x30 && code <= 0x39) || code === 0x2d || code === 0x5f) {
      previous = code;
    } else if (code === DOT) {
      if (previous === DOT) return undefined;
      previous = DOT;
    } else if (code >= 0x41 && code <= 0x5a) {
      upper = true;
      previous = code;
    } else if (code === COLON && isPortSuffix(value, i)) {
      end = i;
      break;
    } else {
      return undefined;
    }
  }
  if (previous === DOT) end--;
  if (end <= 0 || end > MAX_HOST) return undefined;
  const host = end === length ? value : value.slice(0, end);
  return upper ? host.toLowerCase() : host;
}

/** Whether the text after the colon at `at` is a port from 0 to 65535 with up to five digits, or empty (RFC 3986 3.2.3). */
function isPortSuffix(value: string, at: number): boolean {
  if (value.length - at > 6) return false;
  let port = 0;
  for (let i = at + 1; i < value.length; i++) {
    const digit = value.charCodeAt(i) - 0x30;
    if (digit < 0 || digit > 9) return false;
    port = port * 10 + digit;
  }
  return port <= 65535;
}

function literalHost(value: string): string | undefined {
  const close = value.indexOf(']');
  const address = value.slice(1, close);
  if (close < 0 || address.includes('%') || !isIPv6(address)) return undefined;
  const end = close + 1;
  if (end < value.length && !(value.charCodeAt(end) === COLON && isPortSuffix(value, end))) return undefined;
  // RFC 5952: every address has one canonical spelling.
  return URL.parse(`http://[${address}]/`)?.hostname;
}
