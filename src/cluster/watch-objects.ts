import type { ClusterEvent, ObjectId } from '../routing/event.ts';
import type { ApiServer } from './api-server.ts';
import type { Clock } from './clock.ts';
import { ApiFailure } from './failure.ts';
import { listObjects } from './list-objects.ts';
import type { Resource } from './resource.ts';
import type { ResourceStatus } from './resource-status.ts';
import { RetryPace } from './retry-pace.ts';
import { explained } from './server-health.ts';
import { streamObjects } from './stream-objects.ts';
import { WatchPosition } from './watch-position.ts';
import { watchChanges } from './watch-changes.ts';

export interface WatchOptions<T extends ObjectId> {
  readonly api: ApiServer;
  readonly resource: Resource;
  /** Reduces a foreign object to what is kept of it; undefined when it is none. */
  readonly read: (object: unknown) => T | undefined;
  readonly status: ResourceStatus;
  /** The name of a resource that has to be listed first of a cluster that takes the place of another one. */
  readonly after?: string;
  /** Milliseconds of silence after which a watch is given up. */
  readonly idleTimeout: number;
  readonly clock: Clock;
  /** Ends the iteration, promptly and without an error. */
  readonly signal: AbortSignal;
}

/**
 * The objects of a cluster and every change of them, for as long as the signal lets it.
 *
 * Lists, by streaming where the server knows how, else in pages; then watches from where the list stood. A watch that
 * ends is resumed from its last resourceVersion; when that is no longer known (410) or a line was unreadable, everything
 * is listed again. Failures delay the next attempt (`RetryPace`) and show in `status`; nothing but the signal ends the
 * iteration.
 */
export async function* watchObjects<T extends ObjectId>(
  options: WatchOptions<T>,
): AsyncGenerator<ClusterEvent<T>, void> {
  const { api, resource, signal, status, clock } = options;
  const position = new WatchPosition();
  const pace = new RetryPace(clock);
  while (!signal.aborted) {
    try {
      if (position.version !== undefined) yield* watchChanges(options, position, position.version);
      else if (api.streamsLists && !position.pagesNext) yield* streamObjects(options, position);
      else yield* listObjects(options, position);
    } catch (thrown) {
      if (signal.aborted) return;
      if (!(thrown instanceof ApiFailure)) throw thrown;
      const { sinceUnready } = pace;
      const error = await explained(thrown, { api, resource, signal, sinceUnready });
      api.failed(error);
      const watching = position.version !== undefined;
      if (pace.atOnce({ failure: error, watching, sinceListed: status.sinceListed })) {
        position.broke(error);
        continue;
      }
      position.failed(error, status);
      await clock.sleep(pace.delay(error, status.failures), signal);
    }
  }
}
