import { own } from '../../wiring/json.ts';
import { type AnnotationNames, type Pod, readPod, samePod } from '../../wiring/pod.ts';
import { printable } from '../../wiring/rejection.ts';
import type { Selector } from '../../wiring/selector.ts';
import { wrongType } from '../../wiring/wrong-type.ts';
import { FieldNames } from '../api/lean-json.ts';
import type { Kind, ManifestContext, ManifestReading } from '../kind.ts';

/** Most of what a Pod weighs. */
const UNREAD = new FieldNames([
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
  unread: UNREAD,
  readManifest,
  same: samePod,
  // The pods of another cluster, or of a new namespace, must not be there before its keys are.
  deliverAfter: 'secrets',
  goneFromFile: 'after-pause',
};

function readManifest(object: unknown, { scope, selector }: ManifestContext): ManifestReading<Pod> {
  const { annotations, namespace } = scope;
  const why = wrongType('Pod', object);
  const pod =
    why === undefined ? readPod(object, annotations, { assumeRunning: true }) : defective(object, why);
  if (pod === undefined) return { nameless: true };
  const isInScope = namespace === undefined || pod.namespace === namespace;
  if (!isInScope) return {};
  if (isMeant(object, selector, annotations.hosts)) return { object: pod };
  const unselected = why === undefined ? nearlyMeant(object, selector, annotations) : undefined;
  return unselected === undefined ? {} : { object: { ...pod, unselected } };
}

/** Of a pod with podway's annotations and a misspelt label: what was probably meant. */
function nearlyMeant(object: unknown, selector: Selector, names: AnnotationNames): string | undefined {
  const metadata = own(object, 'metadata');
  const annotations = own(metadata, 'annotations');
  const asks = [names.hosts, names.paths].some((it) => own(annotations, it) !== undefined);
  return asks ? selector.nearMiss(labelsOf(own(metadata, 'labels') ?? {})) : undefined;
}

/** A Pod that the API server would refuse: it is reported under the name that it has, and not routed. */
function defective(object: unknown, defect: string): Pod | undefined {
  const metadata = own(object, 'metadata');
  const [name, namespace] = ['name', 'namespace'].map((key) => printable(scalarText(own(metadata, key))));
  const names = { hosts: '', paths: '', options: '' };
  const pod = readPod({ metadata: { name: name || 'nameless', namespace } }, names);
  return pod === undefined ? undefined : { ...pod, defect };
}

/**
 * Whether a selector means this pod. Values that are no text count as what they look like: who writes `routable: true`
 * means that the pod should be routed, and its owner must learn why it is not.
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

/** Empty for what is no scalar. */
function scalarText(value: unknown): string {
  if (typeof value === 'string') return value;
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : '';
}
