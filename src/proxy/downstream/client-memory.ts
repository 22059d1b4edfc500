import type { RefusalReason } from '../../boundary/reasons.ts';
import type { Peer } from '../../http1/forwarded-lines.ts';
import type { ByteWindow } from '../bytes/byte-window.ts';
import { clientNetwork } from '../load/client-network.ts';
import type { ClientSide, Running, TunnelClientSide } from '../exchange/ends.ts';
import type { Holder, Holding } from '../load/memory-victims.ts';
import type { ClientWriter } from './client-writer.ts';
import { LARGE, SMALL_READ, WIDE } from '../bytes/read-buffers.ts';
import type { ClientNeeds } from './needs.ts';
import type { RequestMemory } from '../load/request-memory.ts';

/** Bytes of a body kept while its pod does not take them; then the client waits. */
const UNSENT_LIMIT = 65_536;
/** The same while memory is scarce. */
const SCARCE_LIMIT = 8_192;
/** Pipelined bytes kept while a request is still being answered; a last read comes on top of less. */
const BEHIND_LIMIT = 4_096;
/** What a refused client may still send before it is no longer listened to. */
const LINGER_LIMIT = 65_536;

export type Phase = 'idle' | 'head' | 'exchange' | 'tunnel' | 'closing' | 'closed';

/** The request that runs on a client connection. */
interface RunningRequest {
  readonly exchange: ClientSide;
  readonly requestDone: boolean;
  /** So many of the next bytes are of its body for certain. */
  readonly ahead: number;
}

/** A client connection, as far as it matters to what is read and kept of it. */
export interface Client {
  readonly needs: Pick<ClientNeeds, 'memory' | 'counts'>;
  readonly peer: Peer;
  readonly writer: ClientWriter;
  readonly phase: Phase;
  readonly turn: RunningRequest | undefined;
  readonly tunnel: TunnelClientSide | undefined;
  /** The exchange of `turn`, or `tunnel`. */
  readonly running: Running | undefined;
  /** It is just being dealt with. */
  readonly pumping: boolean;
  /** Answers what never became a request, and closes. */
  refuse(reason: RefusalReason): void;
  regulate(): void;
}

/** How much is read and kept of one client. */
export class ClientMemory implements Holder {
  bytes = 0;
  holderSeat = -1;
  takenAt = 0;
  /** Read and thrown away. */
  discarded = 0;
  /** What was pipelined after the running request is lost, and nothing more is read. */
  gaveUp = false;
  #network: string | undefined;
  readonly #client: Client;
  readonly #memory: RequestMemory;
  readonly #window: ByteWindow;

  constructor(client: Client, window: ByteWindow) {
    this.#client = client;
    this.#memory = client.needs.memory;
    this.#window = window;
  }

  get network(): string {
    this.#network ??= clientNetwork(this.#client.peer.address);
    return this.#network;
  }

  /** Reports to the worker what came and no pod has read yet: here, or in the queue of the pod's socket. */
  count(): void {
    const { running, pumping } = this.#client;
    // What is being dealt with lies in a borrowed buffer, and is counted when that is done.
    if (pumping) return;
    const bytes = this.#window.memory + (running === undefined ? 0 : running.pending);
    if (bytes !== this.bytes) this.#memory.count(this, bytes);
  }

  /** So much lies unread that the client has to wait. */
  get enough(): boolean {
    const { phase, writer, tunnel } = this.#client;
    const { length } = this.#window;
    switch (phase) {
      case 'tunnel':
        return tunnel?.clientBlocked === true;
      case 'closing':
        return this.discarded >= LINGER_LIMIT;
      case 'head':
        // The parser refuses a head that is too large, so it has to see that much.
        return writer.full && length >= BEHIND_LIMIT;
      case 'idle':
        return length >= BEHIND_LIMIT;
      case 'exchange':
        return this.gaveUp || (length > 0 && length >= this.#limit());
      case 'closed':
        return false;
    }
  }

  #limit(): number {
    if (this.#memory.spent) return 1;
    if (this.#client.turn?.requestDone !== false) return BEHIND_LIMIT;
    return this.#memory.scarce ? SCARCE_LIMIT : UNSENT_LIMIT;
  }

  /** Bytes of the next read: as many as a body is long or a tunnel wide, and few more. */
  get nextRead(): number {
    const { turn, tunnel } = this.#client;
    if (tunnel !== undefined) return LARGE;
    if (turn === undefined || turn.requestDone) return SMALL_READ;
    if (this.#memory.scarce) return SCARCE_LIMIT;
    return Math.min(Math.max(turn.ahead - this.#window.length, 0) + SMALL_READ, WIDE);
  }

  get holding(): Holding {
    const { phase, turn, writer, pumping } = this.#client;
    if (pumping) return 'taken';
    if (phase === 'idle') return 'pipelined';
    if (phase === 'head') return writer.full ? 'pipelined' : 'head';
    if (turn === undefined) return 'taken';
    if (turn.exchange.body?.isUnsent === true) return 'unsent';
    return turn.requestDone && this.#window.length > 0 ? 'pipelined' : 'taken';
  }

  shed(): void {
    const { turn, needs } = this.#client;
    if (turn === undefined) {
      this.#client.refuse('overload-memory');
    } else if (!turn.exchange.shed()) {
      // The answer goes on to its end, and with it the connection.
      needs.counts.refused('overload-memory');
      this.gaveUp = true;
      this.#window.clear();
      this.#client.regulate();
    }
  }
}
