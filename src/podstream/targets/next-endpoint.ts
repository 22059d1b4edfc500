import type { RemotePort } from './forwarded-port.ts';
import type { Target } from './target.ts';
import { portsOf, type TargetPod } from './target-pod.ts';

/** One port of one pod. */
export interface Endpoint {
  readonly pod: TargetPod;
  readonly port: number;
  /** Distinguishes it from every other one, also of an earlier pod of the same name; keys have an order. */
  readonly key: string;
}

/** The ports that are meant of pods which run, in the order of their keys. */
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
 * The endpoint after the one that was chosen last: those of ready pods in turn; when there is none of these left, those of
 * pods that only run, if such are wanted. Undefined when all that could be chosen have been refused.
 */
export function nextEndpoint(
  endpoints: readonly Endpoint[],
  options: {
    readonly last: string | undefined;
    /** By key: whether the pod was ready when it refused. One that has become ready since then is asked again. */
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
