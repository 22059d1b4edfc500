import { KubernetesApi, type KubernetesApiOptions } from '../fixtures/kubernetes-api.ts';
import { podManifest } from '../fixtures/manifest.ts';
import type { Template } from './checking.ts';

export interface LivePod extends Template {
  readonly name: string;
  readonly namespace?: string;
  /** The owner, such as `ReplicaSet/web-5d8f`; absent: the pod has no owner. */
  readonly owner?: string;
  /** Labels in addition to `routable`. */
  readonly marks?: Readonly<Record<string, string>>;
  readonly condition?: 'ready' | 'unready' | 'terminating';
}

let addresses = 0;

/** A pod as it runs in a cluster. */
export function livePod(pod: LivePod) {
  const { name, namespace = 'shop', hosts = '', paths = '', options, port = 3000, owner, marks } = pod;
  addresses += 1;
  const made = podManifest({
    name,
    namespace,
    hosts,
    paths,
    port,
    address: `10.1.${addresses >> 8}.${addresses & 0xff || 1}`,
    ...(pod.condition && { condition: pod.condition }),
    ...(options !== undefined && { annotations: { routingOptions: options } }),
  });
  const metadata = { ...made.metadata, labels: { ...made.metadata.labels, ...marks } };
  return { ...made, metadata: owner === undefined ? metadata : owned(metadata, owner) };
}

function owned<T extends object>(metadata: T, owner: string) {
  const [kind = '', name = ''] = owner.split('/');
  return { ...metadata, ownerReferences: [{ apiVersion: 'x/v1', kind, name, uid: owner, controller: true }] };
}

/** The object between pods and their workload: `ReplicaSet` or `Job`. */
export function between(kind: 'ReplicaSet' | 'Job', name: string, owner: string, namespace = 'shop') {
  return { apiVersion: 'x/v1', kind, metadata: owned({ name, namespace }, owner) };
}

/** The pods of a Deployment, with its ReplicaSet. */
export function deployed(name: string, count: number, template: Template & { readonly namespace?: string }) {
  const { namespace = 'shop' } = template;
  const pods = Array.from({ length: count }, (_, at) =>
    livePod({
      ...template,
      name: `${name}-5d8f-${at}`,
      owner: `ReplicaSet/${name}-5d8f`,
      marks: { 'pod-template-hash': '5d8f' },
    }),
  );
  return [between('ReplicaSet', `${name}-5d8f`, `Deployment/${name}`, namespace), ...pods];
}

/** An API server that has these objects. */
export async function clusterOf(
  objects: readonly Parameters<KubernetesApi['apply']>[0][],
  options?: KubernetesApiOptions,
): Promise<KubernetesApi> {
  const api = await KubernetesApi.start(options);
  for (const object of objects) api.apply(object);
  return api;
}
