import { isIP } from 'node:net';
import { misspelledAnnotations } from './misspelt-annotations.ts';
import { own, ownArray, ownString, readIdentity } from './json.ts';
import type { ObjectId } from './object-id.ts';
import { isReadyButForGate, isTrue, type ReadinessGate, readGate } from './readiness-gate.ts';

/** The parts of a Pod that podway keeps: a few hundred bytes, regardless of the size of the object. */
export interface Pod extends ObjectId {
  /** Text of the hosts annotation; undefined if absent. */
  readonly hosts?: string | undefined;
  /** Text of the paths annotation; undefined if absent. */
  readonly paths?: string | undefined;
  /** Text of the annotation with options for all paths; undefined if absent. */
  readonly options?: string | undefined;
  /** Its creationTimestamp, in milliseconds since 1970; 0 if it has none. */
  readonly created: number;
  readonly phase: string;
  /** The pod is Ready, or only podway's own readiness gate, which waits until podway routes to the pod, keeps it unready. */
  readonly ready: boolean;
  /** The condition of podway's readiness gate; undefined: the pod has no such gate. */
  readonly gate?: ReadinessGate | undefined;
  /**
   * The pod is unready only because its kubelet has lost contact with the API server: the node controller then sets Ready to
   * False without a reason, while the containers and all readiness gates are still ready.
   */
  readonly silent: boolean;
  /** `deletionTimestamp` is set. */
  readonly terminating: boolean;
  /** IPv4 or IPv6 literal, no brackets, no zone. */
  readonly ip: string | undefined;
  /** The pod uses the network of its node, with the node's address. */
  readonly hostNetwork: boolean;
  /** The address of the other family, if the pod has an IPv4 and an IPv6 address. */
  readonly secondIp?: string | undefined;
  /** The uid of its controller, if the controller is of a kind that is deleted with its namespace. */
  readonly owner?: string | undefined;
  /** The zone of its node, from the label that Kubernetes sets when it binds the pod to the node. */
  readonly zone?: string | undefined;
  /** TCP ports declared by containers and by restartable init containers (sidecars), without duplicates. */
  readonly ports: readonly number[];
  /** Why the API server would refuse it; only a manifest can have a defect. podway reports it and does not route the pod. */
  readonly defect?: string | undefined;
  /** Misspelled annotations, each with the name that was probably meant. */
  readonly misspelt?: string | undefined;
  /**
   * Labels that are misspelled or missing, so the selector does not match. Only pods of manifests have this: podway reports
   * the pod and does not route it.
   */
  readonly unselected?: string | undefined;
}

/** A pod of a cluster with podway's annotations that the label selector leaves out, probably by mistake. */
export interface UnselectedPod extends ObjectId {
  /** The misspelled or missing labels, each with the label that was probably meant. */
  readonly unselected: string;
}

export interface AnnotationNames {
  readonly hosts: string;
  readonly paths: string;
  readonly options: string;
  /** Type of the condition with which podway reports that it routes to a pod; absent or '': podway sets no condition. */
  readonly gate?: string | undefined;
}

export interface ReadPodOptions {
  /**
   * For a folder of manifests, where no controller writes `status`: a Pod with a `podIP` and without `status.conditions`
   * counts as Ready, and as Running unless it has another phase.
   */
  readonly assumeRunning: boolean;
}

/** Reads a Pod of the API server or of a manifest. Undefined if it has no name; other malformed fields read as absent. */
export function readPod(object: unknown, names: AnnotationNames, options?: ReadPodOptions): Pod | undefined {
  const identity = readIdentity(object);
  if (identity === undefined) return undefined;
  const metadata = own(object, 'metadata');
  const annotations = own(metadata, 'annotations');
  const status = own(object, 'status');
  const spec = own(object, 'spec');
  const conditions = ownArray(status, 'conditions');
  const ip = readAddress(ownString(status, 'podIP'));
  const second = ip === undefined ? undefined : otherFamily(ip, ownArray(status, 'podIPs'));
  const gates = ownArray(spec, 'readinessGates');
  const gate = readGate(conditions, gates, names.gate);
  const misspelt = misspelledAnnotations(annotations, [names.hosts, names.paths, names.options]);
  const assumed =
    options?.assumeRunning === true && ip !== undefined && !Array.isArray(own(status, 'conditions'));
  return {
    ...identity,
    hosts: ownString(annotations, names.hosts),
    paths: ownString(annotations, names.paths),
    options: ownString(annotations, names.options),
    created: Date.parse(ownString(metadata, 'creationTimestamp') ?? '') || 0,
    phase: ownString(status, 'phase') ?? (assumed ? 'Running' : 'Unknown'),
    ready:
      assumed ||
      isTrue(conditions, 'Ready') ||
      (gate !== undefined && isReadyButForGate(conditions, gates, names.gate ?? '')),
    ...(gate !== undefined && { gate }),
    silent: isSilent(conditions, gates),
    terminating: (own(metadata, 'deletionTimestamp') ?? null) !== null,
    ip,
    ...(second !== undefined && { secondIp: second }),
    hostNetwork: own(spec, 'hostNetwork') === true,
    ...zoneOf(ownString(own(metadata, 'labels'), 'topology.kubernetes.io/zone')),
    ...ownerOf(ownArray(metadata, 'ownerReferences')),
    ports: declaredPorts(spec),
    ...(misspelt !== undefined && { misspelt }),
  };
}

