import { own, ownString } from '../../wiring/json.ts';
import { readSecret } from '../../wiring/secret.ts';
import { type ApiAccess, ApiServer } from './api-server.ts';
import type { ApiSession } from './api-session.ts';
import { ApiFailure } from './api-failure.ts';
import { withServerState } from './server-health.ts';
import { requestTarget, type Resource } from './api-request.ts';
import type { FindSecret } from '../source.ts';
import { SharedSession } from './shared-session.ts';

/** Maximum milliseconds: the answer is one small object, and pods wait for it. */
const REQUEST_TIMEOUT = 5_000;

interface KeySecrets {
  /** Name of the Secret in every namespace. */
  readonly secretName: string;
  readonly secretField: string;
}

/**
 * Asks an API server for the key Secret of one namespace: with a GET, or, if RBAC allows only lists (charts before
 * `get` was in them), with a list of that name in that namespace. Without a resourceVersion the server reads both from
 * its store, not from a cache. Requests within ten seconds share a session.
 */
export function secretFinder(access: ApiAccess, { secretName, secretField }: KeySecrets): FindSecret {
  const api = new ApiServer({ ...access, timeout: Math.min(access.timeout, REQUEST_TIMEOUT) });
  const shared = new SharedSession(api);
  const find = async (secret: Resource, signal: AbortSignal) =>
    shared.use(signal, async (session) => {
      const object = await getOrList(session, secret);
      if (object === undefined) return undefined;
      const found = readSecret(object, secretField);
      if (found?.name === secretName && found.namespace === secret.namespace) return found;
      throw new ApiFailure('malformed', `the answer to get secrets ${secretName} is another object`);
    });
  return async (namespace, signal) => {
    const resource: Resource = {
      name: 'secrets',
      namespace,
      labelSelector: undefined,
      objectName: secretName,
    };
    try {
      return await find(resource, signal);
    } catch (error) {
      if (!(error instanceof ApiFailure) || signal.aborted) throw error;
      throw await withServerState(error, { api, resource, signal, sinceUnready: undefined });
    }
  };
}

async function getOrList(session: ApiSession, secret: Resource): Promise<unknown> {
  try {
    return await session.object(secret);
  } catch (error) {
    if (!(error instanceof ApiFailure) || error.reason !== 'forbidden') throw error;
    return await listOne(session, secret).catch(() => {
      throw error;
    });
  }
}

/** The only object of a list that is narrowed to its name. */
async function listOne(session: ApiSession, secret: Resource): Promise<unknown> {
  const list = await session.json({ resource: secret, verb: 'list' }, requestTarget(secret, {}));
  const metadata = own(list, 'metadata');
  const items = own(list, 'items') ?? [];
  if (!ownString(metadata, 'resourceVersion') || !Array.isArray(items) || ownString(metadata, 'continue')) {
    throw new ApiFailure('malformed', `the answer to list ${secret.name} is not a complete list`);
  }
  return items[0] as unknown;
}
