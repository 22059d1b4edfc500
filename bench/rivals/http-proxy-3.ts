import { type Agent, type IncomingMessage, type ServerResponse, createServer } from 'node:http';
import type { Duplex } from 'node:stream';
import { hostTable, keepAliveAgent, load, nodeRival, readNodeSetup } from './node-rival.ts';

interface ProxyServer {
  web(request: IncomingMessage, response: ServerResponse, options: { target: string }): void;
  ws(request: IncomingMessage, socket: Duplex, head: Buffer, options: { target: string }): void;
  on(event: 'error', listener: () => void): void;
}

interface HttpProxy3 {
  createProxyServer(options: { agent: Agent }): ProxyServer;
}

export const httpProxy3 = nodeRival('http-proxy-3', {
  description: 'on node:http, with a keep-alive agent',
  packages: ['http-proxy-3'],
  capabilities: ['hosts', 'websocket'],
  file: import.meta.filename,
});

if (import.meta.main) {
  const setup = readNodeSetup();
  const table = hostTable(setup);
  const library = (await load('http-proxy-3')) as HttpProxy3;
  const proxy = library.createProxyServer({ agent: keepAliveAgent() });
  proxy.on('error', () => undefined);
  const server = createServer((request, response) => {
    const target = table.get(request.headers.host ?? '');
    if (target === undefined) response.writeHead(404).end();
    else proxy.web(request, response, { target });
  });
  server.on('upgrade', (request, socket, head) => {
    const target = table.get(request.headers.host ?? '');
    if (target === undefined) socket.destroy();
    else proxy.ws(request, socket, head, { target });
  });
  server.listen(setup.listen.port, setup.listen.address);
}
