import { keyOf } from '../../wiring/object-id.ts';
import type { TargetPod } from '../../podstream/targets/target-pod.ts';
import { followObjects } from '../watch/follow.ts';
import type { WatchOptions } from '../watch/options.ts';

/** Pods by namespace and name. */
export type PodMap = ReadonlyMap<string, TargetPod>;

/**
 * The pods of a selection after the first complete list and after every change, until the signal aborts. An incomplete
 * list removes no pod.
 */
export async function* followPods(
  options: WatchOptions<TargetPod>,
  belongs: (pod: TargetPod) => boolean,
): AsyncGenerator<PodMap, void> {
  let listed: Map<string, TargetPod> | undefined;
  let pods = new Map<string, TargetPod>();
  for await (const event of followObjects(options)) {
    switch (event.type) {
      case 'init':
        listed = new Map();
        continue;
      case 'init-apply':
        if (belongs(event.object)) listed?.set(keyOf(event.object), event.object);
        continue;
      case 'init-done':
        pods = listed ?? pods;
        listed = undefined;
        break;
      case 'apply':
        if (belongs(event.object)) pods.set(keyOf(event.object), event.object);
        else pods.delete(keyOf(event.object));
        break;
      case 'delete':
        pods.delete(keyOf(event.object));
        break;
    }
    yield pods;
  }
}
