/* oxlint-disable no-underscore-dangle -- Node's names, used nowhere else */
import { Socket, type SocketConstructorOpts } from 'node:net';
import { type ReadInto, readByData } from '../bytes/read-by-data.ts';

/** What `net.Server` gives an accepted socket besides its documented face. */
interface Accepted {
  _handle?: object | null;
  _server?: object | null;
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
  accepted: Socket,
  { shared, opening }: SharedBuffer,
  highWaterMark: number,
  reader: () => Reader,
): Socket {
  const { _handle: handle, _server: server } = accepted as unknown as Accepted;
  const onread = intoBuffersOf(reader, { shared, opening });
  if (handle === undefined || handle === null || server === undefined) {
    readByData(accepted, onread);
    return accepted;
  }
  const options = { handle, allowHalfOpen: true, highWaterMark, onread };
  const socket = new Socket(options as unknown as SocketConstructorOpts);
  // The server counts its connections, and each takes itself off the count.
  (accepted as unknown as Accepted)._handle = null;
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
