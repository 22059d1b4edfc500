import { ApiFailure } from '../api/api-failure.ts';
import type { ApiServer } from '../api/api-server.ts';
import type { StreamAccess } from '../api/stream-access.ts';
import type { StreamRequest } from './handshake.ts';

/** Maximum number of times that podway waits because the server asks for it, and maximum milliseconds of each. */
const MAX_WAITS = 3;
const MAX_WAIT = 10_000;

/**
 * A refused handshake has changed nothing, so podway repeats it: once with new credentials, and each time the server
 * asks for a wait.
 *
 * @throws ApiFailure
 */
export async function openWithRetries<T extends string, O>(
  api: ApiServer,
  request: StreamRequest<T>,
  open: (access: StreamAccess, request: StreamRequest<T>) => Promise<O>,
): Promise<O> {
  let hasReloaded = false;
  for (let waits = 0; ; ) {
    const access = await api.streamAccess(request.signal);
    try {
      return await open(access, request);
    } catch (error) {
      if (!(error instanceof ApiFailure) || request.signal.aborted) throw error;
      api.failed(error);
      if (error.readsCredentials && !hasReloaded) {
        hasReloaded = true;
        continue;
      }
      const { retryAfter } = error;
      if (retryAfter === undefined || retryAfter > MAX_WAIT || waits >= MAX_WAITS) throw error;
      waits += 1;
      await request.clock.sleep(retryAfter, request.signal);
    }
  }
}
