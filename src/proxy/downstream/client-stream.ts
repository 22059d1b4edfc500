import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { TlsFacts } from '../../boundary/tls-facts.ts';
import type { Peer } from '../../http1/forwarded-lines.ts';
import { LOW_WATERMARK } from '../bytes/buffer-budget.ts';
import { type AcceptedHandle, type Reader, readInto, type SharedBuffer } from './accepted-socket.ts';
import { GatheredReads, type GatheringNeeds } from './gathered-reads.ts';

/** The byte stream of one client: a TCP socket, TLS over one, or any other duplex stream of bytes. */
export interface ClientStream {
  /** For writing, and for its events but `data`. */
  readonly stream: Duplex;
  /** The TCP socket beneath, whose send queue the kernel knows; undefined where there is none. */
  readonly raw: Socket | undefined;
  /** The client's IP address, perhaps an IPv4-mapped one. */
  readonly address: string;
  readonly proto: Peer['proto'];
  /** Undefined: it did not come by TLS of ours. */
  readonly tls: TlsFacts | undefined;
  /** From now on what the client sends goes to the reader. Errors of the stream are ignored: its close follows. */
  deliverTo(reader: Reader): void;
  /** The reader gets these bytes first: another one had read them. To be called from its `received`. */
  deliver(bytes: Buffer): void;
  /** Detaches the reader; received bytes wait in the stream for another consumer, which follows in a later turn of the loop. */
  takeBack(): void;
  /** Ends at once, in a way that the client sees as an error and not as the end of what was sent. */
  reset(): void;
  /**
   * Node does not poll a paused socket, so a reset goes unseen until reading resumes. The kernel knows, and refuses even a
   * empty write.
   */
  probe(): void;
}

/** A connection that a `net.Server` accepted paused, from the address given. */
export function acceptedClient(
  accepted: Socket | AcceptedHandle,
  address: string,
  buffers: SharedBuffer,
): ClientStream {
  return new AcceptedClient(accepted, address, buffers);
}

/** What the router cannot see of a duplex stream by itself. */
export interface DuplexFacts {
  /** As in ClientStream. */
  readonly address: string;
  readonly proto: Peer['proto'];
  /** The TCP socket beneath a TLSSocket: only that one can be reset. */
  readonly raw?: Socket;
  /** As in ClientStream. */
  readonly tls?: TlsFacts;
}

/**
 * Any other duplex stream of bytes. It must stay writable when its client has ended its side (`allowHalfOpen`). While it is
 * paused it reads up to its own high-water mark, which is not counted: 16 KiB, as for sockets, is a good one. Without a socket
 * beneath it is reset by `destroy(error)`, which its other end must see as a break.
 */
export function duplexClient(stream: Duplex, facts: DuplexFacts, needs: GatheringNeeds): ClientStream {
  return new DuplexClient(stream, facts, needs);
}

class AcceptedClient implements ClientStream {
  readonly stream: Socket;
  readonly address: string;
  readonly proto = 'http';
  readonly tls = undefined;
  #reader: Reader | undefined;

  constructor(accepted: Socket | AcceptedHandle, address: string, buffers: SharedBuffer) {
    this.address = address;
    // Nothing is read before this turn of the event loop ends, and by then there is a reader.
    this.stream = readInto(accepted, buffers, LOW_WATERMARK, () => this.#reader as Reader);
  }

  get raw(): Socket {
    return this.stream;
  }

  deliverTo(reader: Reader): void {
    this.#reader = reader;
    this.stream.on('error', ignore);
  }

  /** Its handle is read by the code that takes it over, and not before the loop polls again. */
  takeBack(): void {
    // Nothing to do.
  }

  deliver(bytes: Buffer): void {
    this.#reader?.received(bytes, bytes.length);
  }

  reset(): void {
    this.stream.resetAndDestroy();
  }

  probe(): void {
    const { stream } = this;
    if (isUnwatched(stream)) stream.write('');
  }
}

class DuplexClient implements ClientStream {
  readonly stream: Duplex;
  readonly raw: Socket | undefined;
  readonly address: string;
  readonly proto: Peer['proto'];
  readonly tls: TlsFacts | undefined;
  readonly #needs: GatheringNeeds;
  #reader: Reader | undefined = undefined;
  #reads: GatheredReads | undefined = undefined;

  constructor(stream: Duplex, { raw, address, proto, tls }: DuplexFacts, needs: GatheringNeeds) {
    this.stream = stream;
    this.raw = raw;
    this.address = address;
    this.proto = proto;
    this.tls = tls;
    this.#needs = needs;
    raw?.on('error', ignore);
  }

  deliverTo(reader: Reader): void {
    this.#reader = reader;
    if (this.#reads !== undefined) return;
    this.stream.on('error', ignore);
    this.#reads = new GatheredReads(this.stream, () => this.#reader as Reader, this.#needs);
  }

  deliver(bytes: Buffer): void {
    this.#reader?.received(bytes, bytes.length);
  }

  takeBack(): void {
    // The rest of a chunk goes back to the front.
    this.stream.pause();
    this.#reads?.stop();
  }

  /** `TLSSocket.resetAndDestroy()` throws (ERR_INVALID_HANDLE_TYPE), so the socket beneath is reset first. */
  reset(): void {
    const { stream, raw } = this;
    if (raw === undefined) stream.destroy(new Error('the connection was reset'));
    else {
      raw.resetAndDestroy();
      stream.destroy();
    }
  }

  /** TLS passes nothing on, so the socket beneath is asked. */
  probe(): void {
    if (this.raw?.writable === true && isUnwatched(this.stream)) this.raw.write('');
  }
}

function ignore(): void {
  // The close that follows says what matters.
}

/** Neither a read nor a pending write would fail. */
function isUnwatched(stream: Duplex): boolean {
  return stream.isPaused() && stream.writable && stream.writableLength === 0;
}
