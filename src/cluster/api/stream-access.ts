import type { RequestOptions } from 'node:https';
import type { KubeConfig } from '@kubernetes/client-node';
import type { StreamAccess, StreamTls } from '../../boundary/stream-access.ts';

export type { StreamAccess, StreamTls };

/** The TLS options and the Authorization that a kubeconfig makes for a connection of this moment. */
export async function applyTo(
  config: KubeConfig,
): Promise<{ tls: StreamTls; headers: Record<string, string> }> {
  const options: RequestOptions = {};
  await config.applyToHTTPSOptions(options);
  const { ca, cert, key, servername, rejectUnauthorized, headers } = options;
  return {
    tls: {
      ...pem('ca', ca),
      ...pem('cert', cert),
      ...pem('key', key),
      ...(servername !== undefined && { servername }),
      ...(rejectUnauthorized !== undefined && { rejectUnauthorized }),
    },
    headers: { ...(headers as Record<string, string> | undefined) },
  };
}

/** client-node makes no lists of them. */
function pem(name: 'ca' | 'cert' | 'key', value: unknown): StreamTls {
  return typeof value === 'string' || Buffer.isBuffer(value) ? { [name]: value } : {};
}

/** What has crossed threads, with the buffers that it had. */
export function revived(access: StreamAccess): StreamAccess {
  const buffers = Object.entries(access.tls).map(([name, value]: [string, unknown]) => [
    name,
    value instanceof Uint8Array ? Buffer.from(value) : value,
  ]);
  return { ...access, tls: Object.fromEntries(buffers) as StreamTls };
}
