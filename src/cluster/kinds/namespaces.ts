import { type NamespaceObject, readNamespace, sameNamespace } from '../../wiring/namespace.ts';
import { wrongType } from '../../wiring/wrong-type.ts';
import type { Kind, ManifestContext, ManifestReading } from '../kind.ts';

/** Every Namespace, as far as its metadata: which hosts it holds. */
export const NAMESPACES: Kind<NamespaceObject> = {
  kind: 'Namespace',
  clusterScoped: true,
  metadataOnly: true,
  select: () => ({}),
  read: (object, { annotations }) => readNamespace(object, annotations.hosts),
  readManifest,
  same: sameNamespace,
  // Without it, others may ask for what it held.
  goneFromFile: 'when-settled',
};

function readManifest(object: unknown, { scope }: ManifestContext): ManifestReading<NamespaceObject> {
  const namespace = readNamespace(object, scope.annotations.hosts);
  if (namespace === undefined) return { nameless: true };
  const defect = wrongType('Namespace', object);
  return { object: defect === undefined ? namespace : { ...namespace, defect } };
}
