import { type Grammar, grammar } from './grammar.ts';

/**
 * Headers that the router itself reads, removes or sets. If one of them were the key header, it would break framing or routing, or
 * another party would set its value (hazards AU-32; RFC 9110 section 7.6.1 for the hop-by-hop headers).
 */
const RESERVED = new Set([
  'host',
  'content-length',
  'transfer-encoding',
  'connection',
  'keep-alive',
  'proxy-connection',
  'proxy-authenticate',
  'proxy-authorization',
  'te',
  'trailer',
  'upgrade',
  'expect',
  'via',
  'forwarded',
  'x-real-ip',
  'x-request-id',
]);
const RESERVED_PREFIXES = ['x-forwarded-', 'sec-websocket-', 'x-podway-'];

/** A token of RFC 9110 section 5.6.2. */
const TOKEN = /^[!#$%&'*+\-.^_`|~0-9a-z]+$/i;

/**
 * The folded name of the key header: in lower case, with a dash for every character except letters and digits. nginx compared
 * names in this way, so with k8s-router `X-SOMETHING-CUSTOM_API*KEY` meant `X-SOMETHING-CUSTOM-API-KEY`, too.
 */
export function keyHeader(): Grammar<string> {
  return grammar(
    'a header name that the router does not itself use (such as Host or X-Forwarded-For)',
    (text) => {
      const name = text.toLowerCase().replaceAll(/[^a-z0-9]/g, '-');
      const usable = TOKEN.test(text) && text.length <= 128 && /[a-z0-9]/.test(name);
      return usable && !isReserved(name) ? name : undefined;
    },
  );
}

/** Whether the router itself uses this header. @param name folded: in lower case, with a dash for other characters */
export function isReserved(name: string): boolean {
  return RESERVED.has(name) || RESERVED_PREFIXES.some((prefix) => name.startsWith(prefix));
}
