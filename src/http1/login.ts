import { isBlank } from './octets.ts';
import { itemEnd, skipSpace, startsWith, trimSpace } from './field-value.ts';

/**
 * Authentication schemes that authenticate the connection and not the request (RFC 4559 section 6; MS-NTHT). The sender
 * of the next request on the connection is that user, with or without credentials in the request.
 */
const SCHEMES = ['ntlm', 'negotiate'] as const;

/** True when the credentials of an Authorization field, `text[start, end)`, are for the connection. */
export function isConnectionLogin(text: string, start: number, end: number): boolean {
  return SCHEMES.some(
    (scheme) =>
      startsWith(text, start, end, scheme) &&
      (end - start === scheme.length || isBlank(text.charCodeAt(start + scheme.length))),
  );
}

/**
 * True when one of the challenges of a WWW-Authenticate field, `text[start, end)`, is for the connection. A comma
 * within a quoted string counts as a separator. The only possible error is that a connection is reserved for one client
 * without need.
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
