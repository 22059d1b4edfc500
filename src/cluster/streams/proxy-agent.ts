import type { Agent } from 'node:http';
import type { RequestOptions } from 'node:https';
import type { StreamAccess, StreamTls } from '../api/stream-access.ts';

const NAME = 'stream';

/**
 * An agent that connects through the proxy of a kubeconfig, as all other requests do; undefined without a proxy. Each
 * access gets its own agent: client-node keeps agents by name, together with certificates that may have been replaced.
 */
export async function proxyAgent({ server, tls, proxy }: StreamAccess): Promise<Agent | undefined> {
  if (proxy === undefined) return undefined;
  const { KubeConfig } = await import('../api/kubeconfig/client-node.ts');
  const config = new KubeConfig();
  config.loadFromOptions({
    clusters: [
      {
        name: NAME,
        server,
        // The proxy resolves names, as for client-node's other requests and in Go.
        proxyUrl: proxy.replace(/^socks5:/, 'socks5h:'),
        skipTLSVerify: tls.rejectUnauthorized === false || server.startsWith('http:'),
        ...(tls.servername !== undefined && { tlsServerName: tls.servername }),
        ...encoded('caData', tls.ca),
      },
    ],
    users: [{ name: NAME, ...encoded('certData', tls.cert), ...encoded('keyData', tls.key) }],
    contexts: [{ name: NAME, cluster: NAME, user: NAME }],
    currentContext: NAME,
  });
  const options: RequestOptions = {};
  await config.applyToHTTPSOptions(options);
  return typeof options.agent === 'object' ? options.agent : undefined;
}

/** PEM as a kubeconfig has it: base64 under that name. */
function encoded(name: string, pem: StreamTls['ca']): Readonly<Record<string, string>> {
  if (typeof pem !== 'string' && !Buffer.isBuffer(pem)) return {};
  return { [name]: Buffer.from(pem).toString('base64') };
}
