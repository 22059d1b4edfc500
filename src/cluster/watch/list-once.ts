import { ApiFailure } from '../api/api-failure.ts';
import type { Resource } from '../api/api-request.ts';
import type { ApiServer } from '../api/api-server.ts';
import type { ApiSession } from '../api/api-session.ts';
import { getPage, PAGE_LIMIT } from './page.ts';
import { Yielder } from './yielder.ts';

/**
 * Every object of the resource at one moment; passes each to `take` when its page arrives. If the server refuses the
 * credentials, podway reads them again and repeats the list once. If the server no longer has the next page, podway
 * requests the list again as a whole.
 *
 * @returns the results of `take` that are not undefined
 * @throws ApiFailure
 */
export async function listOnce<T>(
  api: ApiServer,
  resource: Resource,
  take: (object: unknown) => T | undefined,
  signal: AbortSignal,
): Promise<T[]> {
  const attempt = async (limit: string | undefined): Promise<T[]> => {
    const session = await api.open(signal);
    try {
      return await allPages({ session, resource, limit }, take);
    } finally {
      session.close();
    }
  };
  try {
    return await attempt(PAGE_LIMIT);
  } catch (error) {
    if (!(error instanceof ApiFailure)) throw error;
    if (error.reason === 'expired') return attempt(undefined);
    if (!error.readsCredentials) throw error;
    api.failed(error);
    return attempt(PAGE_LIMIT);
  }
}

interface Pages {
  readonly session: ApiSession;
  readonly resource: Resource;
  /** Objects per page; undefined for all at once. */
  readonly limit: string | undefined;
}

async function allPages<T>(
  { session, resource, limit }: Pages,
  take: (object: unknown) => T | undefined,
): Promise<T[]> {
  const objects: T[] = [];
  const request = { call: { resource, verb: 'list' }, session, yielder: new Yielder() } as const;
  let next: string | undefined;
  do {
    const page = await getPage(request, { limit, continue: next });
    for (const item of page.items) {
      const object = take(item);
      if (object !== undefined) objects.push(object);
    }
    next = page.next;
  } while (next !== undefined);
  return objects;
}
