import type { RequestOptions } from 'node:https';
import type { KubeConfig } from '@kubernetes/client-node';
import type { StreamAccess, StreamTls } from '../../boundary/stream-access.ts';

export type { StreamAccess, StreamTls };

/** The TLS options and header fields that a kubeconfig gives to a connection at this moment. */
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

/** client-node makes no lists of these values. */
function pem(name: 'ca' | 'cert' | 'key', value: unknown): StreamTls {
  return typeof value === 'string' || Buffer.isBuffer(value) ? { [name]: value } : {};
}

/** The access after its way between threads, with its buffers restored. */
export function revived(access: StreamAccess): StreamAccess {
  const buffers = Object.entries(access.tls).map(([name, value]: [string, unknown]) => [
    name,
    value instanceof Uint8Array ? Buffer.from(value) : value,
  ]);
  return { ...access, tls: Object.fromEntries(buffers) as StreamTls };
}
