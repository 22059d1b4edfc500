import type { ClusterEvent } from '../../inventory/event.ts';
import type { ObjectId } from '../../wiring/object-id.ts';
import type { ApiSession } from '../api/api-session.ts';
import type { WatchOptions } from './options.ts';
import { getPage, PAGE_LIMIT } from './page.ts';
import { Yielder } from './yielder.ts';
import type { WatchCursor } from './watch-cursor.ts';

/**
 * The state of the cluster as `init`, `init-apply`…, `init-done`; moves `cursor` to where the watch has to start. If
 * `init-done` does not follow an `init`, podway has given up the list: the next list starts again. A list that is older
 * than what podway knows ends without an event; podway accepts the next one.
 *
 * @throws ApiFailure
 */
export async function* listObjects<T extends ObjectId>(
  options: WatchOptions<T>,
  cursor: WatchCursor,
): AsyncGenerator<ClusterEvent<T>, void> {
  const { api, signal, status } = options;
  status.listing();
  const session = await api.open(signal);
  try {
    cursor.take({ type: 'answer', origin: session.origin });
    if (!(await cursor.mayDeliver())) return;
    let then;
    do then = yield* listPages(options, cursor, session);
    while (then === 'list-again');
    if (then === 'give-up') return;
    status.listed();
  } finally {
    session.close();
  }
  yield { type: 'init-done' };
  cursor.delivered();
}

/**
 * All pages of one list. They are a consistent state, because every page after the first has the version of the first.
 * Without a resourceVersion in the request the list is a quorum read.
 */
async function* listPages<T extends ObjectId>(
  options: WatchOptions<T>,
  cursor: WatchCursor,
  session: ApiSession,
): AsyncGenerator<ClusterEvent<T>, ReturnType<WatchCursor['take']>> {
  const { resource, status, read, unread } = options;
  const limit = cursor.state.known.unpaged ? undefined : PAGE_LIMIT;
  const request = { call: { resource, verb: 'list' }, session, unread, yielder: new Yielder() } as const;
  let asked = getPage(request, { limit });
  let objects = 0;
  for (let first = true; ; first = false) {
    const page = await asked;
    status.activity();
    if (first) {
      if (cursor.take({ type: 'page', version: page.version }) === 'give-up') return 'give-up';
      yield { type: 'init' };
    }
    const { next } = page;
    if (next !== undefined) asked = ahead(getPage(request, { limit, continue: next }));
    for (const item of page.items) {
      const object = read(item);
      objects += 1;
      if (object !== undefined) yield { type: 'init-apply', object };
      else status.problem('invalid-object', `item ${objects} of the ${resource.name} list has no name`);
    }
    if (next === undefined) return cursor.take({ type: 'complete', version: page.version, objects });
  }
}

/**
 * Prevents an unhandled rejection: podway awaits the request later, or never if something else ends the list before.
 */
function ahead<T>(asked: Promise<T>): Promise<T> {
  asked.catch(() => undefined);
  return asked;
}
