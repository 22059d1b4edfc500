import type { KubernetesApi } from '../fixtures/kubernetes-api.ts';
import { pod } from './objects.ts';

/** A pod `a` and a service `s` for it, whose port 80 leads to the port of the pod. */
export function applyPodAt(api: KubernetesApi, port: number): void {
  const object = pod('a');
  const containers = [{ ...object.spec.containers[0], ports: [{ name: 'web', containerPort: port }] }];
  api.apply({ ...object, spec: { containers } });
  const ports = [{ name: 'http', port: 80, targetPort: 'web' }];
  api.apply({ kind: 'Service', metadata: { name: 's' }, spec: { selector: { routable: 'true' }, ports } });
}
