import { connect } from 'node:net';
import type { Duplex } from 'node:stream';
import type { ConnectionOptions } from 'node:tls';
import type { Endpoint } from '../../../routing/endpoint.ts';
import { connectOver } from '../dial-tls.ts';
import type { PodTrust } from '../pod-trust.ts';

/** Opens a byte stream to a pod, over which HTTP/2 is spoken once it has emitted `ready`; its errors are those of Dial. */
export type OpenSocket = (endpoint: Endpoint, address: string) => OpenedSocket;

export interface OpenedSocket {
  readonly socket: Duplex;
  readonly ready: 'connect' | 'secureConnect';
}

/** Milliseconds of silence before TCP asks whether the pod is still there. */
const TCP_KEEP_ALIVE = 30_000;

/** By TLS where the pod's words say so; `reach` opens what is below, where that is not a socket straight to the pod. */
export function socketOpener(
  trust: PodTrust,
  reach: (endpoint: Endpoint, address: string) => Duplex = direct,
): OpenSocket {
  return (endpoint, address) => {
    const below = reach(endpoint, address);
    if (endpoint.options.protocol !== 'h2') return { socket: below, ready: 'connect' };
    return { socket: overTls(below, endpoint, trust), ready: 'secureConnect' };
  };
}

function direct({ port }: Endpoint, host: string): Duplex {
  return connect({ host, port, noDelay: true, keepAlive: true, keepAliveInitialDelay: TCP_KEEP_ALIVE });
}

function overTls(socket: Duplex, endpoint: Endpoint, trust: PodTrust): Duplex {
  const secureContext = trust.context();
  const session = trust.session(endpoint);
  const options: ConnectionOptions = {
    secureContext,
    rejectUnauthorized: true,
    servername: endpoint.options.serverName,
    ALPNProtocols: ['h2'],
    ...(session !== undefined && { session }),
  };
  const stream = connectOver(socket, options);
  stream.on('session', (given) => trust.keep(endpoint, given, secureContext));
  return stream;
}
