import { ApiServer } from '../../cluster/api/api-server.ts';
import { namespaceOf, serverOf } from '../../cluster/api/kubeconfig.ts';
import type { KindTable } from '../../cluster/kind.ts';
import { listObjectsOf } from '../../cluster/live-objects.ts';
import { type GivenManifests, kindKey } from '../../cluster/manifests/given-manifests.ts';
import type { SourceScope } from '../../cluster/scope.ts';
import { LiveOwners } from '../../cluster/workloads/live-owners.ts';
import type { OwnedPod } from '../../cluster/workloads/owned-pods.ts';
import type { Config } from '../../config/load.ts';
import type { Backend } from '../../whatif/backend.ts';
import { keyOf, type ObjectName } from '../../wiring/object-id.ts';
import { chosenKubeconfig } from '../chosen-kubeconfig.ts';
import type { Runtime } from '../runtime.ts';
import type { CheckArguments } from './check-arguments.ts';
import type { Rows } from './settled-table.ts';

/** The API server that flags and settings choose; nothing has been asked of it. */
export interface ChosenCluster {
  readonly api: ApiServer;
  readonly server: string;
  /** That of the context. */
  readonly namespace: string;
}

/** @throws SourceError */
export function chooseCluster(args: CheckArguments, env: Runtime['env'], config: Config): ChosenCluster {
  const context = args.context ?? (config.kubeContext || undefined);
  const load = chosenKubeconfig({ kubeconfig: args.kubeconfig, context }, env);
  const server = serverOf(load);
  return { api: new ApiServer({ load, timeout: config.apiTimeout }), server, namespace: namespaceOf(load()) };
}

/** What is in the cluster now. */
export class LiveView {
  readonly rows: Rows;
  readonly pods: readonly OwnedPod[];
  /** What could not be looked at. */
  readonly notes: readonly string[];
  /** Secrets were listed. */
  readonly keysKnown: boolean;
  /** Namespaces were listed, or are not needed. */
  readonly namespacesKnown: boolean;
  readonly #owners: LiveOwners;
  readonly #byName: ReadonlyMap<string, OwnedPod>;

  private constructor(rows: Rows, refused: ReadonlyMap<string, string>, owners: LiveOwners) {
    this.rows = rows;
    this.pods = [...((rows.get('pods') ?? []) as Iterable<OwnedPod>)];
    this.#owners = owners;
    this.#byName = new Map(this.pods.map((it) => [keyOf(it), it]));
    this.keysKnown = !refused.has('secrets');
    this.namespacesKnown = !refused.has('namespaces');
    this.notes = [
      ...[...refused].map(([name, why]) => `${name} are not looked at: ${why}`),
      ...owners.refused.map((why) => `workloads of pods are recognized by their names: ${why}`),
    ];
  }

  /**
   * Lists what is needed, and nothing twice.
   *
   * @param given what owners are looked for
   * @throws ApiFailure
   */
  static async read(
    { api }: ChosenCluster,
    { kinds, scope }: { readonly kinds: KindTable; readonly scope: SourceScope },
    given: readonly { readonly kind: string; readonly namespace: string }[],
    signal: AbortSignal,
  ): Promise<LiveView> {
    const { objects, refused } = await listObjectsOf(kinds, scope, api, signal);
    const owners = new LiveOwners();
    await owners.learn((objects.get('pods') ?? []) as OwnedPod[], given, api, signal);
    return new LiveView(objects, refused, owners);
  }

  /** What a pod belongs to: the workload above all, or itself. */
  backendOf(pod: ObjectName): Backend {
    const known = this.#byName.get(keyOf(pod));
    const owner = known === undefined ? undefined : this.#owners.of(known).at(-1);
    return { kind: 'Pod', namespace: pod.namespace, name: pod.name, ...owner };
  }

  /** Pods that serve or will, by `kindKey` of each workload they belong to. */
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

  /** The pods that are still there once the given workloads have pods of their own. */
  podsBeside(given: GivenManifests): OwnedPod[] {
    return this.pods.filter((pod) => !this.#owners.of(pod).some((owner) => given.has(owner, pod.namespace)));
  }
}
