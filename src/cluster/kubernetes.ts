import { readPod } from '../wiring/pod.ts';
import { readSecret } from '../wiring/secret.ts';
import { followAfterPods } from './watch/after-pods.ts';
import { type ApiAccess, ApiServer } from './api/api-server.ts';
import type { Clock } from './clock.ts';
import { secretFinder } from './api/find-secret.ts';
import { isServiceAccount, serverOf } from './api/kubeconfig.ts';
import type { Resource } from './api/api-request.ts';
import { ResourceStatus } from './watch/status.ts';
import { describeScope, type SourceScope } from './scope.ts';
import type { ClusterSource, SourceHandlers } from './source.ts';
import { followObjects } from './watch/follow.ts';

export interface KubernetesOptions extends ApiAccess {
  /** Milliseconds of silence after which a watch is given up. */
  readonly idleTimeout: number;
}

/**
 * The cluster of a kubeconfig. The server filters: pods by label, Secrets by name, so no other Secret is ever seen.
 *
 * @throws SourceError when the kubeconfig cannot be used
 */
export function kubernetesSource(
  scope: SourceScope,
  clock: Clock,
  { load, timeout, idleTimeout }: KubernetesOptions,
): ClusterSource {
  const server = serverOf(load);
  const inCluster = isServiceAccount(load());
  const api = new ApiServer({ load, timeout });
  const { namespace, labelSelector, secretName, secretField, annotations } = scope;
  const pods: Resource = { name: 'pods', namespace, labelSelector, objectName: undefined };
  const secrets: Resource = { name: 'secrets', namespace, labelSelector: undefined, objectName: secretName };
  const status = { pods: new ResourceStatus('pods', clock), secrets: new ResourceStatus('secrets', clock) };
  const readOnePod = (object: unknown) => readPod(object, annotations);
  const readOneSecret = (object: unknown) => readSecret(object, secretField);

  return {
    async run(handlers: SourceHandlers, outer: AbortSignal) {
      const listed = Promise.withResolvers<void>();
      const failed = Promise.withResolvers<void>();
      status.pods.listen({
        problem: handlers.problem.bind(handlers),
        state: (resource, state) => {
          handlers.state(resource, state);
          if (state.phase === 'backing-off') failed.resolve();
        },
      });
      status.secrets.listen(handlers);
      const broken = new AbortController();
      const whole = AbortSignal.any([outer, broken.signal]);
      const common = { api, clock, idleTimeout };
      const followPods = async (signal: AbortSignal): Promise<void> => {
        const events = {
          ...common,
          signal,
          resource: pods,
          read: readOnePod,
          status: status.pods,
          after: 'secrets',
        };
        for await (const event of followObjects(events)) {
          handlers.pods(event);
          if (event.type === 'init-done') listed.resolve();
        }
      };
      const followSecrets = async (signal: AbortSignal): Promise<void> => {
        const events = { ...common, signal, resource: secrets, read: readOneSecret, status: status.secrets };
        for await (const event of followObjects(events)) handlers.secrets(event);
      };
      const progress = { listed: listed.promise, failed: failed.promise };
      const following = [followPods(whole), followAfterPods(followSecrets, progress, whole)];
      try {
        await Promise.all(following);
      } finally {
        // A handler threw: a source of which one half goes on would look alive.
        broken.abort();
        await Promise.allSettled(following);
      }
    },
    findSecret: secretFinder({ load, timeout, sameAs: () => api.origin }, scope),
    states: () => ({ pods: status.pods.snapshot(), secrets: status.secrets.snapshot() }),
    inCluster,
    describe: () => `${describeScope(scope)} of ${server}`,
  };
}
