import type { RequestOptions } from 'node:https';
import type { KubeConfig } from '@kubernetes/client-node';

/**
 * Where an API server is and what authenticates there, for connections that are not made by undici. Plain data, so that it
 * can be handed to another thread; holds secrets.
 */
export interface StreamAccess {
  /** The URL of the API server; it may have a path. */
  readonly server: string;
  /** What authenticates; a list is a field line each. */
  readonly headers: Readonly<Record<string, string | string[]>>;
  readonly tls: StreamTls;
  /** URL of an HTTP, HTTPS or SOCKS proxy. */
  readonly proxy: string | undefined;
  /** Milliseconds that the server may take to answer a handshake. */
  readonly timeout: number;
}

/** What is not set is left out: Node would take `undefined` for a value. */
export type StreamTls = Pick<RequestOptions, 'ca' | 'cert' | 'key' | 'servername' | 'rejectUnauthorized'>;

/** The TLS options and the Authorization that a kubeconfig makes for a connection of this moment. */
export async function applyTo(
  config: KubeConfig,
): Promise<{ tls: StreamTls; headers: Record<string, string> }> {
  const options: RequestOptions = {};
  await config.applyToHTTPSOptions(options);
  const { ca, cert, key, servername, rejectUnauthorized, headers } = options;
  return {
    tls: {
      ...(ca !== undefined && { ca }),
      ...(cert !== undefined && { cert }),
      ...(key !== undefined && { key }),
      ...(servername !== undefined && { servername }),
      ...(rejectUnauthorized !== undefined && { rejectUnauthorized }),
    },
    headers: { ...(headers as Record<string, string> | undefined) },
  };
}
