/* oxlint-disable no-underscore-dangle -- Node's names, used nowhere else */
import { type Server, Socket, type SocketConstructorOpts } from 'node:net';
import { platform } from 'node:os';
import { type ReadInto, readByData } from '../../bytes/read-by-data.ts';

/** What `net.Server` gives an accepted socket besides its documented face. */
interface Accepted {
  _handle?: object | null;
  _server?: object | null;
}

/** A TCP socket of the kernel, as Node's own code sees it. The calls return 0, or an error of libuv. */
interface NativeSocket {
  setNoDelay(on: boolean): number;
  setKeepAlive(on: boolean, seconds: number): number;
}

/** One that listens. */
interface NativeListener extends Partial<NativeSocket> {
  onconnection?: unknown;
}

/** One that is connected. */
interface NativeConnection extends NativeSocket {
  getpeername(peer: { address?: string }): number;
  close(): void;
}

/** What a `net.Server` has besides its documented face. */
interface Listening {
  _handle?: NativeListener | null;
  _connections?: number;
  /** The server sets TCP_NODELAY and SO_KEEPALIVE on each accepted socket. */
  noDelay?: boolean;
  keepAlive?: boolean;
}

/** A connection that a listener accepted, for which there is no socket yet. */
export class AcceptedHandle {
  readonly _handle: NativeConnection;
  readonly _server: Server;

  constructor(handle: NativeConnection, server: Server) {
    this._handle = handle;
    this._server = server;
  }

  /** Undefined: already reset by its peer. */
  get remoteAddress(): string | undefined {
    const peer: { address?: string } = {};
    return this._handle.getpeername(peer) === 0 ? peer.address : undefined;
  }

  destroy(): void {
    this._handle.close();
  }
}

/** What the sockets of a listener are to have. */
export const ACCEPTED_OPTIONS = {
  noDelay: true,
  keepAlive: true,
  /** Milliseconds. Half-dead peers (power loss, a dropped route) are noticed by TCP itself after this long. */
  keepAliveInitialDelay: 30_000,
} as const;

/**
 * Sets ACCEPTED_OPTIONS on a listening server's own socket: on Linux each accepted one begins with them, which saves five system calls a
 * connection. Elsewhere, or should a version of Node not have the calls where they are now, the server sets them on each.
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
 * Makes a listening server hand over its connections without a socket, which `readInto` would throw away. Should a version of Node not
 * have the listener's callback where it was since 2010, the server goes on to emit `connection`.
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

/** Where an accepted connection delivers its bytes. */
export interface Reader {
  /** What the next read goes into; many sockets may share it, since bytes are handed out before anybody reads again. */
  readonly readBuffer: Buffer;
  /** So much of it may be filled. */
  readonly readSize: number;
  /** `buf[0, size)` came. */
  received(buf: Buffer, size: number): void;
}

/** A buffer that many sockets read into, and its beginning, of which each gets as much at first. */
export interface SharedBuffer {
  readonly shared: Buffer;
  readonly opening: Buffer;
}

/**
 * A socket that reads into the buffers that `reader()` names, `opening` to begin with. `net` has the `onread` option only for
 * connections that it opens itself, so the handle moves to a socket that is made with it: a tenth less CPU per request,
 * and no memory for reads of idle connections. It must have been accepted paused (`pauseOnConnect`). Should a version of
 * Node not have the handle where it was since 2010, the bytes come by `data`.
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
  // The server counts its connections, and each takes itself off the count.
  if (accepted instanceof AcceptedHandle) (server as Listening)._connections! += 1;
  else (accepted as unknown as Accepted)._handle = null;
  (socket as unknown as Accepted)._server = server;
  return socket;
}

/** Reads into the buffers that `reader()` names, `opening` to begin with. */
function intoBuffersOf(reader: () => Reader, { shared, opening }: SharedBuffer): ReadInto {
  let buffer = shared;
  let part = opening;
  return {
    buffer: () => part,
    callback: (size) => {
      reader().received(buffer, size);
      // It may be another one by now.
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
