import type { RequestMemory } from '../../load/request-memory.ts';
import { clientNetwork } from '../../load/client-network.ts';
import type { Holder, Holding } from '../../load/memory-victims.ts';
import type { ClientSide, Running } from '../../exchange/ends.ts';

/** A stream, as far as it holds bytes of its client. */
export interface HoldingStream {
  readonly peer: { readonly address: string };
  readonly exchange: ClientSide;
  readonly running: Running | undefined;
  /** Bytes read from the connection and not taken. */
  readonly held: number;
}

/** What is kept of one request's body, or of a tunnel, counted with what all clients hold. */
export class StreamMemory implements Holder {
  bytes = 0;
  holderSeat = -1;
  takenAt = 0;
  #network: string | undefined;
  readonly #stream: HoldingStream;
  readonly #memory: RequestMemory;

  constructor(stream: HoldingStream, memory: RequestMemory) {
    this.#stream = stream;
    this.#memory = memory;
  }

  get network(): string {
    this.#network ??= clientNetwork(this.#stream.peer.address);
    return this.#network;
  }

  get holding(): Holding {
    return this.#stream.running !== undefined && this.#stream.exchange.body?.isUnsent === true
      ? 'unsent'
      : 'taken';
  }

  count(): void {
    const { held, running } = this.#stream;
    const bytes = held + (running === undefined ? 0 : running.pending);
    if (bytes !== this.bytes) this.#memory.count(this, bytes);
  }

  shed(): void {
    this.#stream.exchange.shed();
  }
}
