import type { Duplex } from 'node:stream';
import type { HeadLimits } from '../http1/limits.ts';
import { ResponseParser } from '../http1/response-parser.ts';
import type { Endpoint } from '../routing/route.ts';
import { ByteWindow } from './byte-window.ts';
import type { IdleWatch } from './idle-deadlines.ts';
import type { LoopTurn } from './loop-turn.ts';
import type { ReadBuffers } from './read-buffers.ts';
import { SocketWriter } from './socket-writer.ts';

/** Where a dialled connection delivers its bytes: the `onread` option of `net.connect`. */
export interface ReadInto {
  readonly buffer: () => Buffer;
  /** Return false to stop reading until the connection is resumed. */
  readonly callback: (size: number, buffer: Uint8Array) => boolean;
}

/** Reaches a pod. The stream need not be connected yet; it emits `connect` when it is. */
export type Dial = (endpoint: Endpoint, read: ReadInto) => Duplex;

/** Whoever a connection works for at the moment: an exchange, then perhaps a tunnel; nobody while it is pooled. */
export interface UpstreamUser {
  opened(): void;
  /** `buf[start, end)` is the reader's only until it returns, unless it calls `retain()`. False: stop reading. */
  received(buf: Buffer, start: number, end: number): boolean;
  /** The pod's FIN. */
  ended(): void;
  /** Gone; `error` when it was not by our own or the pod's orderly end. */
  closed(error: Error | undefined): void;
  drained(): void;
}

/** Told once when a connection is gone, whoever used it. */
export interface UpstreamOwner {
  connectionClosed(connection: UpstreamConnection): void;
}

/** What every connection of a pool is made with. */
export interface Dialling {
  readonly dial: Dial;
  readonly buffers: ReadBuffers;
  readonly responseLimits: HeadLimits;
  readonly turn: LoopTurn;
}

/** One connection to one pod port. */
export class UpstreamConnection {
  readonly endpoint: Endpoint;
  readonly stream: Duplex;
  readonly writer: SocketWriter;
  readonly parser: ResponseParser;
  /** A response head whose end has not come yet. */
  readonly held = new ByteWindow();
  user: UpstreamUser | undefined;
  /** Carried an exchange before: the pod may be closing it while we write. */
  reused = false;
  /** On the worker's clock, while pooled. */
  idleUntil = 0;
  /** Its pools will look at it when it may have been idle for too long. */
  watch: IdleWatch | undefined;
  /** The turn of the event loop in which it was given back last. */
  releasedIn = 0;
  gone = false;
  #error: Error | undefined;
  readonly #owner: UpstreamOwner;
  readonly #buffers: ReadBuffers;
  #buffer: Buffer;
  #retained = false;
  /** The biggest read of the exchange it carries. */
  #most = 0;

  constructor(endpoint: Endpoint, user: UpstreamUser, owner: UpstreamOwner, dialling: Dialling) {
    this.endpoint = endpoint;
    this.user = user;
    this.#owner = owner;
    this.#buffers = dialling.buffers;
    this.parser = new ResponseParser(dialling.responseLimits);
    this.#buffer = dialling.buffers.first();
    const stream = dialling.dial(endpoint, {
      buffer: () => this.#buffer,
      callback: (size) => this.#read(size),
    });
    this.stream = stream;
    this.writer = new SocketWriter(stream, dialling.turn);
    stream.on('connect', () => this.user?.opened());
    stream.on('drain', () => this.user?.drained());
    stream.on('end', () => this.#end());
    stream.on('error', (error: Error) => {
      this.#error = error;
    });
    stream.on('close', () => this.#close());
  }

  /** The bytes just delivered are still referred to by a pending write: read the next ones elsewhere. */
  retain(): void {
    this.#retained = true;
  }

  resume(): void {
    this.stream.resume();
  }

  destroy(): void {
    this.stream.destroy();
  }

  #read(size: number): boolean {
    const buffer = this.#buffer;
    const user = this.user;
    if (user === undefined) {
      // Nobody asked: an answer without a request (UF-32), or a 408 for an idle connection. It never reaches anyone.
      this.stream.destroy();
      return false;
    }
    const goOn = user.received(buffer, 0, size);
    // Only here may the buffer change: the socket asks for the next one when this call returns.
    const idle = this.user === undefined;
    this.#most = Math.max(this.#most, size);
    this.#buffer = this.#buffers.next(buffer, { size, most: this.#most, retained: this.#retained, idle });
    this.#retained = false;
    if (idle) this.#most = 0;
    return goOn;
  }

  #end(): void {
    if (this.user === undefined) this.stream.destroy();
    else this.user.ended();
  }

  #close(): void {
    this.gone = true;
    this.#buffers.giveBack(this.#buffer);
    this.#owner.connectionClosed(this);
    const user = this.user;
    this.user = undefined;
    user?.closed(this.#error);
  }
}
