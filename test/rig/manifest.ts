import { createHash } from 'node:crypto';

export interface PodSpec {
  readonly name: string;
  readonly namespace?: string;
  /** The `routingHosts` annotation. */
  readonly hosts: string;
  /** The `routingPaths` annotation; a path without a port gets `port`. */
  readonly paths: string;
  /** The declared container port. */
  readonly port: number;
  readonly address?: string;
  /** Of the other family. */
  readonly secondAddress?: string;
  readonly condition?: 'ready' | 'unready' | 'terminating';
  readonly annotations?: Readonly<Record<string, string>>;
}

/** A Pod as the API server and `kubectl get -o json` give it, reduced to the fields that mean something here. */
export function podManifest(spec: PodSpec) {
  const { name, namespace = 'default', port, address = '127.0.0.1', condition = 'ready' } = spec;
  const paths = spec.paths.split(' ').map((path) => (path.startsWith('/') ? `${port}:${path}` : path));
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name,
      namespace,
      uid: uidOf(namespace, name),
      labels: { routable: 'true' },
      annotations: { routingHosts: spec.hosts, routingPaths: paths.join(' '), ...spec.annotations },
      ...(condition === 'terminating' && { deletionTimestamp: '2026-01-01T00:00:00Z' }),
    },
    spec: { containers: [{ name: 'main', image: 'test', ports: [{ containerPort: port }] }] },
    status: {
      phase: 'Running',
      podIP: address,
      podIPs: [address, spec.secondAddress].flatMap((ip) => (ip === undefined ? [] : [{ ip }])),
      conditions: [{ type: 'Ready', status: condition === 'unready' ? 'False' : 'True' }],
    },
  };
}

/** The Secret `routing` of a namespace; every field is given as the plain value. */
export function secretManifest(namespace: string, fields: Readonly<Record<string, string | Buffer>>) {
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 'routing', namespace, uid: uidOf(namespace, 'secret') },
    type: 'Opaque',
    data: Object.fromEntries(Object.entries(fields).map(([field, value]) => [field, base64(value)])),
  };
}

/** What a client has to send: base64 of the secret's bytes. */
export function base64(value: string | Buffer): string {
  return Buffer.from(value).toString('base64');
}

function uidOf(namespace: string, name: string): string {
  const hex = createHash('sha256').update(`${namespace}/${name}`).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}
