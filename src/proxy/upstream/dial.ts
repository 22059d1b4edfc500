import { connect, type TcpNetConnectOpts } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Endpoint } from '../../routing/route.ts';
import { LOW_WATERMARK } from '../bytes/buffer-budget.ts';
import type { ReadInto } from '../../bytes/read-by-data.ts';

/**
 * Reaches a pod's port at `address`. It never throws: what it cannot reach is a stream that ends with an error. Codes as
 * of sockets (ETIMEDOUT, EMFILE, ...) distinguish a timeout and a shortage of this process; any other error is a refusal.
 * `read` undefined: its bytes come by `data` events, as the stream under a TLSSocket must hand them over.
 */
export type Dial = (endpoint: Endpoint, address: string, read: ReadInto | undefined) => Dialled;

/** A connection to a pod, perhaps not open yet. */
export interface Dialled {
  /** Of bytes, and half-open (`allowHalfOpen`): the pod's end does not end our side. */
  readonly stream: Duplex;
  /** The later event that reports the connection to the pod: `connect`, or `secureConnect` of a TLSSocket. */
  readonly ready: string;
  /** Its bytes come to `read` by the stream's own doing (the `onread` option of `net.connect`), or by `data` events. */
  readonly reads: 'itself' | 'by-data';
  /**
   * Whether the connection may carry another exchange. A stream must then hand out, before the event loop's turn ends (its
   * immediates), all bytes that had come to this process when the loop polled: only so is what a pod pushes after an
   * answer known from the next answer. Sockets and TLS over them do; a stream that takes further turns, because its
   * bytes go by other threads, streams or messages, does not.
   */
  readonly reusable: boolean;
  /**
   * Its end does not show that the pod has said all. Node ends a TLS stream alike with and without a close_notify, so
   * that an attacker on the way could cut a body that only ends with its connection (RFC 9112 section 9.8).
   */
  readonly mayBeCut?: boolean;
}

/** Over TCP, straight to the pod. */
export const dialDirectly: Dial = ({ port }, address, read) => {
  // net.connect hands its options to the stream's constructor; the types leave the high-water mark out.
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

/** How the bytes of a stream come that takes `read` where it is given. */
export function readsOf(read: ReadInto | undefined): Dialled['reads'] {
  return read === undefined ? 'by-data' : 'itself';
}
