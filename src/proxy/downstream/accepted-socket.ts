/* oxlint-disable no-underscore-dangle -- Node's names, used nowhere else */
import { type Server, Socket, type SocketConstructorOpts } from 'node:net';
import { platform } from 'node:os';
import { type ReadInto, readByData } from '../../bytes/read-by-data.ts';

/** The undocumented properties of a socket that a `net.Server` accepted. */
interface Accepted {
  _handle?: object | null;
  _server?: object | null;
}

/** A TCP socket of libuv, as Node's own code uses it. The calls return 0, or an error number of libuv. */
interface NativeSocket {
  setNoDelay(on: boolean): number;
  setKeepAlive(on: boolean, seconds: number): number;
}

/** A socket that listens. */
interface NativeListener extends Partial<NativeSocket> {
  onconnection?: unknown;
}

/** A socket that is connected. */
interface NativeConnection extends NativeSocket {
  getpeername(peer: { address?: string }): number;
  close(): void;
}

/** The undocumented properties of a listening `net.Server`. */
interface Listening {
  _handle?: NativeListener | null;
  _connections?: number;
  /** The server sets TCP_NODELAY and SO_KEEPALIVE on each accepted socket. */
  noDelay?: boolean;
  keepAlive?: boolean;
}

/** A connection that a listener accepted and that has no socket object yet. */
export class AcceptedHandle {
  readonly _handle: NativeConnection;
  readonly _server: Server;

  constructor(handle: NativeConnection, server: Server) {
    this._handle = handle;
    this._server = server;
  }

  /** Undefined if the peer has already reset the connection. */
  get remoteAddress(): string | undefined {
    const peer: { address?: string } = {};
    return this._handle.getpeername(peer) === 0 ? peer.address : undefined;
  }

  destroy(): void {
    this._handle.close();
  }
}

/** Options for the sockets that a listener accepts. */
export const ACCEPTED_OPTIONS = {
  noDelay: true,
  keepAlive: true,
  /** Milliseconds of silence after which TCP begins to probe the peer, to detect one that lost its power or its route. */
  keepAliveInitialDelay: 30_000,
} as const;

/**
 * Sets ACCEPTED_OPTIONS on the listening socket itself. On Linux, accepted sockets inherit them, which saves five
 * system calls per connection. On other platforms, or if a version of Node has these calls elsewhere, the server sets
 * them on each accepted socket.
 */
export function inheritOptions(server: Server): void {
  const listening = server as unknown as Listening;
  const { _handle: listener } = listening;
  if (platform() !== 'linux' || listener?.setNoDelay === undefined) return;
  const seconds = ACCEPTED_OPTIONS.keepAliveInitialDelay / 1_000;
  if (listener.setNoDelay(true) === 0) listening.noDelay = false;
  if (listener.setKeepAlive?.(true, seconds) === 0) listening.keepAlive = false;
}

/**
 * Makes a listening server pass on its connections without a socket object, which `readInto` would discard. If a
 * version of Node has the listener's callback elsewhere than since 2010, the server continues to emit `connection`.
 */
export function acceptHandles(server: Server, accept: (accepted: AcceptedHandle) => void): void {
  const listening = server as unknown as Listening;
  const { _handle: listener } = listening;
  if (listener === undefined || listener === null || typeof listening._connections !== 'number') return;
  const { onconnection } = listener;
  if (typeof onconnection !== 'function') return;
  listener.onconnection = function accepted(error: number, handle: NativeConnection | undefined) {
    if (error !== 0 || typeof handle?.getpeername !== 'function') {
      onconnection.call(this, error, handle);
      return;
    }
    if (listening.noDelay === true) handle.setNoDelay(true);
    if (listening.keepAlive === true)
      handle.setKeepAlive(true, ACCEPTED_OPTIONS.keepAliveInitialDelay / 1_000);
    accept(new AcceptedHandle(handle, server));
  };
}

/** Receives the bytes of an accepted connection. */
export interface Reader {
  /**
   * The buffer for the next read. Many sockets may share it, since podway processes a read before the next read of any
   * socket.
   */
  readonly readBuffer: Buffer;
  /** Maximum size of the next read, in bytes. */
  readonly readSize: number;
  /** The client sent `buf[0, size)`. */
  received(buf: Buffer, size: number): void;
}

/** A buffer that many sockets read into, and its beginning, which each of them uses for its first reads. */
export interface SharedBuffer {
  readonly shared: Buffer;
  readonly opening: Buffer;
}

/**
 * Returns a socket that reads into the buffers that `reader()` names, starting with `opening`. `net` has the `onread`
 * option only for connections that it opens itself, so podway moves the handle to a socket that is created with this
 * option: this takes a tenth less CPU time per request, and idle connections need no memory for reads. The socket must
 * have been accepted paused (`pauseOnConnect`). If a version of Node has the handle elsewhere than since 2010, podway
 * reads by `data` events.
 */
export function readInto(
  accepted: Socket | AcceptedHandle,
  { shared, opening }: SharedBuffer,
  highWaterMark: number,
  reader: () => Reader,
): Socket {
  const { _handle: handle, _server: server } = accepted as unknown as Accepted;
  const onread = intoBuffersOf(reader, { shared, opening });
  if (handle === undefined || handle === null || server === undefined) {
    readByData(accepted as Socket, onread);
    return accepted as Socket;
  }
  const options = { handle, allowHalfOpen: true, highWaterMark, onread };
  const socket = new Socket(options as unknown as SocketConstructorOpts);
  // The server counts its connections; each socket decrements the count when it closes.
  if (accepted instanceof AcceptedHandle) (server as Listening)._connections! += 1;
  else (accepted as unknown as Accepted)._handle = null;
  (socket as unknown as Accepted)._server = server;
  return socket;
}

/** Reads into the buffers that `reader()` names, starting with `opening`. */
function intoBuffersOf(reader: () => Reader, { shared, opening }: SharedBuffer): ReadInto {
  let buffer = shared;
  let part = opening;
  return {
    buffer: () => part,
    callback: (size) => {
      reader().received(buffer, size);
      // `reader()` may return another reader now.
      const { readBuffer, readSize } = reader();
      if (readBuffer !== buffer || readSize !== part.length) {
        buffer = readBuffer;
        if (buffer === shared && readSize === opening.length) part = opening;
        else part = readSize < buffer.length ? buffer.subarray(0, readSize) : buffer;
      }
      return true;
    },
  };
}
