/**
 * Whether the body ends with this piece: undefined when more follows, else its trailer section as lines ('' for none).
 */
export type Ending = string | undefined;

/**
 * The bytes before `size` bytes of a chunked body (RFC 9112 section 7.1). Empty for 0 bytes, because a chunk of size 0
 * is the last one.
 */
export function chunkBefore(size: number): string {
  return size > 0 ? `${size.toString(16)}\r\n` : '';
}

/** The bytes after `size` bytes of a chunked body: the end of the chunk, and the last chunk if the body ends here. */
export function chunkAfter(size: number, ending: Ending): string {
  const end = size > 0 ? '\r\n' : '';
  return ending === undefined ? end : `${end}0\r\n${ending}\r\n`;
}
