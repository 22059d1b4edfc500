import { own, readIdentity } from '../../wiring/json.ts';
import { type AnnotationNames, type Pod, readPod, samePod, type UnselectedPod } from '../../wiring/pod.ts';
import { printable } from '../../wiring/rejection.ts';
import type { Selector } from '../../wiring/selector.ts';
import { wrongType } from '../../wiring/wrong-type.ts';
import { FieldNames } from '../api/lean-json.ts';
import type { Kind, ManifestContext, ManifestReading } from '../kind.ts';

/** Most of the text of a Pod. */
const UNREAD_FIELDS = new FieldNames([
  'managedFields',
  'env',
  'envFrom',
  'volumeMounts',
  'volumes',
  'resources',
  'livenessProbe',
  'readinessProbe',
  'startupProbe',
  'lifecycle',
  'securityContext',
  'command',
  'args',
  'tolerations',
  'affinity',
  'topologySpreadConstraints',
  'containerStatuses',
  'initContainerStatuses',
  'ephemeralContainers',
  'ephemeralContainerStatuses',
]);

/** The pods that the label selector chooses. */
export const PODS: Kind<Pod> = {
  kind: 'Pod',
  clusterScoped: false,
  select: ({ labelSelector }) => ({ labelSelector }),
  read: (object, { annotations }) => readPod(object, annotations),
  unread: UNREAD_FIELDS,
  readManifest,
  same: samePod,
  // Pods of another cluster, or of a new namespace, must not be delivered before its keys.
  deliverAfter: 'secrets',
  goneFromFile: 'after-pause',
};

function readManifest(object: unknown, context: ManifestContext): ManifestReading<Pod> {
  const { scope, selector } = context;
  const { annotations, namespace } = scope;
  const defect = wrongType('Pod', object);
  const pod =
    defect === undefined ? readPod(object, annotations, { assumeRunning: true }) : defective(object, defect);
  if (pod === undefined) return { nameless: true };
  const isInScope = namespace === undefined || pod.namespace === namespace;
  if (!isInScope) return {};
  if (isMeant(object, selector, annotations.hosts)) return { object: pod };
  const nearMiss = context.absentLabels === 'passed-over' ? selector.nearMiss : selector.nearMissOrAbsent;
  const unselected = defect === undefined ? nearlyMeant(object, nearMiss, annotations) : undefined;
  return unselected === undefined ? {} : { object: { ...pod, unselected } };
}

/**
 * Reads a pod from the API server. Undefined unless the pod has podway's annotations and its labels probably miss the
 * selector by mistake.
 */
export function readUnselected(
  object: unknown,
  selector: Selector,
  names: AnnotationNames,
): UnselectedPod | undefined {
  const unselected = nearlyMeant(object, selector.nearMissOrAbsent, names);
  const identity = unselected === undefined ? undefined : readIdentity(object);
  return identity === undefined || unselected === undefined ? undefined : { ...identity, unselected };
}

/** The label that was probably meant, for a pod with podway's annotations and a misspelt or absent label. */
function nearlyMeant(
  object: unknown,
  nearMiss: Selector['nearMiss'],
  names: AnnotationNames,
): string | undefined {
  const metadata = own(object, 'metadata');
  const annotations = own(metadata, 'annotations');
  // Deployment tools write empty annotations.
  const asks = [names.hosts, names.paths].some((it) => (own(annotations, it) ?? '') !== '');
  return asks ? nearMiss(labelsOf(own(metadata, 'labels') ?? {})) : undefined;
}

/** A Pod that the API server would refuse: podway reports it under its name and does not route it. */
function defective(object: unknown, defect: string): Pod | undefined {
  const metadata = own(object, 'metadata');
  const [name, namespace] = ['name', 'namespace'].map((key) => printable(scalarText(own(metadata, key))));
  const names = { hosts: '', paths: '', options: '' };
  const pod = readPod({ metadata: { name: name || 'nameless', namespace } }, names);
  return pod === undefined ? undefined : { ...pod, defect };
}

/**
 * Whether a selector means this pod. Label values that are not text count as the text that they look like: who writes
 * `routable: true` means that podway should route the pod, and the owner must learn why it does not.
 */
function isMeant(object: unknown, selector: Selector, hosts: string): boolean {
  const metadata = own(object, 'metadata');
  const labels = own(metadata, 'labels') ?? {};
  if (typeof labels !== 'object' || Array.isArray(labels))
    return own(own(metadata, 'annotations'), hosts) !== undefined;
  return selector.matches(labelsOf(labels));
}

function labelsOf(labels: object): ReadonlyMap<string, string> {
  return new Map(Object.keys(labels).map((key) => [key, scalarText(own(labels, key))]));
}

/** Empty if the value is not a scalar. */
function scalarText(value: unknown): string {
  if (typeof value === 'string') return value;
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : '';
}
