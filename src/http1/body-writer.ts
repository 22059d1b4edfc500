/**
 * What a piece of a body says of the body's end: its trailer section as lines ('' for none) when the body ends with this
 * piece, undefined when more follows.
 */
export type Ending = string | undefined;

/** What goes before `size` bytes of a chunked body (RFC 9112 section 7.1); nothing before none, for a chunk of 0 is the end. */
export function chunkBefore(size: number): string {
  return size > 0 ? `${size.toString(16)}\r\n` : '';
}

/** What goes after `size` bytes of a chunked body: the end of the chunk, and the last chunk if the body ends here. */
export function chunkAfter(size: number, ending: Ending): string {
  const end = size > 0 ? '\r\n' : '';
  return ending === undefined ? end : `${end}0\r\n${ending}\r\n`;
}
