import type { Duplex } from 'node:stream';
import type { ReadInto } from './read-by-data.ts';

/** What a socket with a native handle keeps of the `onread` option, by the descriptions of Node's symbols. */
const SYMBOL_DESCRIPTIONS = ['kBuffer', 'kBufferCb', 'kBufferGen'] as const;

interface NativeHandle {
  useUserBuffer?(buffer: Buffer): void;
}

/**
 * Gives a connected socket the `onread` option, which a TLSSocket over another socket does not accept. Without it,
 * every chunk is an allocation, and during uploads V8 collects its whole heap because of this memory outside the heap.
 * `callback` is not called while the stream is paused or holds bytes that its consumer has not read: the stream keeps
 * what TLS has decrypted by then. The change cannot be undone.
 *
 * @returns false if the stream has no native handle, or if this version of Node keeps the option elsewhere
 */
export function readDirectly(stream: Duplex, { buffer, callback }: ReadInto): boolean {
  const { _handle: handle } = stream as unknown as { readonly _handle?: NativeHandle | null };
  if (typeof handle?.useUserBuffer !== 'function') return false;
  const symbols = symbolsOf(stream);
  if (symbols === undefined) return false;
  const first = buffer();
  const [kBuffer, kBufferCb, kBufferGen] = symbols;
  const take: ReadInto['callback'] = (size, bytes) =>
    stream.isPaused() || stream.readableLength > 0
      ? // A push makes a paused stream read again; only a callback that returns false stops it.
        stream.push(Buffer.from(bytes.subarray(0, size)))
      : callback(size, bytes);
  Object.assign(stream, { [kBuffer]: first, [kBufferCb]: take, [kBufferGen]: buffer });
  handle.useUserBuffer(first);
  return true;
}

type Symbols = readonly [symbol, symbol, symbol];
let known: Symbols | undefined;

function symbolsOf(stream: Duplex): Symbols | undefined {
  if (known !== undefined) return known;
  const own = Object.getOwnPropertySymbols(stream);
  const found = SYMBOL_DESCRIPTIONS.map((name) => own.find(({ description }) => description === name));
  if (found.every((it) => it !== undefined)) known = found as unknown as Symbols;
  return known;
}
