import { isBlank } from './octets.ts';
import { itemEnd, skipSpace, startsWith, trimSpace } from './field-value.ts';

/**
 * Schemes that log in the connection and not the request (RFC 4559 section 6; MS-NTHT): the sender of the next request on
 * it is that user, whether the request says so or not.
 */
const SCHEMES = ['ntlm', 'negotiate'] as const;

/** The credentials of an Authorization field, `text[start, end)`, are for the connection. */
export function isConnectionLogin(text: string, start: number, end: number): boolean {
  return SCHEMES.some(
    (scheme) =>
      startsWith(text, start, end, scheme) &&
      (end - start === scheme.length || isBlank(text.charCodeAt(start + scheme.length))),
  );
}

/**
 * One of the challenges of a WWW-Authenticate field, `text[start, end)`, is. A comma inside a quoted string counts as one
 * between challenges: that can only make a connection one client's that need not be.
 */
export function offersConnectionLogin(text: string, start: number, end: number): boolean {
  for (let item = start; item <= end; ) {
    const comma = itemEnd(text, item, end);
    const from = skipSpace(text, item, comma);
    if (isConnectionLogin(text, from, trimSpace(text, from, comma))) return true;
    item = comma + 1;
  }
  return false;
}
