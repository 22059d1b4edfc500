import { own, ownArray, ownString } from '../../wiring/json.ts';

/** The object of the same namespace that made another object, and whose deletion deletes that object, too. */
export interface Controller {
  readonly kind: string;
  readonly name: string;
}

/** The controller of an object from the API server or a manifest; undefined if it has none. */
export function controllerOf(object: unknown): Controller | undefined {
  const references = ownArray(own(object, 'metadata'), 'ownerReferences');
  const found = references.find((it) => own(it, 'controller') === true);
  const [kind, name] = [ownString(found, 'kind'), ownString(found, 'name')];
  return kind === undefined || name === undefined ? undefined : { kind, name };
}
