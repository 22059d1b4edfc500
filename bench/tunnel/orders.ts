import { readFileSync } from 'node:fs';

/** What the program that stands for a cluster is started with. */
export interface ClusterOrders {
  /** Has `server.key`, `server` and `ca`; gets `config`, a kubeconfig. */
  readonly folder: string;
  /** Where the pod's programs listen. */
  readonly address: string;
  readonly port: number;
}

/** The namespace, the pod that answers and the pod with a shell. */
export const NAMESPACE = 'default';
export const WEB = 'web';
export const SHELL = 'shell';
export const ROUTED_HOST = 'bench.local';

/** Where the API server of a kubeconfig is, and what it asks for. */
export interface ApiAccess {
  readonly server: string;
  readonly token: string;
  readonly ca: Buffer;
}

export function readAccess(kubeconfig: string): ApiAccess {
  const config = JSON.parse(readFileSync(kubeconfig, 'utf8')) as {
    clusters: { cluster: { server: string; 'certificate-authority-data': string } }[];
    users: { user: { token: string } }[];
  };
  const { cluster } = config.clusters[0] ?? {};
  return {
    server: cluster?.server ?? '',
    token: config.users[0]?.user.token ?? '',
    ca: Buffer.from(cluster?.['certificate-authority-data'] ?? '', 'base64'),
  };
}
