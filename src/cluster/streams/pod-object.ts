import type { PodTarget } from '../../podstream/pod-target.ts';
import { type PodView, readPodView } from '../../podstream/pod-view.ts';
import { ApiFailure } from '../api/api-failure.ts';
import type { Resource } from '../api/api-request.ts';
import type { ApiServer } from '../api/api-server.ts';
import { getObject } from '../api/get-object.ts';

/** The resource of one pod, for requests that name it. */
export function podResource({ namespace, pod }: PodTarget): Resource {
  return { name: 'pods', namespace, labelSelector: undefined, objectName: pod };
}

/**
 * The pod as it is now; undefined if there is none. If the server refuses the credentials, podway reads them again and
 * repeats the request once.
 *
 * @throws ApiFailure
 */
export async function getPod(
  api: ApiServer,
  target: PodTarget,
  signal: AbortSignal,
): Promise<PodView | undefined> {
  const object = await getObject(api, podResource(target), signal);
  if (object === undefined) return undefined;
  const view = readPodView(object);
  if (view?.name === target.pod && view.namespace === target.namespace) return view;
  throw new ApiFailure('malformed', `the answer to get pods ${target.pod} is another object`);
}
