import { type Agent, type IncomingMessage, type ServerResponse, createServer } from 'node:http';
import type { Duplex } from 'node:stream';
import { hostTable, keepAliveAgent, load, nodeRival, readNodeSetup } from './node-rival.ts';

interface Options {
  readonly target: string;
}

interface ProxyServer {
  web(request: IncomingMessage, response: ServerResponse, options: Options): Promise<void>;
  ws(request: IncomingMessage, socket: Duplex, options: Options, head: Buffer): Promise<void>;
}

interface Httpxy {
  createProxyServer(options: { agent: Agent }): ProxyServer;
}

export const httpxy = nodeRival('httpxy', {
  description: 'on node:http, with a keep-alive agent',
  packages: ['httpxy'],
  capabilities: ['hosts', 'websocket'],
  file: import.meta.filename,
});

if (import.meta.main) {
  const setup = readNodeSetup();
  const table = hostTable(setup);
  const library = (await load('httpxy')) as Httpxy;
  const proxy = library.createProxyServer({ agent: keepAliveAgent() });
  const server = createServer((request, response) => {
    const target = table.get(request.headers.host ?? '');
    if (target === undefined) response.writeHead(404).end();
    else proxy.web(request, response, { target }).catch(() => response.destroy());
  });
  server.on('upgrade', (request, socket, head) => {
    const target = table.get(request.headers.host ?? '');
    if (target === undefined) socket.destroy();
    else proxy.ws(request, socket, { target }, head).catch(() => socket.destroy());
  });
  server.listen(setup.listen.port, setup.listen.address);
}
