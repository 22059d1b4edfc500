import { type Grammar, grammar } from './grammar.ts';

/**
 * Fields that the router itself reads, removes or sets. As the key header one of them would break framing or routing, or
 * would take its value from the wrong party (hazards AU-32; RFC 9110 section 7.6.1 for the hop-by-hop ones).
 */
const TAKEN = new Set([
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
const TAKEN_PREFIXES = ['x-forwarded-', 'sec-websocket-', 'x-podway-'];

/** RFC 9110 section 5.6.2. */
const TOKEN = /^[!#$%&'*+\-.^_`|~0-9a-z]+$/i;

/**
 * The key header's name as matched on the wire: lower case, everything but letters and digits a dash. nginx compared
 * names that way, so `X-SOMETHING-CUSTOM_API*KEY` has always meant `X-SOMETHING-CUSTOM-API-KEY`.
 */
export function keyHeader(): Grammar<string> {
  return grammar(
    'a header name that the router does not itself use (such as Host or X-Forwarded-For)',
    (text) => {
      const name = text.toLowerCase().replaceAll(/[^a-z0-9]/g, '-');
      const usable = TOKEN.test(text) && text.length <= 128 && /[a-z0-9]/.test(name);
      return usable && !isTaken(name) ? name : undefined;
    },
  );
}

/** `name` in lower case, everything but letters and digits a dash. */
export function isTaken(name: string): boolean {
  return TAKEN.has(name) || TAKEN_PREFIXES.some((prefix) => name.startsWith(prefix));
}
