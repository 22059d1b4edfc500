import type { ObjectId } from '../wiring/object-id.ts';
import type { Resource } from './api/api-request.ts';
import type { Kind } from './kind.ts';
import type { SourceScope } from './scope.ts';

/** The resource for requests about one kind. */
export function resourceOf(name: string, kind: Kind<ObjectId>, scope: SourceScope): Resource {
  const { labelSelector, objectName } = kind.select(scope);
  return {
    name,
    plural: kind.plural,
    namespace: kind.clusterScoped ? undefined : scope.namespace,
    labelSelector,
    objectName,
    metadataOnly: kind.metadataOnly,
  };
}
