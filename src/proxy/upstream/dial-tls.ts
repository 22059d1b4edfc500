import type { TcpNetConnectOpts } from 'node:net';
import type { Duplex } from 'node:stream';
import { connect, type ConnectionOptions, type TLSSocket } from 'node:tls';
import { LOW_WATERMARK } from '../bytes/buffer-budget.ts';
import { type Dial, dialDirectly, readsOf } from './dial.ts';
import type { PodTrust } from './pod-trust.ts';

/** `tls.connect` passes its options to `net.connect` and to the stream's constructor; its types omit these. */
type PassedOptions = Pick<TcpNetConnectOpts, 'noDelay' | 'allowHalfOpen' | 'onread'> & {
  readonly highWaterMark: number;
};

/**
 * Connects by TLS over TCP, or over what `plain` opens, if a pod's options require TLS. podway verifies the certificate
 * before it sends a byte of a request. It offers a pod the session that the pod gave last, so that a new connection
 * costs the pod no signature.
 */
export function dialer(trust: PodTrust, plain: Dial = dialDirectly): Dial {
  return (endpoint, address, read) => {
    const { protocol, serverName } = endpoint.options;
    if (protocol === 'http' || protocol === 'h2c') return plain(endpoint, address, read);
    const isVerified = protocol === 'https' || protocol === 'h2';
    const secureContext = trust.context();
    const session = trust.session(endpoint);
    const options: ConnectionOptions & PassedOptions = {
      noDelay: true,
      allowHalfOpen: true,
      highWaterMark: LOW_WATERMARK,
      secureContext,
      rejectUnauthorized: isVerified,
      servername: serverName,
      ALPNProtocols: [protocol === 'h2' ? 'h2' : 'http/1.1'],
      ...(session !== undefined && { session }),
    };
    const isDirect = plain === dialDirectly;
    const direct = {
      ...options,
      host: address,
      port: endpoint.port,
      ...(read !== undefined && { onread: read }),
    };
    const stream = isDirect
      ? connect(direct)
      : connectOver(plain(endpoint, address, undefined).stream, options);
    stream.on('session', (given) => trust.keep(endpoint, given, secureContext));
    return {
      stream,
      ready: 'secureConnect',
      reads: isDirect ? readsOf(read) : 'by-data',
      // Node does not guarantee that it delivers in one turn what it decrypts from a JavaScript stream.
      reusable: isDirect,
      mayBeCut: isVerified,
    };
  };
}

/** Node reports that the stream below a TLSSocket has closed, but not why. */
function connectOver(below: Duplex, options: ConnectionOptions): TLSSocket {
  const stream = connect({ ...options, socket: below });
  below.on('error', (error) => stream.destroy(error));
  stream.on('close', () => below.destroy());
  return stream;
}
