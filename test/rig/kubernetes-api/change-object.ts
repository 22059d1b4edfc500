import type { ApiRequest } from './api-request.ts';
import { kindOf } from './kinds.ts';
import { mergePatch, strategicMergePatch } from './patch.ts';
import { Refusal } from './status.ts';
import type { ApiObject, ObjectInput, ObjectStore } from './store.ts';

const PATCHES: Readonly<Record<string, (target: unknown, patch: unknown) => unknown>> = {
  'application/merge-patch+json': mergePatch,
  'application/strategic-merge-patch+json': strategicMergePatch,
};

/** Carries out a create, update, patch or delete of one object and answers the object. @throws Refusal */
export function changeObject(store: ObjectStore, request: ApiRequest, type: string, body: string): ApiObject {
  const { verb, resource } = request;
  const namespace = request.namespace ?? '';
  if (verb === 'create') return create(store, request, body);
  const name = request.name ?? '';
  const previous = store.get(resource, namespace, name);
  if (previous === undefined) throw new Refusal(404, `${resource} "${name}" not found`);
  if (verb === 'delete') return store.remove(resource, namespace, name) ?? previous;
  if (verb === 'update') {
    const next = { ...readObject(body), kind: previous.kind };
    const version = next.metadata.resourceVersion;
    if (version !== undefined && version !== previous.metadata.resourceVersion) {
      throw new Refusal(
        409,
        `Operation cannot be fulfilled on ${resource} "${name}": the object has been modified`,
      );
    }
    return store.put({ ...next, metadata: { ...next.metadata, name, namespace } });
  }
  if (verb === 'patch') {
    const merge = PATCHES[type];
    if (merge === undefined) throw new Refusal(415, `patch type ${type} is not supported`);
    const next = merge(previous, JSON.parse(body)) as ApiObject;
    return store.put({ ...next, metadata: { ...next.metadata, name, namespace } });
  }
  throw new Refusal(405, `${verb} is not supported here`);
}

function create(store: ObjectStore, request: ApiRequest, body: string): ApiObject {
  const input = readObject(body);
  const { name } = input.metadata;
  const namespace = request.namespace ?? '';
  if (store.get(request.resource, namespace, name)) {
    throw new Refusal(409, `${request.resource} "${name}" already exists`);
  }
  return store.put({
    ...input,
    kind: kindOf(request.resource).kind,
    metadata: { ...input.metadata, namespace },
  });
}

function readObject(body: string): ObjectInput {
  const object = JSON.parse(body) as ObjectInput;
  if (typeof object?.metadata?.name !== 'string') throw new Refusal(422, 'metadata.name: Required value');
  return object;
}
