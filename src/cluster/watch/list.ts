import type { ClusterEvent } from '../../inventory/event.ts';
import type { ObjectId } from '../../wiring/object-id.ts';
import { own, ownArray, ownString } from '../../wiring/json.ts';
import type { ApiSession } from '../api/api-session.ts';
import { ApiFailure, type ApiCall } from '../api/api-failure.ts';
import { type Query, requestTarget } from '../api/api-request.ts';
import type { WatchOptions } from './options.ts';
import type { WatchCursor } from './watch-cursor.ts';

/** Objects per page: bounds the memory of one answer and what the server has to hold. */
export const PAGE = '500';

interface Page {
  readonly items: readonly unknown[];
  readonly version: string;
  readonly next: string | undefined;
}

/**
 * The state of the cluster as `init`, `init-apply`…, `init-done`; moves `cursor` to where the watch has to start. An
 * `init` without its `init-done` was given up: the next list starts again. A list that is older than what is known ends
 * without an event; the next one is believed.
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
 * All pages of one list: a consistent state, because every page after the first is of the first one's version. Without
 * a resourceVersion in the request that is a quorum read.
 */
async function* listPages<T extends ObjectId>(
  options: WatchOptions<T>,
  cursor: WatchCursor,
  session: ApiSession,
): AsyncGenerator<ClusterEvent<T>, ReturnType<WatchCursor['take']>> {
  const { resource, status, read } = options;
  const { unpaged } = cursor.state.known;
  let next: string | undefined;
  let objects = 0;
  do {
    const query = { limit: unpaged ? undefined : PAGE, continue: next };
    const page = await getPage({ resource, verb: 'list' }, session, query);
    status.activity();
    if (next === undefined) {
      if (cursor.take({ type: 'page', version: page.version }) === 'give-up') return 'give-up';
      yield { type: 'init' };
    }
    for (const item of page.items) {
      const object = read(item);
      objects += 1;
      if (object !== undefined) yield { type: 'init-apply', object };
      else status.problem('invalid-object', `item ${objects} of the ${resource.name} list has no name`);
    }
    next = page.next;
    if (next === undefined) return cursor.take({ type: 'complete', version: page.version, objects });
  } while (true);
}

/** @throws ApiFailure */
export async function getPage(call: ApiCall, session: ApiSession, query: Query): Promise<Page> {
  const page = readPage(await session.json(call, requestTarget(call.resource, query)));
  if (page !== undefined) return page;
  throw new ApiFailure('malformed', `the answer to list ${call.resource.name} is no list`);
}

/** `items` of an empty list may be null: that is how Go writes a nil slice. */
function readPage(list: unknown): Page | undefined {
  const metadata = own(list, 'metadata');
  const version = ownString(metadata, 'resourceVersion');
  const items = own(list, 'items') ?? null;
  if (!version || !(items === null || Array.isArray(items))) return undefined;
  return { items: ownArray(list, 'items'), version, next: ownString(metadata, 'continue') || undefined };
}
