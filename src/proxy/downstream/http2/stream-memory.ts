import type { RequestMemory } from '../../load/request-memory.ts';
import type { Holder, Holding } from '../../load/memory-victims.ts';
import type { ClientSide, Running } from '../../exchange/ends.ts';

/** A request, as far as StreamMemory needs it. */
interface HoldingTurn {
  readonly peer: { readonly network: string };
  readonly exchange: ClientSide;
  readonly running: Running | undefined;
}

interface HoldingStream {
  /** Bytes that arrived and were not accepted. */
  readonly held: number;
}

/** Counts the bytes that the worker keeps of one request's body, or of one tunnel, in the total of all clients. */
export class StreamMemory implements Holder {
  bytes = 0;
  holderIndex = -1;
  takenAt = 0;
  readonly #turn: HoldingTurn;
  readonly #stream: HoldingStream;
  readonly #memory: RequestMemory;

  constructor(turn: HoldingTurn, stream: HoldingStream, memory: RequestMemory) {
    this.#turn = turn;
    this.#stream = stream;
    this.#memory = memory;
  }

  get network(): string {
    return this.#turn.peer.network;
  }

  get holding(): Holding {
    return this.#turn.running !== undefined && this.#turn.exchange.body?.isUnsent === true
      ? 'unsent'
      : 'taken';
  }

  count(): void {
    const { running } = this.#turn;
    const bytes = this.#stream.held + (running === undefined ? 0 : running.pending);
    if (bytes !== this.bytes) this.#memory.count(this, bytes);
  }

  shed(): void {
    this.#turn.exchange.shed();
  }
}
