import { type NamespaceSecret, readSecret, sameSecret } from '../../wiring/secret.ts';
import { wrongType } from '../../wiring/wrong-type.ts';
import type { Kind, ManifestContext, ManifestReading } from '../kind.ts';

/**
 * The Secret of one name in every namespace, which holds the namespace's keys. podway requests no other Secret for
 * them.
 */
export const SECRETS: Kind<NamespaceSecret> = {
  kind: 'Secret',
  clusterScoped: false,
  select: ({ secretName }) => ({ objectName: secretName }),
  read: (object, { secretField }) => readSecret(object, secretField),
  readManifest,
  same: sameSecret,
  // The list of Secrets is then newer than that of pods, and proves which namespaces of these pods have no Secret.
  listAfter: 'pods',
  // A namespace without its Secret is open.
  goneFromFile: 'when-settled',
};

function readManifest(object: unknown, { scope }: ManifestContext): ManifestReading<NamespaceSecret> {
  const { namespace, secretName, secretField } = scope;
  const defect = wrongType('Secret', object);
  if (defect !== undefined) return { suspect: { reason: 'wrong-type', detail: defect } };
  const secret = readSecret(object, secretField);
  if (secret === undefined) {
    return { nameless: true, suspect: { reason: 'not-understood', detail: 'has no usable metadata.name' } };
  }
  const isNamed = secret.name === secretName;
  const isUnderstood = isNamed && secret.namespace === secret.namespace.trim().toLowerCase();
  const isInScope = isNamed && (namespace === undefined || secret.namespace === namespace);
  return {
    ...(isInScope && { object: secret }),
    ...(!isUnderstood && {
      suspect: { reason: 'not-understood', detail: 'has a name or namespace in capitals' },
    }),
  };
}
