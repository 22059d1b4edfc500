import type { TcpNetConnectOpts } from 'node:net';
import { connect, type ConnectionOptions } from 'node:tls';
import { LOW_WATERMARK } from '../bytes/buffer-budget.ts';
import { type Dial, dialDirectly } from './dial.ts';
import type { PodTrust } from './pod-trust.ts';

/** `tls.connect` hands its options to `net.connect` and to the stream's constructor; its types leave these out. */
type WhatItHandsOn = Pick<TcpNetConnectOpts, 'noDelay' | 'allowHalfOpen' | 'onread'> & {
  readonly highWaterMark: number;
};

/**
 * Straight to the pod, by TLS where its words say so. The certificate is verified before a byte of a request leaves. A pod is
 * asked for the session that it gave last, so that a fresh connection costs it no signature.
 */
export function dialer(trust: PodTrust): Dial {
  return (endpoint, address, read) => {
    const { protocol, serverName } = endpoint.options;
    if (protocol === 'http') return dialDirectly(endpoint, address, read);
    const secureContext = trust.context();
    const session = trust.session(endpoint);
    const options: ConnectionOptions & WhatItHandsOn = {
      host: address,
      port: endpoint.port,
      noDelay: true,
      allowHalfOpen: true,
      highWaterMark: LOW_WATERMARK,
      onread: read,
      secureContext,
      rejectUnauthorized: protocol === 'https',
      servername: serverName,
      ALPNProtocols: ['http/1.1'],
      ...(session !== undefined && { session }),
    };
    const stream = connect(options);
    stream.on('session', (given) => trust.keep(endpoint, given, secureContext));
    return {
      stream,
      ready: 'secureConnect',
      reads: 'itself',
      reusable: true,
      mayBeCut: protocol === 'https',
    };
  };
}
