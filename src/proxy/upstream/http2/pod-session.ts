import { constants, type ClientHttp2Session, type ClientHttp2Stream, connect } from 'node:http2';
import type { Duplex } from 'node:stream';
import { TLSSocket } from 'node:tls';
import { withoutErrorListener, NativeSession } from '../../bytes/native-session.ts';
import { listStreamsApart } from '../../bytes/open-streams.ts';
import type { Endpoint } from '../../../routing/endpoint.ts';
import type { OpenedSocket } from './open-socket.ts';

/** Bytes of one response that may come before the client takes them: what a paused stream holds in this process. */
const STREAM_WINDOW = 65_536;
/** Bytes of all responses of one connection that the pod may send ahead. */
const SESSION_WINDOW = 1_048_576;
/** Milliseconds of silence, with streams open, after which the pod is asked for a sign of life, and then for its answer. */
const PING_AFTER = 30_000;
const PONG_WITHIN = 15_000;

/** Clients may repeat fields, for which Node would throw, and white space around a pod's value is trimmed. Its types lack the first. */
const AS_IN_HTTP1 = { strictSingleValueFields: false, strictFieldWhitespaceValidation: false };

/** Who waits for a connection that is being opened. */
export interface SessionUser {
  opened(): void;
  /** The pod takes fewer streams at a time than wait here. */
  crowded(): void;
  /** It failed. */
  closed(error: Error | undefined): void;
}

/** What becomes of a session. */
export interface SessionOwner {
  sessionOpened(session: PodSession): void;
  /** Once. */
  sessionClosed(session: PodSession): void;
}

export interface SessionLimits {
  /** Streams at a time, if the pod allows as many. */
  readonly streams: number;
  /** Bytes of a response head. */
  readonly head: number;
  readonly fields: number;
  /** Milliseconds until the pod has sent its SETTINGS. */
  readonly opening: number;
}

/** One HTTP/2 connection to one pod port. */
export class PodSession {
  readonly endpoint: Endpoint;
  readonly address: string;
  /** The pod has sent its SETTINGS, so it speaks HTTP/2 and says how many streams it takes. */
  opened = false;
  gone = false;
  /** On the worker's clock: since when no stream is open. */
  idleSince: number;
  /** Streams that were opened so far. */
  carried = 0;
  readonly #socket: Duplex;
  #session: ClientHttp2Session | undefined;
  #native: NativeSession | undefined;
  readonly #users = new Set<SessionUser>();
  readonly #limits: SessionLimits;
  #streams = 0;
  #leaving = false;
  #error: Error | undefined;
  #heard: number;
  #asked = 0;

