import { BACKSLASH, CR, DOUBLE_QUOTE, EQUALS, LOWER, SEMICOLON, VALUE } from './octets.ts';

/** The position within the extensions of a chunk, after a `;`. */
export type ExtensionState =
  | 'name-start'
  | 'name'
  | 'value-start'
  | 'value'
  | 'quoted'
  | 'escape'
  | 'quoted-end';

/**
 * Reads one octet of `*( ";" name [ "=" ( token / quoted-string ) ] )` (RFC 9112 7.1.1), without the optional "bad
 * whitespace" (BWS) that the grammar tolerates. `end` is the CR after the extensions; `bad` is any octet that the
 * grammar does not allow.
 */
export function extensionStep(state: ExtensionState, octet: number): ExtensionState | 'end' | 'bad' {
  switch (state) {
    case 'name-start':
      return LOWER[octet] === 0 ? 'bad' : 'name';
    case 'name':
      if (octet === EQUALS) return 'value-start';
      return LOWER[octet] === 0 ? afterExtension(octet) : 'name';
    case 'value-start':
      if (octet === DOUBLE_QUOTE) return 'quoted';
      return LOWER[octet] === 0 ? 'bad' : 'value';
    case 'value':
      return LOWER[octet] === 0 ? afterExtension(octet) : 'value';
    case 'quoted':
      if (octet === DOUBLE_QUOTE) return 'quoted-end';
      if (octet === BACKSLASH) return 'escape';
      return VALUE[octet] === 0 ? 'bad' : 'quoted';
    case 'escape':
      return VALUE[octet] === 0 ? 'bad' : 'quoted';
    case 'quoted-end':
      break;
  }
  return afterExtension(octet);
}

function afterExtension(octet: number): 'name-start' | 'end' | 'bad' {
  if (octet === SEMICOLON) return 'name-start';
  return octet === CR ? 'end' : 'bad';
}
