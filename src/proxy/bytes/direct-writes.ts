/* oxlint-disable no-underscore-dangle -- Node's name, used nowhere else */
import { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { getSystemErrorName } from 'node:util';

/** The kernel took a part of what was written: the rest is written when it can be. */
interface PendingWrite {
  /** Set before anything is reported. */
  oncomplete: ((status: number) => void) | null;
}

/** A TCP socket of libuv, as Node's own code writes to it. */
interface NativeSocket {
  /** A number: all was written (0), or nothing, for that error. */
  writeLatin1String(request: null, text: string): number | PendingWrite;
}

/** A socket, as far as its handle is concerned. */
interface WithHandle {
  readonly _handle: NativeSocket | null | undefined;
}

/** What this Node passes to a handle with a string: only one that passes no request can be written to by `writeDirectly`. */
let form: 'unknown' | 'direct' | 'other' = 'unknown';

/** A socket that `writeDirectly` may be asked to write to. Others are written to as streams. */
export function directlyWritable(stream: Duplex): Socket | undefined {
  // A subclass (TLSSocket) does with bytes what is its own.
  return stream instanceof Socket && stream.constructor === Socket ? stream : undefined;
}

/**
 * Writes latin1 text, of at most JOINED characters, to the handle of a socket whose stream has nothing queued: what Node does as well, after
 * half a dozen calls that are for queues, encodings and callbacks. Returns how many bytes the kernel has yet to take, of which
 * `written` is called when that is done; -1 when nothing was done, and the stream has to be written to: the socket is gone or broken, or
 * this Node has another form of that call.
 */
export function writeDirectly(socket: Socket, text: string, written: () => void): number {
  if (form !== 'direct') {
    if (form === 'unknown') observe(socket);
    return -1;
  }
  const { _handle: handle } = socket as unknown as WithHandle;
  if (handle === null || handle === undefined) return -1;
  const pending = handle.writeLatin1String(null, text);
  if (pending === 0) return 0;
  if (typeof pending === 'number') return -1;
  pending.oncomplete = (status) => {
    written();
    if (status < 0) socket.destroy(failure(status));
  };
  return text.length;
}

/** Looks how the stream itself writes its next text. */
function observe(socket: Socket): void {
  const { _handle: handle } = socket as unknown as WithHandle;
  if (typeof handle?.writeLatin1String !== 'function') return;
  const write = handle.writeLatin1String.bind(handle);
  handle.writeLatin1String = (request, text) => {
    Reflect.deleteProperty(handle, 'writeLatin1String');
    const result = write(request, text);
    form = request === null && (typeof result === 'number' || 'oncomplete' in result) ? 'direct' : 'other';
    return result;
  };
}

function failure(status: number): Error {
  const code = getSystemErrorName(status);
  return Object.assign(new Error(`write ${code}`), { code, errno: status, syscall: 'write' });
}
