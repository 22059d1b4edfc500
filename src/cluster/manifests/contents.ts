import { own, ownString } from '../../wiring/json.ts';
import { type Pod, readPod } from '../../wiring/pod.ts';
import { type NamespaceSecret, readSecret } from '../../wiring/secret.ts';
import type { Labels, Selector } from '../../wiring/selector.ts';
import type { SourceScope } from '../scope.ts';
import type { ManifestObject } from './parse-manifests.ts';

/** What a file, or the whole folder, says that concerns us. */
export interface Contents {
  readonly pods: readonly Pod[];
  readonly secrets: readonly NamespaceSecret[];
}

/** Does for manifests what the API server does with selectors: keeps the objects in scope, reduced to what is used. */
export function selectContents(
  objects: readonly ManifestObject[],
  scope: SourceScope,
  selector: Selector,
): Contents & { readonly nameless: number } {
  const pods: Pod[] = [];
  const secrets: NamespaceSecret[] = [];
  let nameless = 0;
  for (const { kind, object } of objects) {
    const found =
      kind === 'Pod'
        ? readPod(object, scope.annotations, { assumeRunning: true })
        : readSecret(object, scope.secretField);
    if (found === undefined) {
      nameless += 1;
    } else if (scope.namespace === undefined || found.namespace === scope.namespace) {
      if (!('digests' in found)) {
        if (selector.matches(labelsOf(object))) pods.push(found);
      } else if (found.name === scope.secretName) secrets.push(found);
    }
  }
  return { pods, secrets, nameless };
}

function labelsOf(object: unknown): Labels {
  const labels = own(own(object, 'metadata'), 'labels');
  if (typeof labels !== 'object' || labels === null) return new Map();
  return new Map(
    Object.keys(labels).flatMap((key) => {
      const value = ownString(labels, key);
      return value === undefined ? [] : [[key, value]];
    }),
  );
}
