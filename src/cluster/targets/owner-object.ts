import type { OwnerKind } from '../../podstream/targets/owners.ts';
import { type OwnerView, readOwner } from '../../podstream/targets/owner-view.ts';
import { ApiFailure } from '../api/api-failure.ts';
import type { Resource } from '../api/api-request.ts';
import type { ApiServer } from '../api/api-server.ts';
import { getObject } from '../api/get-object.ts';
import { SourceError } from '../source.ts';

export interface OwnerName {
  readonly owner: OwnerKind;
  readonly namespace: string;
  readonly name: string;
}

/** The resource of one Deployment, Service or similar object, for requests that name it. */
export function ownerResource({ owner, namespace, name }: OwnerName): Resource {
  const { resource, group, version } = owner;
  const groupVersion = group === '' ? undefined : `${group}/${version}`;
  return { name: resource, groupVersion, namespace, labelSelector: undefined, objectName: name };
}

/**
 * What the owner says about its pods.
 *
 * @throws ApiFailure; SourceError if the owner does not exist or selects no pods
 */
export async function getOwner(api: ApiServer, named: OwnerName, signal: AbortSignal): Promise<OwnerView> {
  const object = await getObject(api, ownerResource(named), signal);
  const what = `${named.owner.words[0]} ${named.name}`;
  if (object === undefined) throw new SourceError(`there is no ${what} in namespace ${named.namespace}`);
  const view = readOwner(object, named.owner);
  if (view?.name !== named.name || view.namespace !== named.namespace)
    throw new ApiFailure('malformed', `the answer to get ${what} is another object`);
  if (view.labelSelector === undefined)
    throw new SourceError(`${what} in namespace ${named.namespace} selects no pods`);
  return view;
}
