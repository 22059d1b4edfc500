import { ApiFailure } from '../../cluster/api/api-failure.ts';
import { ApiServer } from '../../cluster/api/api-server.ts';
import { namespaceOf, serverOf } from '../../cluster/api/kubeconfig.ts';
import type { KindTable } from '../../cluster/kind.ts';
import { systemClock } from '../../cluster/clock.ts';
import { listUnselected, selectorToCheck } from '../../cluster/list-unselected.ts';
import { listObjectsOf, type LiveObjects } from '../../cluster/live-objects.ts';
import { type GivenManifests, kindKey } from '../../cluster/manifests/given-manifests.ts';
import type { SourceScope } from '../../cluster/scope.ts';
import { LiveOwners } from '../../cluster/workloads/live-owners.ts';
import {
  type OwnedPod,
  type OwnedUnselected,
  readOwnedUnselected,
} from '../../cluster/workloads/owned-pods.ts';
import type { Config } from '../../config/load.ts';
import type { Backend } from '../../whatif/backend.ts';
import { keyOf, type ObjectName } from '../../wiring/object-id.ts';
import { chosenKubeconfig } from '../chosen-kubeconfig.ts';
import type { Runtime } from '../runtime.ts';
import type { CheckArguments } from './check-arguments.ts';
import type { Rows } from './settled-table.ts';

/** The API server that flags and settings choose. podway has sent it no request yet. */
export interface ChosenCluster {
  readonly api: ApiServer;
  readonly server: string;
  /** The namespace of the context. */
  readonly namespace: string;
}

/** @throws SourceError */
export function chooseCluster(args: CheckArguments, env: Runtime['env'], config: Config): ChosenCluster {
  const context = args.context ?? (config.kubeContext || undefined);
  const load = chosenKubeconfig({ kubeconfig: args.kubeconfig, context }, env);
  const server = serverOf(load);
  return { api: new ApiServer({ load, timeout: config.apiTimeout }), server, namespace: namespaceOf(load()) };
}

export interface LiveScope {
  readonly kinds: KindTable;
  readonly scope: SourceScope;
  readonly labels: boolean;
}

/** The current objects of the cluster. */
export class LiveView {
  readonly rows: Rows;
  readonly pods: readonly OwnedPod[];
  /** Pods with podway's annotations that the label selector excludes: their label is misspelt or absent. */
  readonly unselected: readonly OwnedUnselected[];
  /** Notes about objects that podway could not list. */
  readonly notes: readonly string[];
  /** podway has listed the Secrets. */
  readonly keysKnown: boolean;
  /** podway has listed the Namespaces, or does not need them. */
  readonly namespacesKnown: boolean;
  readonly #owners: LiveOwners;
  readonly #byName: ReadonlyMap<string, OwnedPod | OwnedUnselected>;

  private constructor({ objects, refused }: LiveObjects, unselected: Unselected, owners: LiveOwners) {
    this.rows = objects;
    this.pods = podsOf(objects);
    this.unselected = unselected.pods;
    this.#owners = owners;
    this.#byName = new Map([...unselected.pods, ...this.pods].map((it) => [keyOf(it), it]));
    this.keysKnown = !refused.has('secrets');
    this.namespacesKnown = !refused.has('namespaces');
    this.notes = [
      ...[...refused].map(([name, why]) => `${name} are not checked: ${why}`),
      ...(unselected.failure === undefined
        ? []
        : [`pods that the label selector leaves out are not checked: ${unselected.failure}`]),
      ...owners.refused.map((why) => `workloads of pods are recognized by their names: ${why}`),
    ];
  }

  /**
   * Lists the objects that the check needs, each kind once.
   *
   * @param labels whether to look for pods that the label selector excludes
   * @param given workloads whose pods have to be found
   * @throws ApiFailure
   */
  static async read(
    { api }: ChosenCluster,
    { kinds, scope, labels }: LiveScope,
    given: readonly { readonly kind: string; readonly namespace: string }[],
    signal: AbortSignal,
  ): Promise<LiveView> {
    const listed = await listObjectsOf(kinds, scope, api, signal);
    const unselected = labels ? await unselectedPods(api, scope, signal) : { pods: [] };
    const owners = new LiveOwners();
    await owners.learn([...podsOf(listed.objects), ...unselected.pods], given, api, signal);
    return new LiveView(listed, unselected, owners);
  }

  /** The topmost owner of a pod, or the pod itself. */
  backendOf(pod: ObjectName): Backend {
    const known = this.#byName.get(keyOf(pod));
    const owner = known === undefined ? undefined : this.#owners.of(known).at(-1);
    return { kind: 'Pod', namespace: pod.namespace, name: pod.name, ...owner };
  }

  /** The number of pods that serve or are going to serve, by `kindKey` of each workload that owns them. */
  podCounts(): Map<string, number> {
    const counts = new Map<string, number>();
    for (const pod of this.pods) {
      if (pod.terminating || pod.phase === 'Succeeded' || pod.phase === 'Failed') continue;
      for (const owner of this.#owners.of(pod)) {
        const key = kindKey({ ...owner, namespace: pod.namespace });
        counts.set(key, (counts.get(key) ?? 0) + 1);
      }
    }
    return counts;
  }

  /** Pods that remain after the given workloads have replaced theirs. */
  podsBeside(given: GivenManifests): OwnedPod[] {
    return this.pods.filter((pod) => !this.#isReplaced(pod, given));
  }

  /** The same, for pods that the label selector excludes. */
  unselectedBeside(given: GivenManifests): OwnedUnselected[] {
    return this.unselected.filter((pod) => !this.#isReplaced(pod, given));
  }

  #isReplaced(pod: OwnedPod | OwnedUnselected, given: GivenManifests): boolean {
    return this.#owners.of(pod).some((owner) => given.has(owner, pod.namespace));
  }
}

function podsOf(rows: Rows): OwnedPod[] {
  return [...((rows.get('pods') ?? []) as Iterable<OwnedPod>)];
}

interface Unselected {
  readonly pods: readonly OwnedUnselected[];
  /** Why podway could not list them. The check then continues without them. */
  readonly failure?: string;
}

async function unselectedPods(api: ApiServer, scope: SourceScope, signal: AbortSignal): Promise<Unselected> {
  const selector = selectorToCheck(scope);
  if (selector === undefined) return { pods: [] };
  const read = (object: unknown) => readOwnedUnselected(object, selector, scope.annotations);
  try {
    return { pods: await listUnselected({ api, scope, selector, clock: systemClock, read }, signal) };
  } catch (error) {
    if (!(error instanceof ApiFailure) || signal.aborted) throw error;
    return { pods: [], failure: error.message };
  }
}
