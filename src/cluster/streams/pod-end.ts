import type { PodTarget } from '../../podstream/pod-target.ts';
import { endOfSession, type PodView, readPodView } from '../../podstream/pod-view.ts';
import { ApiFailure } from '../api/api-failure.ts';
import type { ApiServer } from '../api/api-server.ts';
import type { Clock } from '../clock.ts';
import { followObjects } from '../watch/follow.ts';
import { ResourceStatus } from '../watch/status.ts';
import { getPod, podResource } from './pod-object.ts';

/** Milliseconds of silence after which podway ends a watch; servers send a bookmark about once a minute. */
const WATCH_IDLE_TIMEOUT = 150_000;
/** Milliseconds between two requests for a pod that podway may not watch. */
const POLL_INTERVAL = 5_000;

interface Followed {
  readonly api: ApiServer;
  readonly clock: Clock;
  readonly target: PodTarget;
  readonly container: string;
  /** The pod as it was when the session began. */
  readonly before: PodView;
  readonly signal: AbortSignal;
}

/**
 * Resolves with the reason when the pod is gone or its container has ended, and with undefined when `signal` aborts.
 * The end of a pod does not end its streams (kubernetes#129144). If podway may not watch the pod, it requests it every
 * few seconds.
 */
export async function whenPodEnds(followed: Followed): Promise<string | undefined> {
  const forbidden = new AbortController();
  const watched = await watch(followed, forbidden);
  return watched ?? (forbidden.signal.aborted ? look(followed) : undefined);
}

async function watch(followed: Followed, forbidden: AbortController): Promise<string | undefined> {
  const { api, clock, target, container, before, signal } = followed;
  const status = new ResourceStatus('pods', clock);
  status.listen({
    state: () => undefined,
    problem: ({ reason }) => {
      if (reason === 'forbidden') forbidden.abort();
    },
  });
  let now: PodView | undefined;
  for await (const event of followObjects({
    api,
    clock,
    status,
    resource: podResource(target),
    read: readPodView,
    idleTimeout: WATCH_IDLE_TIMEOUT,
    signal: AbortSignal.any([signal, forbidden.signal]),
  })) {
    if ('object' in event && event.type !== 'delete') now = event.object;
    else if (event.type !== 'init-done') now = undefined;
    if (event.type === 'init' || event.type === 'init-apply') continue;
    const end = endOfSession(before, now, container);
    if (end !== undefined) return end;
  }
  return undefined;
}

async function look({
  api,
  clock,
  target,
  container,
  before,
  signal,
}: Followed): Promise<string | undefined> {
  while (!signal.aborted) {
    await clock.sleep(POLL_INTERVAL, signal);
    try {
      const end = endOfSession(before, await getPod(api, target, signal), container);
      if (end !== undefined) return end;
    } catch (error) {
      // An API server that cannot answer now says nothing about the pod.
      if (!(error instanceof ApiFailure)) throw error;
    }
  }
  return undefined;
}
