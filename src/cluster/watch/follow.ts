import type { ClusterEvent } from '../../inventory/event.ts';
import type { ObjectId } from '../../wiring/object-id.ts';
import { ApiFailure } from '../api/api-failure.ts';
import { explained } from '../api/server-health.ts';
import { watchChanges } from './changes.ts';
import { listObjects } from './list.ts';
import type { WatchOptions } from './options.ts';
import { RetryPace } from './retry-pace.ts';
import { streamObjects } from './stream-list.ts';
import { WatchCursor } from './watch-cursor.ts';

/**
 * The objects of a cluster and every change of them, for as long as the signal lets it.
 *
 * Lists, by streaming where the server knows how, else in pages; then watches from where the list stood. A watch that
 * ends is resumed from its last resourceVersion; when that is no longer known (410) or a line was unreadable, everything
 * is listed again. What follows from what is one function, `step`. Failures delay the next attempt (`RetryPace`) and show
 * in `status`; nothing but the signal ends the iteration.
 */
export async function* followObjects<T extends ObjectId>(
  options: WatchOptions<T>,
): AsyncGenerator<ClusterEvent<T>, void> {
  const { api, resource, signal, status, clock } = options;
  const cursor = new WatchCursor(options);
  const pace = new RetryPace(clock);
  while (!signal.aborted) {
    try {
      cursor.take({ type: 'request', streams: api.streamsLists });
      yield* request(options, cursor);
    } catch (thrown) {
      if (signal.aborted) return;
      if (!(thrown instanceof ApiFailure)) throw thrown;
      const watching = cursor.state.stage === 'watching';
      const failed = cursor.failed(thrown);
      if (failed === undefined) continue;
      const { sinceUnready } = pace;
      const failure = await explained(failed.failure, { api, resource, signal, sinceUnready });
      api.failed(failure);
      if (pace.atOnce({ failure, watching, sinceListed: status.sinceListed })) continue;
      if (failed.healthyBefore) status.healthy();
      status.failed(failure);
      await clock.sleep(pace.delay(failure, status.failures), signal);
    }
  }
}

function request<T extends ObjectId>(
  options: WatchOptions<T>,
  cursor: WatchCursor,
): AsyncGenerator<ClusterEvent<T>, void> {
  const { state } = cursor;
  if (state.stage === 'streaming') return streamObjects(options, cursor);
  return state.stage === 'watching' ? watchChanges(options, cursor, state) : listObjects(options, cursor);
}
