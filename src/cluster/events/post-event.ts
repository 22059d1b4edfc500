import { type ApiAccess, ApiServer } from '../api/api-server.ts';
import { ApiFailure } from '../api/api-failure.ts';
import { type Resource, requestTarget } from '../api/api-request.ts';
import type { EventObject } from './event-object.ts';

/** Creates an Event. Resolves also if it exists already. Rejects with an ApiFailure. */
export type PostEvent = (event: EventObject, signal: AbortSignal) => Promise<void>;

/**
 * Posts Events to the cluster of a kubeconfig, each on a separate connection, because Events are rare.
 *
 * @param namespace the watched namespace, for the advice after a 403; undefined for all
 */
export function postEventTo(access: ApiAccess, namespace: string | undefined): PostEvent {
  const api = new ApiServer(access);
  const events: Resource = { name: 'events', namespace, labelSelector: undefined, objectName: undefined };
  return async (event, signal) => {
    const session = await api.open(signal);
    const target = requestTarget({ ...events, namespace: event.metadata.namespace }, {});
    try {
      await session.create({ resource: events, verb: 'create' }, target, event);
    } catch (error) {
      if (error instanceof ApiFailure) api.failed(error);
      throw error;
    } finally {
      session.close();
    }
  };
}
