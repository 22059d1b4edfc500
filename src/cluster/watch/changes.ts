import type { ClusterEvent } from '../../inventory/event.ts';
import type { ObjectId } from '../../wiring/object-id.ts';
import { ApiFailure } from '../api/api-failure.ts';
import type { WatchOptions } from './options.ts';
import { type WatchNews, watchLines } from './lines.ts';
import type { WatchPosition } from './position.ts';
import { Watchdog } from './watchdog.ts';

/** A watch that ends sooner than this (milliseconds) and brought nothing is a failure, or we would spin. */
const SHORTEST_WATCH = 1000;

/**
 * Changes since `version`, until the server ends the watch as it should. Moves `position` along with every event and
 * bookmark, so that whatever happens next resumes after the last one that was delivered.
 *
 * Servers send a bookmark about once a minute, so silence means that nobody is there. Of a server that never sent one
 * it means nothing: then the watch is begun anew without a word. A watch that brought nothing before it fell silent
 * may have begun at a version that the server has not reached yet (etcd restored from a backup): servers leave out
 * every event and bookmark up to it, perhaps for days. Only a list can tell.
 *
 * @throws ApiFailure
 */
export async function* watchChanges<T extends ObjectId>(
  options: WatchOptions<T>,
  position: WatchPosition,
  version: string,
): AsyncGenerator<ClusterEvent<T>, void> {
  const { clock, idleTimeout, resource, status } = options;
  const watchdog = new Watchdog(clock);
  let started = clock.now();
  const opened = () => {
    started = clock.now();
    status.watching();
    watchdog.guard({ silence: idleTimeout });
  };
  position.watchStarted();
  try {
    const lines = watchLines(options, {
      query: { resourceVersion: version },
      watchdog,
      opened,
      origin: position.origin,
    });
    for await (const line of lines) yield* changeOf(line, options, position);
  } catch (error) {
    if (watchdog.barked && !position.bookmarked) return;
    if (watchdog.barked && !position.advanced) {
      const detail = `watch ${resource.name} fell silent and had brought nothing; listing again`;
      throw new ApiFailure('silent', detail, { relist: true });
    }
    throw error;
  }
  if (!position.advanced && clock.now() - started < SHORTEST_WATCH) {
    throw new ApiFailure('short-watch', `watch ${resource.name} ended at once`);
  }
  status.healthy();
}

/** The event that a line stands for, and the position after it. */
export function* changeOf<T extends ObjectId>(
  line: WatchNews,
  { read }: WatchOptions<T>,
  position: WatchPosition,
): Generator<ClusterEvent<T>, void> {
  position.moveTo(line.version);
  switch (line.type) {
    case 'bookmark':
      position.bookmarked = true;
      return;
    case 'delete':
      yield { type: 'delete', object: line.id };
      return;
    case 'upsert': {
      const object = read(line.object);
      position.hadObjects = true;
      if (object !== undefined) yield { type: 'apply', object };
      return;
    }
  }
}
