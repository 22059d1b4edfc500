import { type ApiAccess, ApiServer } from '../api/api-server.ts';
import { ApiFailure } from '../api/api-failure.ts';
import { type Resource, requestTarget } from '../api/api-request.ts';
import type { EventObject } from './event-object.ts';

/** Creates an Event. Resolves also when it is there already. Rejects with an ApiFailure. */
export type PostEvent = (event: EventObject, signal: AbortSignal) => Promise<void>;

/**
 * Posts Events to the cluster of a kubeconfig, each on a connection of its own: Events are rare.
 *
 * @param namespace the one that is watched, for the advice when it is forbidden; undefined: all
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
