import { keyOf, type ObjectId } from '../../wiring/object-id.ts';
import type { ClusterEvent } from '../../inventory/event.ts';
import { ApiFailure } from '../api/api-failure.ts';
import { changeOf } from './changes.ts';
import { type WatchNews, watchLines } from './lines.ts';
import type { WatchOptions } from './options.ts';
import type { WatchPosition } from './position.ts';
import { Watchdog } from './watchdog.ts';

/** The server's latest state first, then its changes, on one connection (KEP-3157). */
const QUERY = { sendInitialEvents: 'true', resourceVersionMatch: 'NotOlderThan' };

/**
 * Milliseconds. A server that streams lists sends the first events at once and the end mark as soon as its cache is as
 * fresh as the request, which it waits at most 3 s for. One that takes longer is asked for pages instead.
 */
const INITIAL_EVENTS = { silence: 10_000, total: 60_000 };

/**
 * The state of the cluster as `init`, `init-apply`…, `init-done`, and then its changes as `watchChanges` has them.
 *
 * Nothing is delivered before the end mark. What comes before it may also be changes, older than what a list from
 * another server told us, so a deletion among them removes from the set in the making and nothing else.
 *
 * Servers differ: some refuse the parameters (422 without the feature gate, 400 by others), and one that does not know
 * them answers with an ordinary watch. That shows in its first bookmark, which lacks the mark (who streams lists marks
 * the first one: cacheWatcher, `wasBookmarkAfterRvSent`), or in no mark for too long. Then this ends
 * without an event and `api.streamsLists` is false: the next list is a paged one, which knows no gap either.
 *
 * @throws ApiFailure
 */
export async function* streamObjects<T extends ObjectId>(
  options: WatchOptions<T>,
  position: WatchPosition,
): AsyncGenerator<ClusterEvent<T>, void> {
  const { after, api, clock, idleTimeout, resource, signal, status } = options;
  const watchdog = new Watchdog(clock);
  const initial = new Map<string, T>();
  let answered = false;
  let moved = false;
  let complete = false;
  const opened = (origin: string) => {
    answered = true;
    moved = position.at(origin);
    watchdog.guard(INITIAL_EVENTS);
  };
  status.listing();
  try {
    for await (const line of watchLines(options, { query: QUERY, watchdog, opened })) {
      if (complete) {
        yield* changeOf(line, options, position);
      } else if (line.type !== 'bookmark') {
        collect(initial, line, options);
      } else if (!line.endsInitialEvents) {
        api.streamsLists = false;
        return;
      } else {
        if (!position.accepts(line.version, options)) return;
        if (!believable(initial.size, options, position)) return;
        // Pods of another cluster must not be there before its keys are.
        if (moved && after !== undefined) {
          if (!(await api.whenListed(after, position.origin ?? '', signal))) return;
        }
        complete = true;
        watchdog.guard({ silence: idleTimeout });
        position.listed(line.version, initial.size);
        position.bookmarked = true;
        status.listed();
        yield { type: 'init' };
        for (const object of initial.values()) yield { type: 'init-apply', object };
        yield { type: 'init-done' };
        if (position.origin !== undefined) api.listed(resource.name, position.origin);
        initial.clear();
        position.watchStarted();
        status.watching();
      }
    }
    if (complete) status.healthy();
    else throw new ApiFailure('cut', `watch ${resource.name} ended before the initial events did`);
  } catch (error) {
    if (!complete && error instanceof ApiFailure && (watchdog.barked || error.reason === 'refused')) {
      api.streamsLists = false;
      return;
    }
    // Something between us and the server may not bear streams of this size: pages, this once.
    if (!complete && (answered || isSilence(error))) position.pagesNext = true;
    throw error;
  }
}

function isSilence(error: unknown): boolean {
  return error instanceof ApiFailure && error.reason === 'silent';
}

function collect<T extends ObjectId>(
  initial: Map<string, T>,
  line: Exclude<WatchNews, { readonly type: 'bookmark' }>,
  { read }: WatchOptions<T>,
): void {
  const key = keyOf(line.id);
  if (line.type === 'delete') {
    initial.delete(key);
    return;
  }
  const object = read(line.object);
  if (object !== undefined) initial.set(key, object);
}

/** All gone at once is more often an API server's mistake than true: the next list, in pages, is believed. */
function believable<T extends ObjectId>(
  objects: number,
  { resource, status }: WatchOptions<T>,
  position: WatchPosition,
): boolean {
  if (objects > 0 || !position.hadObjects) return true;
  status.problem('suddenly-empty', `the list has no ${resource.name} where there were some; asking again`);
  position.hadObjects = false;
  position.pagesNext = true;
  return false;
}
