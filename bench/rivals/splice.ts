import { readFileSync } from 'node:fs';
import { type Socket, connect, createServer } from 'node:net';
import { join } from 'node:path';
import { createServer as createSecureServer } from 'node:tls';
import { nodeRival, readNodeSetup } from './node-rival.ts';

/** Not a usable proxy but the lower bound: the cost of two sockets and the kernel in Node, without parsing. */
export const splice = nodeRival('splice', {
  description: 'the floor of Node: two sockets, bytes copied, nothing parsed, nothing routed',
  packages: [],
  capabilities: ['websocket', 'tls'],
  file: import.meta.filename,
});

const CLOSE = 'Connection: close';

if (import.meta.main) {
  const { listen, target, tls } = readNodeSetup();
  const { hostname, port } = new URL(target);
  const dial = (): Socket =>
    connect({ host: hostname, port: Number(port), noDelay: true, allowHalfOpen: true });
  const server =
    tls === undefined
      ? createServer({ noDelay: true, allowHalfOpen: true }, (downstream) => {
          const upstream = dial();
          copy(downstream, upstream);
          copy(upstream, downstream);
        })
      : secureServer(tls, dial);
  server.listen({ port: listen.port, host: listen.address, backlog: 1024 });
}

function pipeData(from: Socket, to: Socket): void {
  from.on('data', (chunk) => {
    if (!to.write(chunk)) from.pause();
  });
  to.on('drain', () => from.resume());
}

function copy(from: Socket, to: Socket): void {
  pipeData(from, to);
  from.on('end', () => to.end());
  from.on('error', () => to.destroy());
  from.on('close', () => to.destroy());
}

/** Like other rivals, it keeps its connections to the pod, even if the client closes its connection. */
function secureServer(folder: string, dial: () => Socket): ReturnType<typeof createSecureServer> {
  const [cert, key] = ['crt', 'key'].map((ending) => readFileSync(join(folder, `default.${ending}`)));
  const idle: Socket[] = [];
  return createSecureServer({ cert, key, noDelay: true, ALPNProtocols: ['http/1.1'] }, (downstream) => {
    const upstream = idle.pop() ?? dial();
    downstream.on('data', (chunk: Buffer) => {
      const at = chunk.indexOf(CLOSE);
      if (at !== -1) chunk.write('stays', at + CLOSE.length - 5);
    });
    pipeData(downstream, upstream);
    pipeData(upstream, downstream);
    downstream.on('error', () => downstream.destroy());
    downstream.on('close', () => {
      upstream.removeAllListeners();
      upstream.resume();
      idle.push(upstream);
    });
  });
}
