import type { ClusterEvent } from '../../inventory/event.ts';
import { keyOf, type ObjectId } from '../../wiring/object-id.ts';
import { changeOf } from './changes.ts';
import { type WatchNews, watchLines } from './lines.ts';
import type { WatchOptions } from './options.ts';
import type { WatchCursor } from './watch-cursor.ts';
import { Watchdog } from './watchdog.ts';

/** The server's latest state first, then its changes, on one connection (KEP-3157). */
const QUERY = { sendInitialEvents: 'true', resourceVersionMatch: 'NotOlderThan' };

/**
 * Milliseconds. A server that streams lists sends the first events at once, and the end mark as soon as its cache is as
 * fresh as the request, for which it waits at most 3 s. If a server takes longer, podway requests pages instead.
 */
const INITIAL_EVENTS = { silence: 10_000, total: 60_000 };

/**
 * The state of the cluster as `init`, `init-apply`…, `init-done`, and then its changes as in `watchChanges`.
 *
 * podway delivers nothing before the end mark. Events before it may also be changes that are older than a list from
 * another server, so a deletion among them only removes an object from the list that podway is building.
 *
 * Servers differ: some refuse the parameters (422 without the feature gate, 400 by others), and a server that does not
 * know them answers with an ordinary watch. podway recognizes that by the first bookmark, which has no mark (a server
 * that streams lists marks the first one: cacheWatcher, `wasBookmarkAfterRvSent`), or because no mark comes for too
 * long. Then this function ends without an event and podway requests the next list in pages, which leave no gap either.
 *
 * @throws ApiFailure
 */
export async function* streamObjects<T extends ObjectId>(
  options: WatchOptions<T>,
  cursor: WatchCursor,
): AsyncGenerator<ClusterEvent<T>, void> {
  const { clock, idleTimeout, status } = options;
  const watchdog = new Watchdog(clock);
  const initial = new Map<string, T>();
  let started = clock.now();
  const opened = (origin: string) => {
    started = clock.now();
    cursor.take({ type: 'answer', origin });
    watchdog.guard(INITIAL_EVENTS);
  };
  status.listing();
  for await (const line of watchLines(options, { query: QUERY, watchdog, opened })) {
    if (cursor.state.stage === 'watching') {
      yield* changeOf(line, options, cursor);
    } else if (line.type !== 'bookmark') {
      collect(initial, line, options);
    } else {
      const list = { version: line.version, objects: initial.size };
      const then = cursor.take(
        line.endsInitialEvents ? { type: 'end-mark', ...list } : { type: 'no-end-mark' },
      );
      if (then === 'give-up' || !(await cursor.mayDeliver())) return;
      cursor.take({ type: 'complete', ...list });
      watchdog.guard({ silence: idleTimeout });
      status.listed();
      yield { type: 'init' };
      for (const object of initial.values()) yield { type: 'init-apply', object };
      yield { type: 'init-done' };
      cursor.delivered();
      initial.clear();
      status.watching();
    }
  }
  cursor.take({ type: 'ended', lasted: clock.now() - started });
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
