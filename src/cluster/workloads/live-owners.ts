import { readIdentity } from '../../wiring/json.ts';
import type { ObjectName } from '../../wiring/object-id.ts';
import { ApiFailure } from '../api/api-failure.ts';
import type { ApiServer } from '../api/api-server.ts';
import { listOnce } from '../watch/list-once.ts';
import { type Controller, controllerOf } from './controller.ts';
import type { Owned } from './owned-pods.ts';

/** Kinds between a pod and the workload that people write. */
const INTERMEDIATE_KINDS = {
  ReplicaSet: { name: 'replicasets', groupVersion: 'apps/v1' },
  Job: { name: 'jobs', groupVersion: 'batch/v1' },
} as const;

/** Workloads that have such a kind between them and their pods. */
const INTERMEDIATE_KIND_OF: Readonly<Record<string, keyof typeof INTERMEDIATE_KINDS>> = {
  Deployment: 'ReplicaSet',
  Rollout: 'ReplicaSet',
  CronJob: 'Job',
};

/** A pod by its name, with what made it. */
type OwnedObject = Owned & ObjectName;

/** Knows to which workloads the pods of a cluster belong. */
export class LiveOwners {
  /** Controllers by kind, namespace and name, for namespaces that were listed. */
  readonly #above = new Map<string, Controller | undefined>();
  /** What podway may not list, and the permission for it: there it recognizes owners by their names. */
  readonly refused: string[] = [];

  /**
   * Lists the kinds between, only in namespaces where `given` workloads may have live pods.
   *
   * @throws ApiFailure
   */
  async learn(
    pods: Iterable<OwnedObject>,
    given: readonly { readonly kind: string; readonly namespace: string }[],
    api: ApiServer,
    signal: AbortSignal,
  ): Promise<void> {
    const needed = new Set(
      given.map(({ kind, namespace }) => `${INTERMEDIATE_KIND_OF[kind] ?? ''}/${namespace}`),
    );
    const requested = new Set<string>();
    for (const { namespace, controller } of pods) {
      const between = controller?.kind ?? '';
      const key = `${between}/${namespace}`;
      if (requested.has(key) || !needed.has(key) || !Object.hasOwn(INTERMEDIATE_KINDS, between)) continue;
      requested.add(key);
      await this.#list(between as keyof typeof INTERMEDIATE_KINDS, namespace, api, signal);
    }
  }

  /** The owners of a pod: its controller, and the controller of that. */
  of(pod: OwnedObject): readonly Controller[] {
    const { controller, namespace } = pod;
    if (controller === undefined) return [];
    const key = `${controller.kind}/${namespace}/${controller.name}`;
    const above = this.#above.has(key) ? this.#above.get(key) : byName(controller, pod);
    return above === undefined ? [controller] : [controller, above];
  }

  async #list(
    kind: keyof typeof INTERMEDIATE_KINDS,
    namespace: string,
    api: ApiServer,
    signal: AbortSignal,
  ): Promise<void> {
    const resource = {
      ...INTERMEDIATE_KINDS[kind],
      namespace,
      labelSelector: undefined,
      objectName: undefined,
    };
    const read = (object: unknown) => {
      const identity = readIdentity(object);
      return identity && { name: identity.name, controller: controllerOf(object) };
    };
    try {
      for (const { name, controller } of await listOnce(api, resource, read, signal))
        this.#above.set(`${kind}/${namespace}/${name}`, controller);
    } catch (error) {
      if (!(error instanceof ApiFailure) || error.reason !== 'forbidden') throw error;
      this.refused.push(error.message);
    }
  }
}

/**
 * A Deployment names its ReplicaSets by its own name and the hash that is a label of their pods; a CronJob names its
 * Jobs by its own name and the minute.
 */
function byName({ kind, name }: Controller, { template }: OwnedObject): Controller | undefined {
  if (kind === 'Job') {
    const [, cronJob] = /^(.+)-\d{8,10}$/.exec(name) ?? [];
    return cronJob === undefined ? undefined : { kind: 'CronJob', name: cronJob };
  }
  const suffix = `-${template?.hash ?? ''}`;
  if (kind !== 'ReplicaSet' || template === undefined || !name.endsWith(suffix)) return undefined;
  return { kind: template.kind, name: name.slice(0, -suffix.length) };
}
