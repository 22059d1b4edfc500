/** One resource: what podway lists and watches, narrowed by the server, or the Events that it writes. */
export interface Resource {
  /** Its name in messages, different for everything that podway follows; plural, as in paths: `pods`. */
  readonly name: string;
  /** The plural in paths, if it is not the name. */
  readonly plural?: string | undefined;
  /** Such as `apps/v1`; undefined for the core API. */
  readonly groupVersion?: string | undefined;
  /** Undefined for all namespaces. */
  readonly namespace: string | undefined;
  readonly labelSelector: string | undefined;
  /** podway requests only the object of this name, so RBAC with `resourceNames` suffices. */
  readonly objectName: string | undefined;
  /** podway requests only metadata. A server that cannot reduce objects to them sends whole objects. */
  readonly metadataOnly?: boolean | undefined;
}

/** `open`: a stream of a subresource, for which API servers check `get` and, since 1.35, also `create`. */
export type Verb = 'get' | 'list' | 'watch' | 'create' | 'patch' | 'open';
export type Query = Readonly<Record<string, string | undefined>>;

/** Path and query of a list or watch request; undefined values are left out. */
export function requestTarget(resource: Resource, query: Query): string {
  const { name, plural = name, namespace, labelSelector, objectName } = resource;
  const scope = namespace === undefined ? '' : `namespaces/${encodeURIComponent(namespace)}/`;
  const fieldSelector = objectName === undefined ? undefined : `metadata.name=${objectName}`;
  const search = new URLSearchParams();
  for (const [key, value] of Object.entries({ labelSelector, fieldSelector, ...query })) {
    if (value !== undefined) search.set(key, value);
  }
  return `${rootOf(resource)}/${scope}${plural}?${search.toString()}`;
}

/** The `Accept` field of a request (Kubernetes API concepts, "Receiving resources as metadata"). */
export function acceptOf({ metadataOnly = false }: Resource, verb: Verb): string {
  if (!metadataOnly || (verb !== 'list' && verb !== 'watch')) return 'application/json';
  const type = verb === 'list' ? 'PartialObjectMetadataList' : 'PartialObjectMetadata';
  return `application/json;as=${type};g=meta.k8s.io;v=v1, application/json`;
}

/** Path of the object that `objectName` names. */
export function objectTarget(resource: Resource): string {
  const { name, namespace = '', objectName = '' } = resource;
  return `${rootOf(resource)}/namespaces/${encodeURIComponent(namespace)}/${name}/${encodeURIComponent(objectName)}`;
}

function rootOf({ groupVersion }: Resource): string {
  return groupVersion === undefined ? '/api/v1' : `/apis/${groupVersion}`;
}

/** What helps instead of the permission. */
const ALTERNATIVES: Readonly<Record<string, string>> = {
  events: ', or set EVENTS=false',
  'pods/status': ', or set READINESS_GATE=none',
  'unselected pods': ', or set LABEL_CHECK_INTERVAL=0',
};

/** What an administrator has to grant for a request that got 403. */
export function permissionNeeded(resource: Resource, verb: Verb): string {
  const { name, plural = name, namespace, objectName, groupVersion = '' } = resource;
  const role =
    namespace === undefined ? 'a ClusterRole bound cluster-wide' : `a Role in namespace ${namespace}`;
  const verbs = verb === 'open' ? '"get", "create"' : `"${verb}"`;
  const rule = `apiGroups ["${groupVersion.split('/', 1)[0]}"], resources ["${plural}"], verbs [${verbs}]`;
  const narrowed =
    objectName === undefined
      ? ''
      : `; resourceNames ["${objectName}"] suffices, the request has fieldSelector metadata.name=${objectName}`;
  const otherwise = ALTERNATIVES[name] ?? '';
  return `grant ${rule} in ${role}${narrowed}${otherwise}`;
}
