import { targetText } from '../../podstream/targets/target.ts';
import type { TargetPod } from '../../podstream/targets/target-pod.ts';
import { SourceError } from '../source.ts';
import { FollowedTarget, type TargetRequest } from './followed-target.ts';

/**
 * The first ready pod behind a target, else the first running one, in the order of their names.
 *
 * @throws ApiFailure; SourceError if there is no such pod
 */
export async function firstPod(request: TargetRequest): Promise<TargetPod> {
  const followed = await FollowedTarget.open(request);
  followed.close();
  const pods = [...followed.pods.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
  const first = pods.find(({ isReady }) => isReady) ?? pods.find(({ isRunning }) => isRunning);
  if (first !== undefined) return first;
  const what = pods.length === 0 ? 'there is no pod' : 'no pod runs';
  throw new SourceError(`${what} behind ${targetText(request.target)}`);
}
