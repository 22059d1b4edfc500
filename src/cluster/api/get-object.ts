import { ApiFailure } from './api-failure.ts';
import type { Resource } from './api-request.ts';
import type { ApiServer } from './api-server.ts';

/**
 * The object that `resource` names, as it is now; undefined if there is none. If the server refuses the credentials,
 * podway reads them again and repeats the request once.
 *
 * @throws ApiFailure
 */
export async function getObject(api: ApiServer, resource: Resource, signal: AbortSignal): Promise<unknown> {
  try {
    return await request(api, resource, signal);
  } catch (error) {
    if (!(error instanceof ApiFailure) || !error.readsCredentials) throw error;
    api.failed(error);
    return request(api, resource, signal);
  }
}

async function request(api: ApiServer, resource: Resource, signal: AbortSignal): Promise<unknown> {
  const session = await api.open(signal);
  try {
    return await session.object(resource);
  } finally {
    session.close();
  }
}
