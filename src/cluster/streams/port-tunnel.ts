import { Duplex } from 'node:stream';
import type { ReadInto } from '../../bytes/read-by-data.ts';
import type { Violation } from '../../podstream/channel-frames.ts';
import { type MessagePiece, PortForward } from '../../podstream/port-forward.ts';
import type { Clock } from '../clock.ts';
import type { OpenForward } from './open-forward.ts';
import { ForwardSocket } from './forward-socket.ts';
import type { Closure } from './closure.ts';
import { openingError, refusalError, TunnelError } from './tunnel-error.ts';

const NORMAL = 1000;
/** The channel of the only port in the request. */
const DATA = 0;
/** Bytes that may wait to be read, and to be written, before podway stops the other side. */
const HIGH_WATER_MARK = 65_536;
const LINGER_TIMEOUT = 60_000;

/**
 * Bytes of tunnels, summed up over all that share the record; `dead`: tunnels that ended because the API server no
 * longer responded.
 */
export interface TunnelTraffic {
  received: number;
  sent: number;
  dead: number;
}

export interface TunnelOptions {
  readonly port: number;
  readonly open: OpenForward;
  readonly clock: Clock;
  /** Milliseconds until `connect`, including all waits. */
  readonly connectTimeout: number;
  /** Milliseconds of silence after which podway pings the API server; after three times as much the tunnel is dead. */
  readonly pingAfter?: number;
  /** Milliseconds of silence that end the tunnel after our side has ended; a minute by default. */
  readonly lingerTimeout?: number;
  readonly traffic?: TunnelTraffic;
  /** Where its bytes go instead of `data` events, as with the `onread` option of `net.connect`. */
  readonly read?: ReadInto;
  /** Called before `connect`. False ends the tunnel, which has sent no data by then. */
  readonly isStillNeeded?: () => boolean;
}

/**
 * One TCP connection in a pod, over its own WebSocket to the API server (`v4.channel.k8s.io`). Like a socket it may be
 * half-open and emits `connect`; data written before that waits. `openTunnel` makes one:
 *
 *     const tunnel = openTunnel(api, { namespace, pod, port }, { clock: systemClock, connectTimeout: 10_000 });
 *     tunnel.on('error', ({ code, message }: TunnelError) => ...);
 *     socket.pipe(tunnel).pipe(socket);
 *
 * | event | effect |
 * |---|---|
 * | both channels of the port have begun | `connect`. The runtime dials only now: an error may follow |
 * | close frame 1000: the pod has ended | `end`; later data is discarded, because the pod does not read it |
 * | any other end | `error` with ECONNRESET, never `end` |
 * | the runtime or the API server refuses | `error` with a TunnelCode, which says whether anything was delivered |
 * | `end()` | the protocol cannot signal it to the pod, which may still answer; ends after `lingerTimeout` of silence |
 * | `destroy()` | close frame 1000 |
 *
 * A caller that does not read stops the pod, and a pod that does not read stops the caller: at most HIGH_WATER_MARK
 * bytes wait here in each direction, and one read of the connection more.
 */
export class PortTunnel extends Duplex {
  readonly #clock: Clock;
  readonly #connectTimeout: number;
  readonly #pingAfter: number | undefined;
  readonly #lingerTimeout: number;
  readonly #traffic: TunnelTraffic;
  readonly #isStillNeeded: () => boolean;
  readonly #forward: PortForward;
  readonly #opening = new AbortController();
  readonly #read: ReadInto | undefined;
  /** The bytes of one piece that arrived and that `#read` did not take. */
  #rest: Uint8Array | undefined;
  /** The tunnel ends after `#rest`. */
  #endsAfterRest = false;
  #socket: ForwardSocket | undefined;
  /** Milliseconds that the tunnel waited for its turn. */
  #waited = 0;
  #isConnected = false;
  /** The tunnel has ended, by the peer or by `destroy`. */
  #isOver = false;
  #anyByte = false;
  /** What to do at `connect`. */
  #whenConnected: (() => void) | undefined;
  #cancel: () => void;

  constructor({ port, open, clock, connectTimeout, ...more }: TunnelOptions) {
    super({ allowHalfOpen: true, highWaterMark: HIGH_WATER_MARK });
    this.#clock = clock;
    this.#connectTimeout = connectTimeout;
    this.#pingAfter = more.pingAfter;
    this.#lingerTimeout = more.lingerTimeout ?? LINGER_TIMEOUT;
    this.#isStillNeeded = more.isStillNeeded ?? (() => true);
    this.#traffic = more.traffic ?? { received: 0, sent: 0, dead: 0 };
    this.#read = more.read;
    this.#forward = new PortForward([port]);
    this.#cancel = clock.alarm(connectTimeout, () => this.#late());
    void this.#openBy(open);
  }

