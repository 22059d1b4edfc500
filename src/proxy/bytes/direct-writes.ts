/* oxlint-disable no-underscore-dangle -- Node's name, used nowhere else */
import { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { getSystemErrorName } from 'node:util';

/** A write of which the kernel has taken only a part. libuv writes the rest when the socket accepts it. */
interface PendingWrite {
  /** Called when the write is done. podway sets it before libuv can call it. */
  oncomplete: ((status: number) => void) | null;
}

/** The handle of a TCP socket, with the call that Node's own streams use. */
interface NativeSocket {
  /** Returns 0 if the kernel took all bytes, an error number if it took no byte, or the write that is pending. */
  writeLatin1String(request: null, text: string): number | PendingWrite;
}

/** The property of a socket that has its handle. */
interface WithHandle {
  readonly _handle: NativeSocket | null | undefined;
}

/** How this version of Node calls `writeLatin1String`. `writeDirectly` can only use the form without a request object. */
let form: 'unknown' | 'direct' | 'other' = 'unknown';

/** Returns the socket if `writeDirectly` may write to it. Other streams are written to by their own methods. */
export function directlyWritable(stream: Duplex): Socket | undefined {
  // A subclass such as TLSSocket changes the bytes before it writes them.
  return stream instanceof Socket && stream.constructor === Socket ? stream : undefined;
}

/**
 * Writes at most JOINED characters of latin1 text to the handle of a socket whose stream has no queued bytes. The
 * stream itself would do the same, after half a dozen calls for queues, encodings and callbacks.
 *
 * Returns 0 if the kernel took all bytes. Returns the length of the text if the kernel took only a part: `written` is
 * called when the rest is written. Returns -1 if no byte was written and the caller must write to the stream: the
 * socket is closed or broken, or this version of Node calls `writeLatin1String` in another form.
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

/** Sets `form` when the stream itself writes its next text. */
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
