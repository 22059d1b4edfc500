import type { PodTarget } from '../../podstream/pod-target.ts';
import { type PodView, readPodView } from '../../podstream/pod-view.ts';
import { ApiFailure } from '../api/api-failure.ts';
import type { Resource } from '../api/api-request.ts';
import type { ApiServer } from '../api/api-server.ts';

/** The one pod, for requests that name it. */
export function podResource({ namespace, pod }: PodTarget): Resource {
  return { name: 'pods', namespace, labelSelector: undefined, objectName: pod };
}

/**
 * The pod as it is now; undefined when there is none. Credentials that are refused are read again, once.
 *
 * @throws ApiFailure
 */
export async function getPod(
  api: ApiServer,
  target: PodTarget,
  signal: AbortSignal,
): Promise<PodView | undefined> {
  try {
    return await askForPod(api, target, signal);
  } catch (error) {
    if (!(error instanceof ApiFailure) || !error.readsCredentials) throw error;
    api.failed(error);
    return askForPod(api, target, signal);
  }
}

async function askForPod(
  api: ApiServer,
  target: PodTarget,
  signal: AbortSignal,
): Promise<PodView | undefined> {
  const session = await api.open(signal);
  try {
    const object = await session.object(podResource(target));
    if (object === undefined) return undefined;
    const view = readPodView(object);
    if (view?.name === target.pod && view.namespace === target.namespace) return view;
    throw new ApiFailure('malformed', `the answer to get pods ${target.pod} is another object`);
  } finally {
    session.close();
  }
}