function zoneOf(label: string | undefined): { readonly zone?: string } {
  return label === undefined || label === '' ? {} : { zone: label };
}

/** Kinds of controllers that are deleted with their namespace. The owner of a mirror pod, its Node, is not. */
const CONTROLLERS: ReadonlySet<unknown> = new Set([
  'ReplicaSet',
  'StatefulSet',
  'DaemonSet',
  'Job',
  'ReplicationController',
]);

function ownerOf(references: readonly unknown[]): { readonly owner?: string } {
  const owner = references.find((it) => own(it, 'controller') === true && CONTROLLERS.has(own(it, 'kind')));
  const uid = ownString(owner, 'uid');
  return uid === undefined || uid === '' ? {} : { owner: uid };
}

/** Whether all fields that routing uses are equal: an event that changes only other fields is ignored. */
export function samePod(a: Pod, b: Pod): boolean {
  return (
    a.uid === b.uid &&
    a.namespace === b.namespace &&
    a.name === b.name &&
    a.hosts === b.hosts &&
    a.paths === b.paths &&
    a.options === b.options &&
    a.created === b.created &&
    a.zone === b.zone &&
    a.phase === b.phase &&
    a.ready === b.ready &&
    a.silent === b.silent &&
    a.gate?.status === b.gate?.status &&
    a.gate?.message === b.gate?.message &&
    a.terminating === b.terminating &&
    a.ip === b.ip &&
    a.hostNetwork === b.hostNetwork &&
    a.defect === b.defect &&
    a.misspelt === b.misspelt &&
    a.unselected === b.unselected &&
    a.secondIp === b.secondIp &&
    a.ports.length === b.ports.length &&
    a.ports.every((port, index) => port === b.ports[index])
  );
}

function readAddress(text: string | undefined): string | undefined {
  // A zone (`fe80::1%eth0`) has a meaning only on the machine that wrote it.
  return text !== undefined && isIP(text) !== 0 && !text.includes('%') ? text : undefined;
}

/** The first of `status.podIPs` whose family is not that of `status.podIP`. */
function otherFamily(ip: string, list: readonly unknown[]): string | undefined {
  const family = isIP(ip);
  return list
    .map((it) => readAddress(ownString(it, 'ip')))
    .find((it) => it !== undefined && isIP(it) !== family);
}

function isSilent(conditions: readonly unknown[], gates: readonly unknown[]): boolean {
  const ready = conditions.find((it) => ownString(it, 'type') === 'Ready');
  if (ready === undefined || ownString(ready, 'status') !== 'False') return false;
  // A kubelet that finds a pod unready sets a reason: ContainersNotReady or ReadinessGatesNotReady.
  if ((own(ready, 'reason') ?? '') !== '' || !isTrue(conditions, 'ContainersReady')) return false;
  return gates.every((it) => isTrue(conditions, ownString(it, 'conditionType') ?? ''));
}

function declaredPorts(spec: unknown): number[] {
  const sidecars = ownArray(spec, 'initContainers').filter(
    (it) => ownString(it, 'restartPolicy') === 'Always',
  );
  const ports = new Set<number>();
  for (const container of [...ownArray(spec, 'containers'), ...sidecars]) {
    for (const declared of ownArray(container, 'ports')) {
      const port = own(declared, 'containerPort');
      const protocol = own(declared, 'protocol') ?? 'TCP';
      if (protocol === 'TCP' && isPort(port)) ports.add(port);
    }
  }
  return [...ports];
}

function isPort(value: unknown): value is number {
  return Number.isInteger(value) && (value as number) >= 1 && (value as number) <= 65535;
}
