/**
 * The text of a file as kubectl reads it: UTF-8, or UTF-16 with a byte order mark, which is not part of the text.
 * UTF-16 without a mark is recognized by its zero bytes (YAML 1.2 section 5.2). Invalid bytes become U+FFFD, as in
 * kubectl.
 */
export function decodeText(bytes: Uint8Array): string {
  return new TextDecoder(encodingOf(bytes)).decode(bytes);
}

function encodingOf([first, second]: Uint8Array): string {
  if (first === 0xfe && second === 0xff) return 'utf-16be';
  if (first === 0xff && second === 0xfe) return 'utf-16le';
  if (first === 0 && second !== undefined && second !== 0) return 'utf-16be';
  if (first !== undefined && first !== 0 && second === 0) return 'utf-16le';
  return 'utf-8';
}
