import { own, ownString, readIdentity } from '../../wiring/json.ts';
import type { ObjectId } from '../../wiring/object-id.ts';
import type { Kind, ManifestContext, ManifestReading } from '../kind.ts';
import { type Controller, controllerOf } from './controller.ts';

/** How many pods a workload requests, and where the number comes from. */
export type DesiredPods =
  | { readonly why: 'replicas' | 'job' | 'cron-job' | 'suspended'; readonly count: number }
  /** Their names end in numbers, starting with `from`. */
  | { readonly why: 'numbered'; readonly count: number; readonly from: number }
  /** The number is not stated: an autoscaler sets it, or the default of 1 applies. */
  | { readonly why: 'unsaid' }
  /** One on each node; a manifest does not know the nodes. */
  | { readonly why: 'each-node' };

/** An object that makes pods from a template, as a manifest has it. Plain values. */
export interface Workload extends ObjectId {
  readonly kind: string;
  readonly desired: DesiredPods;
  /** A PodTemplateSpec as the manifest has it; any value if the manifest is invalid. */
  readonly template: unknown;
  /** The Deployment of the same namespace that has the template; only Rollouts may refer to one. */
  readonly templateOf?: string | undefined;
  readonly controller?: Controller | undefined;
  /** Why an API server would refuse it, as far as podway checks. */
  readonly defect?: string | undefined;
  /** Annotations of podway that are on the workload and not on its template, where they would count. */
  readonly misplaced: readonly string[];
}

/** What distinguishes one kind of workload from another. */
interface WorkloadKind {
  readonly apiVersion: string;
  readonly kind: string;
  /** Where the PodTemplateSpec is. */
  readonly template: (spec: unknown) => unknown;
  readonly desiredPods: (spec: unknown) => DesiredPods | { readonly defect: string };
}

const templateIn = (spec: unknown) => own(spec, 'template');
const jobSpecIn = (spec: unknown) => own(own(spec, 'jobTemplate'), 'spec');

/**
 * Workloads by plural name. Argo's Rollout is read as its documentation describes it: podway asks no cluster for its
 * schema.
 */
const WORKLOAD_KINDS = {
  deployments: { apiVersion: 'apps/v1', kind: 'Deployment', template: templateIn, desiredPods: replicasOf },
  statefulsets: { apiVersion: 'apps/v1', kind: 'StatefulSet', template: templateIn, desiredPods: numberedOf },
  daemonsets: {
    apiVersion: 'apps/v1',
    kind: 'DaemonSet',
    template: templateIn,
    desiredPods: () => ({ why: 'each-node' }),
  },
  replicasets: { apiVersion: 'apps/v1', kind: 'ReplicaSet', template: templateIn, desiredPods: replicasOf },
  replicationcontrollers: {
    apiVersion: 'v1',
    kind: 'ReplicationController',
    template: templateIn,
    desiredPods: replicasOf,
  },
  jobs: {
    apiVersion: 'batch/v1',
    kind: 'Job',
    template: templateIn,
    desiredPods: (spec) => jobPods(spec, 'job'),
  },
  cronjobs: {
    apiVersion: 'batch/v1',
    kind: 'CronJob',
    template: (spec) => templateIn(jobSpecIn(spec)),
    desiredPods: (spec) =>
      own(spec, 'suspend') === true
        ? { why: 'suspended', count: 0 }
        : jobPods(jobSpecIn(spec), 'cron-job', 'spec.jobTemplate.spec'),
  },
  rollouts: {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Rollout',
    template: templateIn,
    desiredPods: replicasOf,
  },
} satisfies Readonly<Record<string, WorkloadKind>>;

type WorkloadRows = Readonly<Record<keyof typeof WORKLOAD_KINDS, Kind<Workload>>>;

/** A row for each kind of workload, for manifests only: podway neither lists nor watches them. */
export const WORKLOADS = Object.fromEntries(
  Object.entries(WORKLOAD_KINDS).map(([name, kind]) => [name, rowOf(kind)]),
) as WorkloadRows;

function rowOf(kind: WorkloadKind): Kind<Workload> {
  return {
    kind: kind.kind,
    apiVersion: kind.apiVersion,
    clusterScoped: false,
    select: () => ({}),
    read: () => undefined,
    readManifest: (object, context) => readWorkload(object, kind, context),
    same: () => false,
    goneFromFile: 'after-pause',
  };
}

function readWorkload(
  object: unknown,
  { kind, template, desiredPods }: WorkloadKind,
  { scope }: ManifestContext,
): ManifestReading<Workload> {
  const identity = readIdentity(object);
  if (identity === undefined) return { nameless: true };
  const { namespace, annotations } = scope;
  if (namespace !== undefined && namespace !== identity.namespace) return {};
  const spec = own(object, 'spec');
  const found = template(spec);
  const templateOf = kind === 'Rollout' ? referredDeployment(spec) : undefined;
  const desired = desiredPods(spec);
  const has = (holder: unknown, name: string) => own(own(own(holder, 'metadata'), 'annotations'), name) ?? '';
  const misplaced = Object.values(annotations).filter(
    (it) => has(object, it) !== '' && has(found, it) === '',
  );
  const isMissing = (typeof found !== 'object' || found === null) && templateOf === undefined;
  const defect = 'defect' in desired ? desired.defect : isMissing ? 'it has no pod template' : undefined;
  const workload: Workload = {
    ...identity,
    kind,
    desired: 'defect' in desired ? { why: 'replicas', count: 0 } : desired,
    template: found,
    templateOf,
    controller: controllerOf(object),
    defect,
    misplaced,
  };
  return { object: workload };
}

/** A Rollout may take the template of a Deployment, which it then scales down. */
function referredDeployment(spec: unknown): string | undefined {
  const reference = own(spec, 'workloadRef');
  return ownString(reference, 'kind') === 'Deployment' ? ownString(reference, 'name') : undefined;
}

function replicasOf(spec: unknown): DesiredPods | { readonly defect: string } {
  const replicas = own(spec, 'replicas') ?? undefined;
  if (replicas === undefined) return { why: 'unsaid' };
  return isCount(replicas)
    ? { why: 'replicas', count: replicas }
    : { defect: 'spec.replicas: expected a whole number from 0 on' };
}

function numberedOf(spec: unknown): DesiredPods | { readonly defect: string } {
  const desired = replicasOf(spec);
  const from = own(own(spec, 'ordinals'), 'start') ?? 0;
  if (!isCount(from)) return { defect: 'spec.ordinals.start: expected a whole number from 0 on' };
  return 'count' in desired ? { why: 'numbered', count: desired.count, from } : desired;
}

/** The number of pods that run at the same time. */
function jobPods(
  spec: unknown,
  why: 'job' | 'cron-job',
  where = 'spec',
): DesiredPods | { readonly defect: string } {
  const [parallelism, completions] = [own(spec, 'parallelism') ?? 1, own(spec, 'completions') ?? Infinity];
  if (!isCount(parallelism)) return { defect: `${where}.parallelism: expected a whole number from 0 on` };
  if (completions !== Infinity && !isCount(completions))
    return { defect: `${where}.completions: expected a whole number from 0 on` };
  if (own(spec, 'suspend') === true) return { why: 'suspended', count: 0 };
  return { why, count: Math.min(parallelism, completions) };
}

function isCount(value: unknown): value is number {
  return Number.isInteger(value) && (value as number) >= 0 && (value as number) < 2 ** 31;
}
