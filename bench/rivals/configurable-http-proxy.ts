import type { Server } from 'node:http';
import { load, nodeRival, readNodeSetup } from './node-rival.ts';

interface Module {
  readonly ConfigurableProxy: new (options: {
    hostRouting: boolean;
    log: object;
  }) => {
    readonly proxyServer: Server;
    addRoute(path: string, data: { target: string }): Promise<void>;
  };
}

export const configurableHttpProxy = nodeRival('configurable-http-proxy', {
  description: 'routes by host, as JupyterHub runs it; it keeps connections to pods by itself',
  packages: ['configurable-http-proxy'],
  capabilities: ['hosts', 'websocket'],
  file: import.meta.filename,
});

if (import.meta.main) {
  const { listen, target, hosts } = readNodeSetup();
  const { ConfigurableProxy } = (await load('configurable-http-proxy/lib/configproxy.js')) as Module;
  const silent = (): void => undefined;
  const log = { debug: silent, info: silent, warn: silent, error: silent };
  const proxy = new ConfigurableProxy({ hostRouting: true, log });
  for (const host of hosts) await proxy.addRoute(`/${host}`, { target });
  proxy.proxyServer.listen(listen.port, listen.address);
}
