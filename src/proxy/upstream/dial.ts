import { connect, type TcpNetConnectOpts } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Endpoint } from '../../routing/route.ts';
import { LOW_WATERMARK } from '../bytes/buffer-budget.ts';
import type { ReadInto } from '../../bytes/read-by-data.ts';

/**
 * Connects to a pod's port at `address`. It never throws: if it cannot connect, it returns a stream that ends with an
 * error. The codes of sockets (ETIMEDOUT, EMFILE, ...) distinguish a timeout and a shortage of this process; any other
 * error is a refusal. If `read` is undefined, the bytes come by `data` events, as from the stream below a TLSSocket.
 */
export type Dial = (endpoint: Endpoint, address: string, read: ReadInto | undefined) => DialedConnection;

/** A connection to a pod, possibly not open yet. */
export interface DialedConnection {
  /** A half-open stream of bytes (`allowHalfOpen`): the end of the pod's side does not end podway's side. */
  readonly stream: Duplex;
  /** The event that reports the connection to the pod: `connect`, or the later `secureConnect` of a TLSSocket. */
  readonly ready: string;
  /**
   * `itself`: the stream passes its bytes to `read` (the `onread` option of `net.connect`). `by-data`: by `data`
   * events.
   */
  readonly reads: 'itself' | 'by-data';
  /**
   * Whether the connection may carry another exchange. Its stream must then deliver, before the turn of the event loop
   * ends (with its immediates), all bytes that had come to this process when the loop polled: only then can podway
   * distinguish what a pod pushes after an answer from the next answer. Sockets, and TLS over them, do this. A stream
   * whose bytes pass through other threads, streams or messages needs further turns, and does not.
   */
  readonly reusable: boolean;
  /**
   * Its end does not show that the pod has sent everything. Node ends a TLS stream in the same way with and without a
   * close_notify, so an attacker on the path could cut a body that only ends with its connection (RFC 9112 section
   * 9.8).
   */
  readonly mayBeCut?: boolean;
}

/** Connects directly to the pod, over TCP. */
export const dialDirectly: Dial = ({ port }, address, read) => {
  // `net.connect` passes its options to the stream's constructor; the types omit the high-water mark.
  const options: TcpNetConnectOpts & { readonly highWaterMark: number } = {
    host: address,
    port,
    noDelay: true,
    allowHalfOpen: true,
    highWaterMark: LOW_WATERMARK,
    ...(read !== undefined && { onread: read }),
  };
  return { stream: connect(options), ready: 'connect', reads: readsOf(read), reusable: true };
};

/** How the bytes of a stream come that uses `read` if it is defined. */
export function readsOf(read: ReadInto | undefined): DialedConnection['reads'] {
  return read === undefined ? 'by-data' : 'itself';
}
