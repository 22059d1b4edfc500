import type { Duplex } from 'node:stream';
import type { RuleOf } from '../../../boundary/response-rules.ts';
import { ConnectionHeads } from '../../../http1/connection-heads.ts';
import type { ResponseHead } from '../../../http1/response-head.ts';
import type { SharedResponses } from '../../../http1/response-heads.ts';
import type { ConnectionBehaviour } from '../../../routing/connection-behaviour.ts';
import type { ConnectionMark } from '../../../routing/concurrency.ts';
import type { Endpoint } from '../../../routing/route.ts';
import { ByteWindow } from '../../bytes/byte-window.ts';
import type { LoopTurn } from '../../bytes/loop-turn.ts';
import { readByData } from '../../../bytes/read-by-data.ts';
import type { Hold, ReadBuffers } from '../../bytes/read-buffers.ts';
import { SlowReads } from '../../bytes/slow-reads.ts';
import { SocketWriter } from '../../bytes/socket-writer.ts';
import { UpstreamReads } from '../../bytes/upstream-reads.ts';
import type { Dial } from '../dial.ts';

/** The current user of a connection: a request, and then possibly a tunnel. A pooled connection has no user. */
export interface UpstreamSink {
  opened(): void;
  /**
   * `buf[start, end)` is valid only until this returns, unless it calls `recordHold(buf, 'kept')`. Returns false to stop
   * reading.
   */
  received(buf: Buffer, start: number, end: number): boolean;
  /** The pod has ended its side. */
  ended(): void;
  /** The connection is gone. `error` is undefined if podway or the pod ended it properly. */
  closed(error: Error | undefined): void;
  drained(): void;
}

/** Learns what happens to a connection, regardless of its user. */
export interface UpstreamListener {
  connectionOpened(connection: UpstreamConnection): void;
  /** The pod has sent its first byte. */
  firstByte(connection: UpstreamConnection): void;
  /** The pod has sent bytes without a request. */
  pushed(connection: UpstreamConnection): void;
  /** The connection is gone. Called once. */
  connectionClosed(connection: UpstreamConnection): void;
}

/** One address of a pod that has two. */
export type AddressChoice = ConnectionBehaviour['address'];

/** The identity of a connection, and where it goes. */
export interface Call {
  readonly endpoint: Endpoint;
  readonly serial: number;
  readonly which: AddressChoice;
}

/** What all connections of a pool are created with. */
export interface Dialling {
  readonly dial: Dial;
  readonly buffers: ReadBuffers;
  readonly responses: SharedResponses;
  readonly turn: LoopTurn;
}

/** Where a connection is: in use, or idle in one of three places. */
export type ConnectionPlace = 'busy' | 'pool' | 'watched' | 'login';

/**
 * The entry of a connection in IdleDeadlines; empty once the connection is gone, which may be long before the entry is
 * due.
 */
export interface IdleWatch {
  connection: UpstreamConnection | undefined;
}

/** One connection to one pod port. */
export class UpstreamConnection implements ConnectionMark {
  readonly endpoint: Endpoint;
  readonly serial: number;
  /** The address that was dialled. */
  readonly address: string;
  readonly which: AddressChoice;
  readonly openBefore: number;
  readonly closedBefore: number;
  answered = false;
  readonly stream: Duplex;
  /** It may carry another exchange (see Dialled). */
  readonly reusable: boolean;
  /** As in Dialled. */
  readonly mayBeCut: boolean;
  readonly writer: SocketWriter;
  readonly heads: ConnectionHeads<ResponseHead, RuleOf<'head'>>;
  /** A response head whose end has not come yet. */
  readonly partialHead = new ByteWindow();
  handler: UpstreamSink | undefined;
  /** It carried an exchange before: the pod may be closing it while podway writes. */
  reused = false;
  place: ConnectionPlace = 'busy';
  /** When its idle time ends, on the worker's clock. */
  idleUntil = 0;
  /** Its entry in IdleDeadlines. */
  watch: IdleWatch | undefined;
  /** The turn of the event loop in which it was released last. */
  releasedIn = 0;
  /** Its next request must wait for the end of the turn: the pod may have pushed bytes that podway has not read yet. */
  resting = false;
  /** The last exchange on it had a request with a body. */
  behindBody = false;
  /** When it was opened, on the worker's clock, until the first byte comes; else -1. */
  waitingSince = -1;
  /** It has waited for its first byte for so long that podway closed idle connections to its pod. */
  overdue = false;
  opened = false;
  gone = false;
  #error: Error | undefined;
  readonly #owner: UpstreamListener;
  readonly #reads: UpstreamReads;
  readonly #slowReads: SlowReads;

  constructor(call: Call, handler: UpstreamSink, owner: UpstreamListener, dialling: Dialling) {
    const { endpoint } = call;
    this.endpoint = endpoint;
    this.serial = call.serial;
    const second = call.which === 'second' ? endpoint.secondAddress : undefined;
    this.which = second === undefined ? 'first' : 'second';
    this.address = second ?? endpoint.address;
    this.openBefore = endpoint.behaviour.open;
    this.closedBefore = endpoint.behaviour.closed;
    this.handler = handler;
    this.#owner = owner;
    this.#reads = new UpstreamReads(dialling.buffers);
    this.heads = new ConnectionHeads(dialling.responses);
    const read = { buffer: () => this.#reads.buffer, callback: (size: number) => this.#read(size) };
    const { stream, ready, reads, reusable, mayBeCut = false } = dialling.dial(endpoint, this.address, read);
    this.stream = stream;
    this.reusable = reusable;
    this.mayBeCut = mayBeCut;
    if (reads === 'by-data') readByData(stream, read);
    this.writer = new SocketWriter(stream, dialling.turn);
    this.#slowReads = new SlowReads(dialling.turn, () => stream.resume());
    stream.once(ready, () => this.#open());
    stream.on('drain', () => this.handler?.drained());
    stream.on('end', () => this.#end());
    stream.on('error', (error: Error) => {
      this.#error = error;
    });
    stream.on('close', () => this.#close());
  }

  /** As in UpstreamReads. */
  recordHold(buf: Buffer, hold: Hold): void {
    this.#reads.recordHold(buf, hold);
  }

  resume(): void {
    this.stream.resume();
  }

  destroy(): void {
    this.stream.destroy();
  }

  #read(size: number): boolean {
    const handler = this.handler;
    if (handler === undefined) {
      // The bytes are unsolicited: an answer without a request (UF-32), or a 408 for an idle connection. No client gets
      // them.
      this.#owner.pushed(this);
      this.stream.destroy();
      return false;
    }
    if (this.waitingSince >= 0) this.#owner.firstByte(this);
    this.#slowReads.begin(size);
    // A handler that accepts no more bytes calls `resume` itself.
    const goOn = handler.received(this.#reads.buffer, 0, size) && !this.#slowReads.end();
    // The buffer may change only here: the socket asks for the next one when this call returns.
    this.#reads.processed(size, this.handler === undefined);
    return goOn;
  }

  #open(): void {
    this.opened = true;
    this.#owner.connectionOpened(this);
    this.handler?.opened();
  }

  #end(): void {
    if (this.handler === undefined) this.stream.destroy();
    else this.handler.ended();
  }

  #close(): void {
    this.gone = true;
    this.#reads.giveBack();
    this.#owner.connectionClosed(this);
    const handler = this.handler;
    this.handler = undefined;
    handler?.closed(this.#error);
  }
}
