import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { PodProcess } from './children.ts';

export interface DemoPod {
  readonly name: string;
  readonly namespace: string;
  /** Hosts in addition to `localhost` and the address that the router listens on. */
  readonly hosts: string;
  readonly path: string;
  /** Options after the path. */
  readonly words?: string;
  readonly program: 'pod' | 'grpc-pod';
}

/** Two pods without a key that share a route, one pod in a keyed namespace, and one pod that speaks gRPC. */
export const DEMO_PODS: readonly DemoPod[] = [
  { name: 'web-1', namespace: 'shop', hosts: 'demo.localhost', path: '/', program: 'pod' },
  { name: 'web-2', namespace: 'shop', hosts: 'demo.localhost', path: '/', program: 'pod' },
  { name: 'vault-1', namespace: 'vault', hosts: 'vault.localhost', path: '/vault', program: 'pod' },
  {
    name: 'grpc-1',
    namespace: 'shop',
    hosts: 'grpc.localhost',
    path: '/grpc.health.v1.Health',
    words: ' proto=grpc',
    program: 'grpc-pod',
  },
];

const KEY = 'open sesame';

/** The key that clients of the namespace `vault` send: base64 of the bytes in the Secret. */
export const DEMO_KEY = Buffer.from(KEY).toString('base64');

/** The value of `routingHosts`. `router`: the host of the router's URL. */
export function hostsOf({ hosts }: DemoPod, router: string): string {
  return `localhost ${router} ${hosts}`;
}

/** Writes one file for each pod and one for the Secret. Does not change other files of the folder. */
export async function writeManifests(
  folder: string,
  pods: readonly PodProcess[],
  router: string,
): Promise<void> {
  for (const [index, pod] of DEMO_PODS.entries()) {
    const running = pods[index];
    if (running === undefined) continue;
    await writeFile(join(folder, `${pod.name}.yaml`), podManifest(pod, running, hostsOf(pod, router)));
  }
  await writeFile(join(folder, 'vault-key.yaml'), secretManifest());
}

function podManifest(pod: DemoPod, running: PodProcess, hosts: string): string {
  return `# A pod as 'kubectl get pod ${pod.name} -o yaml' would show it, reduced to what the router reads.
apiVersion: v1
kind: Pod
metadata:
  name: ${pod.name}
  namespace: ${pod.namespace}
  labels:
    routable: "true"
  annotations:
    routingHosts: ${hosts}
    routingPaths: ${running.port}:${pod.path}${pod.words ?? ''}
spec:
  containers:
    - name: main
      image: demo
      ports:
        - containerPort: ${running.port}
status:
  phase: Running
  podIP: ${running.address}
`;
}

function secretManifest(): string {
  return `# While this Secret exists, requests to pods of its namespace need the key. The value is '${KEY}'.
apiVersion: v1
kind: Secret
metadata:
  name: routing
  namespace: vault
data:
  api-key: ${DEMO_KEY}
`;
}
