import { type Socket, connect, createServer } from 'node:net';
import { nodeRival, readNodeSetup } from './node-rival.ts';

/** Not a usable proxy: what two sockets and the kernel cost in Node when nothing is parsed. It is the lower bound. */
export const splice = nodeRival('splice', {
  about: 'the floor of Node: two net sockets, bytes copied, nothing parsed, nothing routed',
  packages: [],
  can: ['websocket'],
  file: import.meta.filename,
});

if (import.meta.main) {
  const { listen, target } = readNodeSetup();
  const { hostname, port } = new URL(target);
  const server = createServer({ noDelay: true, allowHalfOpen: true }, (downstream) => {
    const upstream = connect({ host: hostname, port: Number(port), noDelay: true, allowHalfOpen: true });
    copy(downstream, upstream);
    copy(upstream, downstream);
  });
  server.listen({ port: listen.port, host: listen.address, backlog: 1024 });
}

function copy(from: Socket, to: Socket): void {
  from.on('data', (chunk) => {
    if (!to.write(chunk)) from.pause();
  });
  to.on('drain', () => from.resume());
  from.on('end', () => to.end());
  from.on('error', () => to.destroy());
  from.on('close', () => to.destroy());
}
