import type { Duplex } from 'node:stream';

/** Maximum bytes held. Clients wait for the answer to a handshake (RFC 6455 section 4.1), so they seldom send any. */
const MAX_HELD_BYTES = 64 * 1024;

/**
 * Bytes that a client sends before the answer to its upgrade. podway reads and holds them, because the end of a
 * connection becomes visible only after all bytes before it have been read.
 */
export class EarlyBytes {
  readonly #client: Duplex;
  readonly #chunks: Buffer[];
  #held: number;
  #hasEnded: boolean;
  #onEnd: (() => void) | undefined;

  /** @param first the bytes that arrived with the handshake */
  constructor(client: Duplex, first: Buffer) {
    this.#client = client;
    this.#chunks = [first];
    this.#held = first.length;
    this.#hasEnded = client.readableEnded;
    client.on('data', this.#take);
    client.on('end', this.#end);
    client.resume();
  }

  /**
   * Calls `call` once, when the client has ended its side or has sent so much that podway would not see the end.
   * Returns a function that cancels the call.
   */
  onEnd(call: () => void): () => void {
    if (this.#hasEnded) call();
    else this.#onEnd = call;
    return () => (this.#onEnd = undefined);
  }

  /** Returns all held bytes. The caller must read later bytes itself. */
  release(): Buffer {
    const client = this.#client;
    client.pause();
    client.off('data', this.#take);
    client.off('end', this.#end);
    return Buffer.concat(this.#chunks);
  }

  readonly #take = (chunk: Buffer): void => {
    this.#chunks.push(chunk);
    this.#held += chunk.length;
    if (this.#held < MAX_HELD_BYTES) return;
    this.#client.pause();
    this.#end();
  };

  readonly #end = (): void => {
    this.#hasEnded = true;
    this.#onEnd?.();
  };
}
