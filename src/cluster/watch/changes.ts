import type { ClusterEvent } from '../../inventory/event.ts';
import type { ObjectId } from '../../wiring/object-id.ts';
import { type WatchNews, watchLines } from './lines.ts';
import type { WatchOptions } from './options.ts';
import type { WatchState } from './state.ts';
import { Watchdog } from './watchdog.ts';
import type { WatchCursor } from './watch-cursor.ts';

/**
 * Changes since a version, until the server ends the watch normally. Advances `cursor` with every event and bookmark,
 * so that the next request resumes after the last delivered one.
 *
 * @throws ApiFailure
 */
export async function* watchChanges<T extends ObjectId>(
  options: WatchOptions<T>,
  cursor: WatchCursor,
  { version, known }: Extract<WatchState, { readonly stage: 'watching' }>,
): AsyncGenerator<ClusterEvent<T>, void> {
  const { clock, idleTimeout, status } = options;
  const watchdog = new Watchdog(clock);
  let started = clock.now();
  const opened = (origin: string) => {
    started = clock.now();
    cursor.take({ type: 'answer', origin });
    status.watching();
    watchdog.guard({ silence: idleTimeout });
  };
  const query = { resourceVersion: version };
  const lines = watchLines(options, { query, watchdog, opened, origin: known.origin });
  for await (const line of lines) yield* changeOf(line, options, cursor);
  cursor.take({ type: 'ended', lasted: clock.now() - started });
}

/** The event of a watch line. Advances `cursor`. */
export function* changeOf<T extends ObjectId>(
  line: WatchNews,
  { read }: WatchOptions<T>,
  cursor: WatchCursor,
): Generator<ClusterEvent<T>, void> {
  cursor.take({ type: 'line', line });
  if (line.type === 'delete') yield { type: 'delete', object: line.id };
  if (line.type !== 'upsert') return;
  const object = read(line.object);
  if (object !== undefined) yield { type: 'apply', object };
}
