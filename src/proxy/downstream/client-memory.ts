import type { RefusalReason } from '../../boundary/reasons.ts';
import type { Peer } from '../../http1/forwarded-lines.ts';
import type { ByteWindow } from '../bytes/byte-window.ts';
import type { ClientSide, Running, TunnelClientSide } from '../exchange/ends.ts';
import type { Holder, Holding } from '../load/memory-victims.ts';
import type { ClientWriter } from './client-writer.ts';
import { LARGE, SMALL_READ, WIDE } from '../bytes/read-buffers.ts';
import type { ClientNeeds } from './needs.ts';
import type { RequestMemory } from '../load/request-memory.ts';

/** Bytes of a body that podway keeps while the pod does not read them; at this limit, it stops reading from the client. */
const UNSENT_LIMIT = 65_536;
/** The same while memory is scarce. */
const SCARCE_UNSENT_LIMIT = 8_192;
/** Pipelined bytes at which podway stops reading while it still answers a request; the last read may exceed it. */
const PIPELINED_LIMIT = 4_096;
/** Bytes that a refused client may still send before podway stops reading. */
const LINGER_LIMIT = 65_536;

export type Phase = 'idle' | 'head' | 'exchange' | 'tunnel' | 'closing' | 'closed';

/** The request that runs on a client connection. */
interface RunningRequest {
  readonly exchange: ClientSide;
  readonly requestDone: boolean;
  /** This many of the next bytes certainly belong to its body. */
  readonly ahead: number;
}

/** A client connection, as far as ClientMemory needs it. */
export interface Client {
  readonly needs: Pick<ClientNeeds, 'memory' | 'counts'>;
  readonly peer: Peer;
  readonly writer: ClientWriter;
  readonly phase: Phase;
  /** The request that runs, or the one that opened the tunnel. */
  readonly turn: RunningRequest | undefined;
  readonly tunnel: TunnelClientSide | undefined;
  /** The exchange of `turn`, or `tunnel`. */
  readonly running: Running | undefined;
  /** podway is processing its bytes now. */
  readonly pumping: boolean;
  /** Answers bytes that are not a valid request, and closes. */
  refuse(reason: RefusalReason): void;
  regulate(): void;
}

/** Determines how many bytes podway reads from one client, and how many it keeps. */
export class ClientMemory implements Holder {
  bytes = 0;
  holderIndex = -1;
  takenAt = 0;
  /** Bytes that podway has read and discarded. */
  discarded = 0;
  /** podway has dropped the requests pipelined after the running one, and reads no more. */
  hasStoppedReading = false;
  readonly #client: Client;
  readonly #memory: RequestMemory;
  readonly #window: ByteWindow;

  constructor(client: Client, window: ByteWindow) {
    this.#client = client;
    this.#memory = client.needs.memory;
    this.#window = window;
  }

  get network(): string {
    return this.#client.peer.network;
  }

  /**
   * Reports to the worker how many bytes came that no pod has read yet: those here, and those in the queue of the pod's
   * socket.
   */
  count(): void {
    const { running, pumping } = this.#client;
    // Bytes that are being processed are in a borrowed buffer, and are counted afterwards.
    if (pumping) return;
    const bytes = this.#window.memory + (running === undefined ? 0 : running.pending);
    if (bytes !== this.bytes) this.#memory.count(this, bytes);
  }

  /** Enough bytes wait: podway reads no more from the client. */
  get enough(): boolean {
    const { phase, writer, tunnel } = this.#client;
    const { length } = this.#window;
    switch (phase) {
      case 'tunnel':
        return tunnel?.clientBlocked === true;
      case 'closing':
        return this.discarded >= LINGER_LIMIT;
      case 'head':
        // The parser refuses a head that is too large, so podway must read that much.
        return writer.full && length >= PIPELINED_LIMIT;
      case 'idle':
        return length >= PIPELINED_LIMIT;
      case 'exchange':
        return this.hasStoppedReading || (length > 0 && length >= this.#limit());
      case 'closed':
        return false;
    }
  }

  #limit(): number {
    if (this.#memory.isExhausted) return 1;
    if (this.#client.turn?.requestDone !== false) return PIPELINED_LIMIT;
    return this.#memory.isScarce ? SCARCE_UNSENT_LIMIT : UNSENT_LIMIT;
  }

  /** Size of the next read in bytes: suited to the length of a body or to a tunnel, and small for everything else. */
  get nextRead(): number {
    const { turn, tunnel } = this.#client;
    if (tunnel !== undefined) return LARGE;
    if (turn === undefined || turn.requestDone) return SMALL_READ;
    if (this.#memory.isScarce) return SCARCE_UNSENT_LIMIT;
    return Math.min(Math.max(turn.ahead - this.#window.length, 0) + SMALL_READ, WIDE);
  }

  get holding(): Holding {
    const { phase, turn, writer, pumping } = this.#client;
    if (pumping) return 'taken';
    if (phase === 'idle') return 'pipelined';
    if (phase === 'head') return writer.full ? 'pipelined' : 'head';
    if (turn === undefined || phase === 'tunnel') return 'taken';
    if (turn.exchange.body?.isUnsent === true) return 'unsent';
    return turn.requestDone && this.#window.length > 0 ? 'pipelined' : 'taken';
  }

  shed(): void {
    const { turn, needs } = this.#client;
    if (turn === undefined) {
      this.#client.refuse('overload-memory');
    } else if (!turn.exchange.shed()) {
      // podway sends the rest of the answer, then closes the connection.
      needs.counts.refused('overload-memory');
      this.hasStoppedReading = true;
      this.#window.clear();
      this.#client.regulate();
    }
  }
}
