// The minimum cost of a port-forward with `ws`. Every connection is a WebSocket that carries bytes in both directions with
// back-pressure. The program does not read refusals, choose pods or retry.
import { createServer, type Socket } from 'node:net';
import { WebSocket } from 'ws';
import { NAMESPACE, readAccess, WEB } from './cluster-options.ts';

interface ForwardOptions {
  readonly kubeconfig: string;
  readonly address: string;
  /** The local port and the port of the pod. */
  readonly ports: readonly (readonly [number, number])[];
}

const { kubeconfig, address, ports } = JSON.parse(process.argv[2] ?? '') as ForwardOptions;
const { server, token, ca } = readAccess(kubeconfig);
const path = `/api/v1/namespaces/${NAMESPACE}/pods/${WEB}/portforward`;

for (const [local, remote] of ports) {
  createServer({ pauseOnConnect: true }, (client) => forward(client, remote)).listen(local, address, 4096);
}

function forward(client: Socket, port: number): void {
  client.setNoDelay(true);
  const socket = new WebSocket(`${server}${path}?ports=${port}`, ['v4.channel.k8s.io'], {
    ca,
    headers: { authorization: `Bearer ${token}` },
    perMessageDeflate: false,
  });
  const hasBegun = [false, false];
  socket.on('open', () => client.resume());
  socket.on('message', (message: Buffer) => {
    const channel = message[0] ?? 0;
    // The first message of each channel is its port.
    if (hasBegun[channel] !== true) hasBegun[channel] = true;
    else if (channel === 0 && !client.write(message.subarray(1))) socket.pause();
  });
  client.on('drain', () => socket.resume());
  client.on('data', (bytes: Buffer) => {
    const frame = Buffer.allocUnsafe(bytes.length + 1);
    frame[0] = 0;
    frame.set(bytes, 1);
    client.pause();
    socket.send(frame, () => client.resume());
  });
  socket.on('close', () => client.end());
  client.on('close', () => socket.terminate());
  for (const end of [client, socket]) end.on('error', () => undefined);
}
