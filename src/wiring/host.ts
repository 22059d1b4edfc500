import { isIPv6 } from 'node:net';
import type { RejectionReason } from './rejection.ts';

declare const hostBrand: unique symbol;
/** Canonical: lower case, no port, no trailing dot; `*.example.com` only from an annotation. */
export type Host = string & { readonly [hostBrand]: true };

/** DNS's limit for a whole name (RFC 1035 2.3.4). Labels have no limit of their own: a Host need not come from DNS. */
const MAX_HOST = 253;
const NAME = /^[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*$/;

const DOT = 0x2e;
const COLON = 0x3a;
const OPEN_BRACKET = 0x5b;

/**
 * Reads one item of a hosts annotation: names of letters, digits and inner hyphens (dotted digits included), `[IPv6]`,
 * or a wildcard `*.` before a name. A subset of what `requestHost` takes, plus wildcards, in the same canonical form.
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
 * The canonical host that the value of a Host field names: lower case, port and one trailing dot dropped, IPv6 literals
 * in their shortest form. Undefined when malformed (answer 400; RFC 9112 3.2).
 *
 * Narrower than RFC 3986's reg-name: letters, digits, `-`, `_` and dots between non-empty labels. No client puts
 * sub-delims or escapes there, and a comma means that a proxy joined two fields. Underscores are well-formed but no
 * annotation can ask for them: such a host is unknown.
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

/** From the colon at `at` to the end there is a port: up to five digits, 0 to 65535, or none (RFC 3986 3.2.3). */
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
  // RFC 5952: one address, one spelling.
  return URL.parse(`http://[${address}]/`)?.hostname;
}
