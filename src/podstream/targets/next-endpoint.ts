import type { RemotePort } from './forwarded-port.ts';
import type { Target } from './target.ts';
import { portsOf, type TargetPod } from './target-pod.ts';

/** One port of one pod. */
export interface Endpoint {
  readonly pod: TargetPod;
  readonly port: number;
  /** Unique, also among earlier pods of the same name. Keys have an order. */
  readonly key: string;
}

/** The matching ports of running pods, in the order of their keys. */
export function endpointsOf(pods: Iterable<TargetPod>, target: Target, remote: RemotePort): Endpoint[] {
  const endpoints: Endpoint[] = [];
  for (const pod of pods) {
    if (!pod.isRunning) continue;
    for (const port of portsOf(pod, target, remote)) {
      endpoints.push({ pod, port, key: `${pod.namespace}/${pod.name}:${port} ${pod.uid}` });
    }
  }
  return endpoints.sort((a, b) => (a.key < b.key ? -1 : 1));
}

/**
 * The endpoint after the last chosen one: first the endpoints of ready pods in turn, and after all of them have refused, with
 * `alsoUnready`, those of other running pods. Undefined if all of them have refused.
 */
export function nextEndpoint(
  endpoints: readonly Endpoint[],
  options: {
    readonly last: string | undefined;
    /** Endpoints that refused, by key, and whether the pod was ready then. A pod that has become ready since is tried again. */
    readonly refused: ReadonlyMap<string, boolean>;
    readonly alsoUnready: boolean;
  },
): Endpoint | undefined {
  const { last = '', refused, alsoUnready } = options;
  const left = endpoints.filter(
    ({ key, pod }) => !refused.has(key) || (pod.isReady && refused.get(key) === false),
  );
  const ready = left.filter(({ pod }) => pod.isReady);
  const usable = ready.length > 0 || !alsoUnready ? ready : left;
  return usable.find(({ key }) => key > last) ?? usable[0];
}