  override _read(): void {
    if (this.#read === undefined && this.#socket?.isPaused === true) this.#socket.resume();
  }

  /** Before `connect` podway goes on reading: the messages that open the tunnel are not data. */
  override pause(): this {
    if (this.#read !== undefined && this.#isConnected) this.#socket?.pause();
    return super.pause();
  }

  override resume(): this {
    super.resume();
    if (this.#read !== undefined) this.#readOn();
    return this;
  }

  override _write(chunk: Buffer, _: BufferEncoding, done: () => void): void {
    if (this.#isConnected) this.#send(chunk, done);
    else this.#whenConnected = () => this.#send(chunk, done);
  }

  override _final(done: () => void): void {
    if (this.#isConnected) this.#finish(done);
    else this.#whenConnected = () => this.#finish(done);
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.#cancel();
    this.#opening.abort();
    const socket = this.#socket;
    if (error !== null) socket?.destroy(error.message);
    else if (!this.#isOver) {
      socket?.close(NORMAL);
      // The answer to the close frame comes after bytes that podway has not read.
      socket?.resume();
    }
    this.#isOver = true;
    done(error);
  }

  async #openBy(open: OpenForward): Promise<void> {
    try {
      const { connection, waited = 0 } = await open(this.#opening.signal);
      if (this.destroyed) return void connection.destroy();
      this.#waited = waited;
      this.#socket = new ForwardSocket(connection, this.#clock, this.#handlers());
      this.#socket.resume();
    } catch (error) {
      const why = openingError(error);
      // What took most of the time is a better reason than the cancelled request.
      this.destroy(why.failure?.reason === 'cut' ? this.#lateness() : why);
    }
  }

  #late(): void {
    if (this.#socket === undefined) this.#opening.abort();
    else this.destroy(this.#lateness());
  }

  /** What took most of the time: the wait for earlier tunnels, or the API server and the pod. */
  #lateness(): TunnelError {
    const code = this.#waited * 2 > this.#connectTimeout ? 'ETUNNELLIMIT' : 'ETIMEDOUT';
    return new TunnelError(code, `the tunnel was not open within ${this.#connectTimeout} ms`);
  }

  #handlers() {
    return {
      ...(this.#pingAfter !== undefined && { pingAfter: this.#pingAfter }),
      piece: (piece: MessagePiece) => this.#received(piece),
      violated: (violation: Violation) => this.#violated(violation),
      died: () => (this.#traffic.dead += 1),
      closed: (closure: Closure) => this.#closed(closure),
    };
  }

  #received(piece: MessagePiece): void {
    if (this.#isOver) return;
    const news = this.#forward.receive(piece);
    switch (news?.type) {
      case undefined:
        return;
      case 'open':
        if (!this.#isStillNeeded())
          return this.#fail(new TunnelError('EPODREFUSED', 'the pod is no longer there'));
        this.#connected();
        return this.#pass(news.bytes);
      case 'data':
        return this.#pass(news.bytes);
      case 'refused':
        return this.#fail(refusalError(news.refusal));
      case 'violation':
        return this.#violated(news);
    }
  }

  #violated({ code, detail }: Violation): void {
    this.#socket?.close(code, detail);
    if (!this.#isOver) this.#fail(new TunnelError('ECONNRESET', detail));
  }

  #connected(): void {
    this.#isConnected = true;
    this.#cancel();
    this.emit('connect');
    const waiting = this.#whenConnected;
    this.#whenConnected = undefined;
    waiting?.();
  }

  #pass(bytes: Uint8Array): void {
    if (bytes.length === 0 || this.destroyed) return;
    this.#anyByte = true;
    this.#traffic.received += bytes.length;
    if (this.#read !== undefined) this.#hand(bytes, this.#read);
    else if (!this.push(Buffer.from(bytes)) && !this.#isOver) this.#socket?.pause();
  }

  /**
   * Passes bytes to `read`. Bytes that it does not take wait, and the connection pauses. Returns false if it takes no
   * more now.
   */
  #hand(bytes: Uint8Array, { buffer, callback }: ReadInto): boolean {
    let isTaken = !this.isPaused();
    let at = 0;
    while (isTaken && at < bytes.length && !this.destroyed) {
      const into = buffer();
      const part = bytes.subarray(at, at + into.length);
      into.set(part);
      at += part.length;
      isTaken = callback(part.length, into) && !this.isPaused();
    }
    if (isTaken) return true;
    this.#socket?.pause();
    if (at < bytes.length) this.#rest = Uint8Array.from(bytes.subarray(at));
    return false;
  }

  /** Goes on reading; bytes that wait come first. */
  #readOn(): void {
    const socket = this.#socket;
    const rest = this.#rest;
    this.#rest = undefined;
    const goesOn = rest === undefined || this.#read === undefined || this.#hand(rest, this.#read);
    if (this.#rest === undefined && this.#endsAfterRest) this.#pushEnd();
    else if (goesOn && socket?.isPaused === true) socket.resume();
  }

  #pushEnd(): void {
    this.#endsAfterRest = false;
    this.push(null);
    // Node emits `end` only during a read, and bytes that go to `read` cause none.
    if (this.#read !== undefined) this.read(0);
  }

  #closed({ code, detail }: Closure): void {
    if (this.#isOver) return;
    if (!this.#isConnected) {
      this.#fail(new TunnelError('ETUNNELUNAVAILABLE', `the tunnel ended before it was open: ${detail}`));
    } else if (code === NORMAL) {
      this.#isOver = true;
      this.#cancel();
      if (this.#rest === undefined) this.#pushEnd();
      else this.#endsAfterRest = true;
    } else {
      this.#fail(new TunnelError('ECONNRESET', detail));
    }
  }

  /** After the pod has answered, every failure of the tunnel is a broken connection. */
  #fail(error: TunnelError): void {
    this.destroy(this.#anyByte ? new TunnelError('ECONNRESET', error.message) : error);
  }

  #send(chunk: Buffer, done: () => void): void {
    this.#traffic.sent += chunk.length;
    if (this.#isOver) done();
    else this.#socket?.send(DATA, chunk, done);
  }

  #finish(done: () => void): void {
    this.#closeWhenSilent();
    done();
  }

  #closeWhenSilent(): void {
    this.#cancel = this.#clock.alarm(this.#lingerTimeout, () => {
      const socket = this.#socket;
      if (socket === undefined) return;
      if (socket.isPaused || socket.idle < this.#lingerTimeout) this.#closeWhenSilent();
      else this.destroy();
    });
  }
}
