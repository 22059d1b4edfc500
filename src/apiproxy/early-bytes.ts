import type { Duplex } from 'node:stream';

/** Bytes that are held. Clients wait for the answer to a handshake (RFC 6455 section 4.1), so few ever come. */
const MOST_HELD = 64 * 1024;

/**
 * What a client sends before the answer to its upgrade. It is read and held, since the end of a connection shows only behind what
 * was sent before it.
 */
export class EarlyBytes {
  readonly #client: Duplex;
  readonly #chunks: Buffer[];
  #held: number;
  #isOver: boolean;
  #whenOver: (() => void) | undefined;

  /** @param first what has come with the handshake */
  constructor(client: Duplex, first: Buffer) {
    this.#client = client;
    this.#chunks = [first];
    this.#held = first.length;
    this.#isOver = client.readableEnded;
    client.on('data', this.#take);
    client.on('end', this.#end);
    client.resume();
  }

  /** Calls once when the client has ended its side, or sends so much that its end would not be seen. Returns what stops that. */
  whenOver(call: () => void): () => void {
    if (this.#isOver) call();
    else this.#whenOver = call;
    return () => (this.#whenOver = undefined);
  }

  /** All of it; what comes from now on is for others to read. */
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
    if (this.#held < MOST_HELD) return;
    this.#client.pause();
    this.#end();
  };

  readonly #end = (): void => {
    this.#isOver = true;
    this.#whenOver?.();
  };
}
