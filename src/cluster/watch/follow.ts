import type { ClusterEvent } from '../../inventory/event.ts';
import type { ObjectId } from '../../wiring/object-id.ts';
import { ApiFailure } from '../api/api-failure.ts';
import { withServerState } from '../api/server-health.ts';
import { watchChanges } from './changes.ts';
import { listObjects } from './list.ts';
import type { WatchOptions } from './options.ts';
import { RetryPace } from './retry-pace.ts';
import { streamObjects } from './stream-list.ts';
import { WatchCursor } from './watch-cursor.ts';

/**
 * The objects of a cluster and all their changes, until the signal aborts.
 *
 * podway lists by streaming if the server supports it, else in pages, and then watches from the version of the list. A
 * watch that ends is resumed from its last resourceVersion. If the server no longer knows that version (410), or if a
 * line was unreadable, podway lists everything again. The function `step` decides what follows from an event. Failures
 * delay the next attempt (`RetryPace`) and show in `status`; only the signal ends the iteration.
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
      const failure = await withServerState(failed.failure, { api, resource, signal, sinceUnready });
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
