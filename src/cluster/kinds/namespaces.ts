import { type NamespaceObject, readNamespace, sameNamespace } from '../../wiring/namespace.ts';
import { wrongType } from '../../wiring/wrong-type.ts';
import type { Kind, ManifestContext, ManifestReading } from '../kind.ts';

/** Every Namespace, reduced to its metadata, which names the hosts that it holds. */
export const NAMESPACES: Kind<NamespaceObject> = {
  kind: 'Namespace',
  clusterScoped: true,
  metadataOnly: true,
  select: () => ({}),
  read: (object, { annotations }) => readNamespace(object, annotations.hosts),
  readManifest,
  same: sameNamespace,
  // When a Namespace is gone, other namespaces may declare the hosts that it held.
  goneFromFile: 'when-settled',
};

function readManifest(object: unknown, { scope }: ManifestContext): ManifestReading<NamespaceObject> {
  const namespace = readNamespace(object, scope.annotations.hosts);
  if (namespace === undefined) return { nameless: true };
  const defect = wrongType('Namespace', object);
  return { object: defect === undefined ? namespace : { ...namespace, defect } };
}
