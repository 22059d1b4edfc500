import type { RefusalReason } from '../../boundary/reasons.ts';
import type { Peer } from '../../http1/forwarded-lines.ts';
import type { ByteWindow } from '../bytes/byte-window.ts';
import { clientNetwork } from '../load/client-network.ts';
import type { Exchange } from '../exchange/exchange.ts';
import type { Holder, Holding } from '../load/memory-victims.ts';
import type { ClientWriter } from './client-writer.ts';
import { LARGE, SMALL_READ } from '../bytes/read-buffers.ts';
import type { Plane } from '../plane.ts';
import type { RequestMemory } from '../load/request-memory.ts';
import type { Tunnel } from '../exchange/tunnel.ts';

/** Bytes of a body kept while its pod does not take them; then the client waits. */
const HELD_LIMIT = 65_536;
/** The same while memory is scarce. */
const SCARCE_LIMIT = 8_192;
/** Bytes kept behind a request that is still being answered; a last read comes on top of less. */
const BEHIND_LIMIT = 4_096;
/** What a refused client may still send before it is no longer listened to. */
const LINGER_LIMIT = 65_536;

export type Phase = 'idle' | 'head' | 'exchange' | 'tunnel' | 'closing' | 'closed';

/** A client connection, as far as it matters to what is read and kept of it. */
export interface Client {
  readonly plane: Plane;
  readonly peer: Peer;
  readonly outbox: ClientWriter;
  readonly phase: Phase;
  readonly exchange: Exchange | undefined;
  readonly tunnel: Tunnel | undefined;
  /** It is just being dealt with. */
  readonly pumping: boolean;
  /** Answers what never became a request, and closes. */
  refuse(reason: RefusalReason): void;
  regulate(): void;
}

/** How much is read and kept of one client. */
export class ClientMemory implements Holder {
  bytes = 0;
  takenAt = 0;
  /** Read and thrown away. */
  discarded = 0;
  /** What was sent behind the running request is lost, and nothing more is read. */
  gaveUp = false;
  #network: string | undefined;
  readonly #client: Client;
  readonly #memory: RequestMemory;
  readonly #window: ByteWindow;

  constructor(client: Client, window: ByteWindow) {
    this.#client = client;
    this.#memory = client.plane.memory;
    this.#window = window;
  }

  get network(): string {
    this.#network ??= clientNetwork(this.#client.peer.address);
    return this.#network;
  }

  /** Tells the worker what came and no pod has taken yet: here, or in the queue of the pod's socket. */
  count(): void {
    const { exchange, tunnel, pumping } = this.#client;
    // What is being dealt with lies in a borrowed buffer, and is counted when that is done.
    if (pumping) return;
    const held = this.#window.memory + (exchange?.body?.held ?? 0) + (tunnel?.queued ?? 0);
    if (held !== this.bytes) this.#memory.count(this, held);
  }

  /** So much lies unread that the client has to wait. */
  get enough(): boolean {
    const { phase, outbox, tunnel } = this.#client;
    const { length } = this.#window;
    switch (phase) {
      case 'tunnel':
        return (tunnel as Tunnel).clientBlocked;
      case 'closing':
        return this.discarded >= LINGER_LIMIT;
      case 'head':
        // The parser refuses a head that is too large, so it has to see that much.
        return outbox.full && length >= BEHIND_LIMIT;
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
    if ((this.#client.exchange as Exchange).requestDone) return BEHIND_LIMIT;
    return this.#memory.scarce ? SCARCE_LIMIT : HELD_LIMIT;
  }

  /** Bytes of the next read: as many as a body is long or a tunnel wide, and few beyond that. */
  get nextRead(): number {
    const { exchange, tunnel } = this.#client;
    if (tunnel !== undefined) return LARGE;
    const body = exchange?.body;
    if (body === undefined || body.done) return SMALL_READ;
    if (this.#memory.scarce) return SCARCE_LIMIT;
    return Math.min(Math.max(body.ahead - this.#window.length, 0) + SMALL_READ, LARGE);
  }

  get holding(): Holding {
    const { phase, exchange, outbox, pumping } = this.#client;
    if (pumping) return 'taken';
    if (phase === 'idle') return 'pipelined';
    if (phase === 'head') return outbox.full ? 'pipelined' : 'head';
    if (exchange === undefined) return 'taken';
    if (exchange.bodyUnsent) return 'unsent';
    return exchange.requestDone && this.#window.length > 0 ? 'pipelined' : 'taken';
  }

  shed(): void {
    const { exchange } = this.#client;
    if (exchange === undefined) {
      this.#client.refuse('overload-memory');
    } else if (exchange.bodyUnsent || exchange.upgrade !== '') {
      exchange.shed();
    } else {
      // The answer goes on to its end, and with it the connection.
      this.#client.plane.ledger.refused('overload-memory');
      this.gaveUp = true;
      this.#window.clear();
      this.#client.regulate();
    }
  }
}
