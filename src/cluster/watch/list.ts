import type { ClusterEvent } from '../../inventory/event.ts';
import type { ObjectId } from '../../wiring/object-id.ts';
import { own, ownArray, ownString } from '../../wiring/json.ts';
import type { ApiSession } from '../api/api-session.ts';
import { ApiFailure, type Attempt } from '../api/api-failure.ts';
import { requestTarget } from '../api/api-request.ts';
import type { WatchOptions } from './options.ts';
import type { WatchPosition } from './position.ts';

/** Objects per page: bounds the memory of one answer and what the server has to hold. */
const PAGE = '500';

interface Page {
  readonly items: readonly unknown[];
  readonly version: string;
  readonly next: string | undefined;
}

/**
 * The state of the cluster as `init`, `init-apply`…, `init-done`; moves `position` to where the watch has to start.
 * An `init` without its `init-done` was given up: the next list begins anew. A list that is older than what is known
 * ends without an event; the next one is believed (`WatchPosition.accepts`).
 *
 * @throws ApiFailure
 */
export async function* listObjects<T extends ObjectId>(
  options: WatchOptions<T>,
  position: WatchPosition,
): AsyncGenerator<ClusterEvent<T>, void> {
  const { after, api, resource, signal, status } = options;
  status.listing();
  const session = await api.open(signal);
  try {
    const moved = position.at(session.origin);
    // Pods of another cluster must not be there before its keys are.
    if (moved && after !== undefined && !(await api.whenListed(after, session.origin, signal))) return;
    let list = yield* listPages(options, position, session);
    if (list?.objects === 0 && position.hadObjects) {
      // All gone at once is more often an API server's mistake than true; the second answer is believed.
      status.problem(
        'suddenly-empty',
        `the list has no ${resource.name} where there were some; asking again`,
      );
      list = yield* listPages(options, position, session);
    }
    if (list === undefined) return;
    position.listed(list.version, list.objects);
    status.listed();
  } finally {
    session.close();
  }
  yield { type: 'init-done' };
  api.listed(resource.name, session.origin);
}

/**
 * All pages of one list: a consistent state, because every page after the first is of the first one's version. Without
 * a resourceVersion in the request that is a quorum read. Undefined when its version is not accepted.
 */
async function* listPages<T extends ObjectId>(
  options: WatchOptions<T>,
  position: WatchPosition,
  session: ApiSession,
): AsyncGenerator<ClusterEvent<T>, { version: string; objects: number } | undefined> {
  const { resource, status, read } = options;
  let next: string | undefined;
  let objects = 0;
  do {
    const page = await getPage({ resource, verb: 'list' }, position, session, next);
    status.activity();
    if (next === undefined) {
      if (!position.accepts(page.version, options)) return undefined;
      yield { type: 'init' };
    }
    for (const item of page.items) {
      const object = read(item);
      objects += 1;
      if (object !== undefined) yield { type: 'init-apply', object };
      else status.problem('invalid-object', `item ${objects} of the ${resource.name} list has no name`);
    }
    next = page.next;
    if (next === undefined) return { version: page.version, objects };
  } while (true);
}

async function getPage(
  attempt: Attempt,
  position: WatchPosition,
  session: ApiSession,
  next: string | undefined,
): Promise<Page> {
  const limit = position.unpaged ? undefined : PAGE;
  try {
    const page = readPage(
      await session.json(attempt, requestTarget(attempt.resource, { limit, continue: next })),
    );
    if (page !== undefined) return page;
  } catch (error) {
    if (error instanceof ApiFailure && error.reason === 'expired') position.unpaged = next !== undefined;
    throw error;
  }
  throw new ApiFailure('malformed', `the answer to list ${attempt.resource.name} is no list`);
}

/** `items` of an empty list may be null: that is how Go writes a nil slice. */
function readPage(list: unknown): Page | undefined {
  const metadata = own(list, 'metadata');
  const version = ownString(metadata, 'resourceVersion');
  const items = own(list, 'items') ?? null;
  if (!version || !(items === null || Array.isArray(items))) return undefined;
  return { items: ownArray(list, 'items'), version, next: ownString(metadata, 'continue') || undefined };
}
