import type { WatchOptions } from './options.ts';
import type { ClusterEvent } from '../../inventory/event.ts';
import type { ObjectId } from '../../wiring/object-id.ts';
import { ApiFailure } from '../api/api-failure.ts';
import { listObjects } from './list.ts';
import { RetryPace } from './retry-pace.ts';
import { explained } from '../api/server-health.ts';
import { streamObjects } from './stream-list.ts';
import { WatchPosition } from './position.ts';
import { watchChanges } from './changes.ts';

/**
 * The objects of a cluster and every change of them, for as long as the signal lets it.
 *
 * Lists, by streaming where the server knows how, else in pages; then watches from where the list stood. A watch that
 * ends is resumed from its last resourceVersion; when that is no longer known (410) or a line was unreadable, everything
 * is listed again. Failures delay the next attempt (`RetryPace`) and show in `status`; nothing but the signal ends the
 * iteration.
 */
export async function* followObjects<T extends ObjectId>(
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
