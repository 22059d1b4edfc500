/**
 * Octets with a meaning in the syntax of HTTP/1.1, and tables that classify all 256 octets (RFC 9110 5.5, 5.6; RFC 9112
 * 2, 3).
 */
export const HTAB = 0x09;
export const LF = 0x0a;
export const CR = 0x0d;
export const SP = 0x20;
export const DOUBLE_QUOTE = 0x22;
export const ASTERISK = 0x2a;
export const COMMA = 0x2c;
export const SLASH = 0x2f;
export const COLON = 0x3a;
export const SEMICOLON = 0x3b;
export const EQUALS = 0x3d;
export const QUESTION_MARK = 0x3f;
export const BACKSLASH = 0x5c;

/** The lower-case form of a token octet; 0 for octets that are not allowed in a token (RFC 9110 5.6.2). */
export const LOWER = table((octet) => {
  const char = String.fromCharCode(octet);
  return /[0-9A-Za-z!#$%&'*+.^_`|~-]/.test(char) ? char.toLowerCase().charCodeAt(0) : 0;
});

/**
 * Letters in lower case, digits, and `-` for all other octets. Names that fold alike reach a CGI-like application under
 * one variable (`X_Forwarded_For`, `X.Forwarded.For` and `X-Forwarded-For` are all HTTP_X_FORWARDED_FOR), so podway
 * looks them up together.
 */
export const FOLD = table((octet) => (/[0-9A-Za-z]/.test(String.fromCharCode(octet)) ? LOWER[octet]! : 0x2d));

/**
 * Visible ASCII except `#`, because a request target has no fragment (RFC 9112 3.2). This is intentionally wider than
 * RFC 3986. The parser also accepts 8-bit octets, but checks for them separately and escapes them (see RequestParser).
 */
export const TARGET = table((octet) => (octet > SP && octet < 0x7f && octet !== 0x23 ? 1 : 0));

/** The same as TARGET, without the `?` that ends the path. */
export const PATH = table((octet) => (octet === QUESTION_MARK ? 0 : TARGET[octet]!));

/** SP, HTAB, visible ASCII and obs-text: the octets that a field value may have (RFC 9110 5.5). */
export const VALUE = table((octet) => (octet === HTAB || (octet >= SP && octet !== 0x7f) ? 1 : 0));

/** White space within a line: SP or HTAB, the octets of OWS, RWS and BWS (RFC 9110 5.6.3). */
export function isBlank(octet: number): boolean {
  return octet === SP || octet === HTAB;
}

/** Value of a hexadecimal digit plus 1; 0 for all other octets. */
export const HEX = table((octet) => '0123456789abcdef'.indexOf(String.fromCharCode(octet).toLowerCase()) + 1);

function table(classify: (octet: number) => number): Uint8Array {
  return Uint8Array.from({ length: 256 }, (_, octet) => classify(octet));
}
