import type { Socket } from 'node:net';
import type { Timed } from '../../load/coarse-clock.ts';
import type { Connection } from '../clients.ts';
import { type ConnectionQueue, Place } from '../connection-queue.ts';
import type { IdleClient } from '../waiting-connections.ts';
import { readProxyHeader } from './header.ts';

/** What the connections of one worker share while they wait for a PROXY header. */
export interface ProxyHeaderReaderNeeds {
  readonly clock: { readonly now: number; add(timed: Timed): void; remove(timed: Timed): void };
  /** Connections that have not sent a request yet. */
  readonly silent: ConnectionQueue<IdleClient>;
  /** Milliseconds for the whole header. */
  readonly timeout: number;
  /** The header has come, and the bytes after it are in the buffer of the socket. `source` is as in ProxyHeader. */
  done(reader: ProxyHeaderReader, source: string | undefined): void;
  /** There was no valid header; the socket is closed. */
  refused(reader: ProxyHeaderReader): void;
}

/**
 * A connection of a load balancer until its PROXY header has come. A connection without the header gets no answer:
 * podway requires the header so that no client can reach the port past the load balancer and choose an address.
 */
export class ProxyHeaderReader implements Connection, Timed, IdleClient {
  readonly client = { probe: () => undefined };
  readonly writer = { isAnswerUnread: false };
  readonly place: Place<IdleClient> = new Place<IdleClient>(this);
  clockIndex = -1;
  clientIndex = -1;
  readonly deadline: number;
  readonly raw: Socket;
  readonly #needs: ProxyHeaderReaderNeeds;
  #bytes: Buffer = Buffer.alloc(0);
  #isOver = false;
  readonly #readable = (): void => this.#read();
  readonly #refuse = (): void => this.#refused();

  constructor(needs: ProxyHeaderReaderNeeds, raw: Socket) {
    this.#needs = needs;
    this.raw = raw;
    this.deadline = needs.clock.now + needs.timeout;
    needs.clock.add(this);
    needs.silent.append(this.place);
    raw.on('error', this.#refuse);
    raw.on('end', this.#refuse);
    raw.on('close', this.#refuse);
    raw.on('readable', this.#readable);
  }

  #read(): void {
    const bytes = this.raw.read() as Buffer | null;
    // The socket has ended: `end` or `close` follows.
    if (bytes === null) return;
    this.#bytes = this.#bytes.length === 0 ? bytes : Buffer.concat([this.#bytes, bytes]);
    const header = readProxyHeader(this.#bytes);
    if (header.type === 'wrong') this.#refused();
    if (header.type !== 'whole' || !this.#end()) return;
    const rest = this.#bytes.subarray(header.length);
    if (rest.length > 0) this.raw.unshift(rest);
    this.#needs.done(this, header.source);
  }

  expire(): void {
    this.#refused();
  }

  /** The connection that follows this one is drained. */
  drain(): void {
    // A client whose header is in transit is served once.
  }

  cut(): boolean {
    this.destroy();
    return false;
  }

  destroy(): void {
    this.#refused();
  }

  #refused(): void {
    if (!this.#end()) return;
    this.raw.destroy();
    this.#needs.refused(this);
  }

  /** Returns false if it has already ended. */
  #end(): boolean {
    if (this.#isOver) return false;
    this.#isOver = true;
    const { raw } = this;
    this.#needs.clock.remove(this);
    this.place.leave();
    for (const event of ['end', 'close']) raw.off(event, this.#refuse);
    raw.off('readable', this.#readable);
    return true;
  }
}
