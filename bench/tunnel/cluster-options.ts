import { readFileSync } from 'node:fs';

/** The arguments of the program that plays a cluster. */
export interface ClusterOptions {
  /** A folder with `server.key`, `server` and `ca`; the program writes `config`, a kubeconfig. */
  readonly folder: string;
  /** The address and port of the pod's programs. */
  readonly address: string;
  readonly port: number;
}

/** The namespace, the pod that answers and the pod with a shell. */
export const NAMESPACE = 'default';
export const WEB = 'web';
export const SHELL = 'shell';
export const ROUTED_HOST = 'bench.local';

/** The address of a kubeconfig's API server, and the credentials that it accepts. */
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
