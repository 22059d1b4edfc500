import { PREFACE as CLIENT_PREFACE } from '../../http2/session/codes.ts';
import type { Reader } from './accepted-socket.ts';
import type { ReadBuffers } from '../bytes/read-buffers.ts';
import { SMALL_READ } from '../bytes/read-buffers.ts';
import type { Timed } from '../load/coarse-clock.ts';
import type { ClientStream } from './client-stream.ts';
import type { Connection } from './clients.ts';
import { Place } from './connection-queue.ts';
import type { ClientNeeds } from './needs.ts';
import { DRAIN_GRACE, type IdleClient } from './waiting-connections.ts';

const PREFACE = Buffer.from(CLIENT_PREFACE, 'latin1');

/** Create the connection that continues once the protocol is known. */
export interface NextConnection {
  readonly http1: () => Connection;
  readonly http2: () => Connection;
}

type PrefaceNeeds = Pick<
  ClientNeeds,
  'clock' | 'settings' | 'waiting' | 'connectionReplaced' | 'connectionClosed'
> & { readonly buffers: ReadBuffers };

/** A connection whose first bytes show its protocol: HTTP/2 with prior knowledge, or HTTP/1. */
export class Preface implements Connection, Timed, Reader, IdleClient {
  readonly client: ClientStream;
  readonly writer = { isAnswerUnread: false } as const;
  readonly place: Place<IdleClient> = new Place<IdleClient>(this);
  clockIndex = -1;
  clientIndex = -1;
  readonly readBuffer: Buffer;
  readonly readSize = SMALL_READ;
  deadline: number;
  readonly #needs: PrefaceNeeds;
  readonly #next: NextConnection;
  readonly #onClose = () => this.#closed();
  /** The bytes of an incomplete preface. */
  #held = Buffer.alloc(0);
  #isOver = false;

  constructor(needs: PrefaceNeeds, client: ClientStream, next: NextConnection) {
    this.#needs = needs;
    this.client = client;
    this.#next = next;
    this.readBuffer = needs.buffers.shared;
    this.deadline = needs.clock.now + needs.settings.keepaliveTimeout;
    needs.clock.add(this);
    needs.waiting.silent.append(this.place);
    client.stream.on('close', this.#onClose);
    client.stream.on('end', this.#onClose);
    client.deliverTo(this);
  }

  received(buf: Buffer, size: number): void {
    const { clock, settings } = this.#needs;
    if (this.#held.length === 0) this.deadline = clock.now + settings.requestHeadTimeout;
    const bytes = Buffer.concat([this.#held, buf.subarray(0, size)]);
    const length = Math.min(bytes.length, PREFACE.length);
    if (bytes.compare(PREFACE, 0, length, 0, length) !== 0) this.#goOn(bytes, this.#next.http1);
    else if (length < PREFACE.length) this.#held = bytes;
    else this.#goOn(bytes, this.#next.http2);
  }

  #goOn(bytes: Buffer, next: () => Connection): void {
    if (!this.#leave()) return;
    this.#needs.connectionReplaced(this, next());
    this.client.deliver(bytes);
  }

  drain(): void {
    this.deadline = Math.min(this.deadline, this.#needs.clock.now + DRAIN_GRACE);
  }

  cut(): boolean {
    this.destroy();
    return false;
  }

  destroy(): void {
    this.place.leave();
    this.client.stream.destroy();
  }

  expire(): void {
    this.destroy();
  }

  /** Returns false if this object has already given up the connection. */
  #leave(): boolean {
    if (this.#isOver) return false;
    this.#isOver = true;
    this.#needs.clock.remove(this);
    this.place.leave();
    this.client.stream.off('close', this.#onClose);
    this.client.stream.off('end', this.#onClose);
    return true;
  }

  #closed(): void {
    if (!this.#leave()) return;
    this.client.stream.destroy();
    this.#needs.connectionClosed(this);
  }
}
