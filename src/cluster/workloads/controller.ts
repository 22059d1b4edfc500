import { own, ownArray, ownString } from '../../wiring/json.ts';

/** The object that made another one and takes it along when it goes; of the same namespace. */
export interface Controller {
  readonly kind: string;
  readonly name: string;
}

/** Of an object as the API server or a manifest gives it; undefined: it has none. */
export function controllerOf(object: unknown): Controller | undefined {
  const references = ownArray(own(object, 'metadata'), 'ownerReferences');
  const found = references.find((it) => own(it, 'controller') === true);
  const [kind, name] = [ownString(found, 'kind'), ownString(found, 'name')];
  return kind === undefined || name === undefined ? undefined : { kind, name };
}
