import { readTlsSecret, sameTlsSecret, type TlsSecret } from '../../wiring/tls-secret.ts';
import type { Kind } from '../kind.ts';

/** The Secret of one name in every namespace, which holds certificates. */
export function tlsSecretsNamed(name: string): Kind<TlsSecret> {
  return {
    kind: 'Secret',
    plural: 'secrets',
    clusterScoped: false,
    // A watch for every name: a field selector takes only one name, and RBAC can then allow each by resourceNames.
    select: () => ({ objectName: name }),
    read: readTlsSecret,
    readManifest: (object, { scope: { namespace } }) => {
      const secret = readTlsSecret(object);
      const isInScope = secret?.name === name && (namespace === undefined || secret.namespace === namespace);
      return isInScope ? { object: secret } : {};
    },
    same: sameTlsSecret,
    goneFromFile: 'after-pause',
  };
}
