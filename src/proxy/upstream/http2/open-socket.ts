import { connect as connectTcp } from 'node:net';
import type { Duplex } from 'node:stream';
import { connect as connectTls, type ConnectionOptions } from 'node:tls';
import type { Endpoint } from '../../../routing/endpoint.ts';
import type { PodTrust } from '../pod-trust.ts';

/** A byte stream to a pod, over which HTTP/2 is spoken at once; its errors are those of sockets, and of Dial. */
export type OpenSocket = (endpoint: Endpoint, address: string) => Duplex;

/** Milliseconds of silence before TCP asks whether the pod is still there. */
const TCP_KEEP_ALIVE = 30_000;

/** By TLS where the pod's words say so; `reach` opens what is below, where that is not a socket straight to the pod. */
export function socketOpener(trust: PodTrust, reach: OpenSocket = direct): OpenSocket {
  return (endpoint, address) => {
    const below = reach(endpoint, address);
    return endpoint.options.protocol === 'h2' ? overTls(below, endpoint, trust) : below;
  };
}

function direct({ port }: Endpoint, host: string): Duplex {
  return connectTcp({ host, port, noDelay: true, keepAlive: true, keepAliveInitialDelay: TCP_KEEP_ALIVE });
}

function overTls(socket: Duplex, endpoint: Endpoint, trust: PodTrust): Duplex {
  const secureContext = trust.context();
  const session = trust.session(endpoint);
  const options: ConnectionOptions = {
    socket,
    secureContext,
    servername: endpoint.options.serverName,
    ALPNProtocols: ['h2'],
    ...(session !== undefined && { session }),
  };
  const stream = connectTls(options);
  stream.on('session', (given) => trust.keep(endpoint, given, secureContext));
  // Before HTTP/2 hears of it: nothing is sent to a pod that has not agreed to speak it.
  stream.once('secureConnect', () => {
    if (stream.alpnProtocol !== 'h2') stream.destroy(noAgreement());
  });
  return stream;
}

function noAgreement(): Error {
  return Object.assign(new Error('the pod did not choose h2'), { code: 'ERR_TLS_NO_H2' });
}
