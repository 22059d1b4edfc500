import type { ObjectId } from '../wiring/object-id.ts';
import { ApiFailure } from './api/api-failure.ts';
import type { ApiServer } from './api/api-server.ts';
import { listOnce } from './watch/list-once.ts';
import type { KindTable } from './kind.ts';
import { resourceOf } from './resource-of.ts';
import type { SourceScope } from './scope.ts';

/** The cluster at one moment, approximately. */
export interface LiveObjects {
  /** Objects by the name of the row; a row that podway may not list is absent. */
  readonly objects: ReadonlyMap<string, readonly ObjectId[]>;
  /** Rows that podway may not list, and the permission for each. Only rows of Secrets and Namespaces may be missing. */
  readonly refused: ReadonlyMap<string, string>;
}

const OPTIONAL = new Set(['Secret', 'Namespace']);

/**
 * Lists each kind once, in the order of the table, and watches nothing. Pods come first: the later list of Secrets then
 * proves which namespaces of these pods have no Secret.
 *
 * @throws ApiFailure
 */
export async function listObjectsOf(
  kinds: KindTable,
  scope: SourceScope,
  api: ApiServer,
  signal: AbortSignal,
): Promise<LiveObjects> {
  const objects = new Map<string, readonly ObjectId[]>();
  const refused = new Map<string, string>();
  for (const [name, kind] of Object.entries(kinds)) {
    try {
      const resource = resourceOf(name, kind, scope);
      objects.set(name, await listOnce(api, resource, (it) => kind.read(it, scope), signal));
    } catch (error) {
      const isRefused = error instanceof ApiFailure && error.reason === 'forbidden';
      if (!isRefused || !OPTIONAL.has(kind.kind)) throw error;
      refused.set(name, error.message);
    }
  }
  return { objects, refused };
}