  constructor(
    {
      endpoint,
      address,
      now,
    }: { readonly endpoint: Endpoint; readonly address: string; readonly now: number },
    { socket, ready }: OpenedSocket,
    owner: SessionOwner,
    limits: SessionLimits,
  ) {
    this.endpoint = endpoint;
    this.address = address;
    this.idleSince = now;
    this.#heard = now;
    this.#limits = limits;
    this.#socket = socket;
    socket.on('error', (error: Error) => {
      this.#error ??= error;
    });
    socket.on('close', () => this.#closed(owner));
    // Node ends its side behind the last stream, and would wait for the pod's for ever.
    socket.on('finish', () => socket.destroy());
    socket.once(ready, () => this.#begin(owner));
  }

  /** Node aborts the process when a session is made ready by a socket that was destroyed in the same event. */
  #begin(owner: SessionOwner): void {
    const socket = this.#socket;
    if (socket.destroyed) return;
    if (socket instanceof TLSSocket && socket.alpnProtocol !== 'h2') {
      socket.destroy(Object.assign(new Error('the pod did not choose h2'), { code: 'ERR_TLS_NO_H2' }));
      return;
    }
    const { head, fields, streams } = this.#limits;
    const options = {
      createConnection: () => socket,
      settings: { enablePush: false, initialWindowSize: STREAM_WINDOW, maxHeaderListSize: head },
      maxHeaderListPairs: fields,
      // Of the pod's pushes none is taken.
      maxReservedRemoteStreams: 0,
      peerMaxConcurrentStreams: streams,
      ...AS_IN_HTTP1,
    };
    const session = withoutErrorListener(socket, () => connect('http://pod', options));
    this.#session = session;
    this.#native = new NativeSession(session);
    listStreamsApart(session);
    session.once('connect', () => session.setLocalWindowSize(SESSION_WINDOW));
    session.on('remoteSettings', () => this.#settled(owner));
    // For every last stream, Node ends those above it with REFUSED_STREAM and the session after the others.
    session.on('goaway', () => {
      this.#leaving = true;
    });
    session.on('error', (error: Error) => {
      this.#error = error;
    });
    session.on('close', () => this.#closed(owner));
  }

  /** Another stream may be opened on it. */
  get hasRoom(): boolean {
    // Destroyed by an error, it is gone a little later.
    const isEnding = this.#leaving || this.gone || this.#session?.destroyed === true;
    return !isEnding && this.#streams + this.#users.size < this.#most;
  }

  get streams(): number {
    return this.#streams;
  }

  get #most(): number {
    const theirs = this.#session?.remoteSettings.maxConcurrentStreams ?? Infinity;
    return Math.min(theirs, this.#limits.streams);
  }

  /** `user.opened()` or `user.closed()` follows, later. */
  wait(user: SessionUser): void {
    this.#users.add(user);
  }

  leave(user: SessionUser): void {
    this.#users.delete(user);
  }

  /**
   * The stream counts until `streamClosed` is called.
   * @throws when the session has begun to end
   */
  request(fields: readonly string[], endStream: boolean): ClientHttp2Stream {
    const stream = (this.#session as ClientHttp2Session).request(fields, { endStream });
    // Only a stream that writes is left to the collector.
    if (!endStream) this.#native?.outlives(stream);
    this.#streams += 1;
    this.carried += 1;
    return stream;
  }

  streamClosed(now: number): void {
    this.#streams -= 1;
    if (this.#streams === 0) this.idleSince = now;
  }

  /** The pod sent something. */
  heard(now: number): void {
    this.#heard = now;
  }

  /** Ends a connection that is not opened in time, or gives no sign of life; the answer to a ping is one. */
  check(now: number): void {
    if (!this.opened && now - this.idleSince >= this.#limits.opening) this.#tooLate();
    if (this.#streams === 0 || !this.opened || this.#session?.destroyed === true) return;
    const silence = now - Math.max(this.#heard, this.idleSince);
    if (silence >= PING_AFTER + PONG_WITHIN && this.#asked > this.#heard) this.destroy();
    else if (silence >= PING_AFTER && this.#asked <= this.#heard) {
      this.#asked = now;
      this.#session?.ping((error) => {
        if (error === null) this.#heard = Math.max(this.#heard, this.#asked);
      });
    }
  }

  /** The next request shall try another one: what was lost on the way of this one may not come for minutes. */
  #tooLate(): void {
    this.#error ??= Object.assign(new Error('the pod sent no SETTINGS in time'), { code: 'ETIMEDOUT' });
    this.destroy();
  }

  /** No further stream; it ends with the last one. */
  end(): void {
    this.#leaving = true;
    if (this.opened) this.#session?.close();
    else this.destroy();
  }

  destroy(): void {
    if (this.#session === undefined) this.#socket.destroy();
    else this.#session.destroy(undefined, constants.NGHTTP2_NO_ERROR);
  }

  #settled(owner: SessionOwner): void {
    if (!this.opened) {
      this.opened = true;
      owner.sessionOpened(this);
    }
    // A pod that takes none for now is waited for.
    if (this.#most === 0) return;
    for (const user of this.#users) {
      this.#users.delete(user);
      if (this.#leaving || this.#streams >= this.#most) user.crowded();
      else user.opened();
    }
  }

  #closed(owner: SessionOwner): void {
    if (this.gone) return;
    this.gone = true;
    this.#native?.closed();
    owner.sessionClosed(this);
    const users = [...this.#users];
    this.#users.clear();
    for (const user of users) user.closed(this.#error);
  }
}
