/* oxlint-disable no-underscore-dangle -- Node's names, used nowhere else */
import { type Server, Socket, type SocketConstructorOpts } from 'node:net';
import { type ReadInto, readByData } from '../bytes/read-by-data.ts';

/** What `net.Server` gives an accepted socket besides its documented face. */
interface Accepted {
  _handle?: object | null;
  _server?: object | null;
}

/** What a `net.Server` has besides its documented face. */
interface Listening {
  _handle?: { onconnection?: unknown } | null;
  _connections?: number;
}

/** A TCP connection of the kernel, as Node's own code sees it. */
interface NativeConnection {
  getpeername(peer: { address?: string }): number;
  setNoDelay(on: boolean): number;
  setKeepAlive(on: boolean, seconds: number): number;
  close(): void;
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

/**
 * Makes a listening server hand over its connections without a socket, which `readInto` would throw away. TCP_NODELAY is set, and TCP
 * notices dead peers after `keepAlive` milliseconds. Should a version of Node not have the listener's callback where it was since
 * 2010, the server goes on to emit `connection`.
 */
export function acceptHandles(
  server: Server,
  keepAlive: number,
  accept: (accepted: AcceptedHandle) => void,
): void {
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
    handle.setNoDelay(true);
    handle.setKeepAlive(true, keepAlive / 1_000);
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
