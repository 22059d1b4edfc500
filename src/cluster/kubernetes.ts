import { type ApiAccess, ApiServer } from './api/api-server.ts';
import { secretFinder } from './api/find-secret.ts';
import { isServiceAccount, serverOf } from './api/kubeconfig.ts';
import type { Clock } from './clock.ts';
import type { Kind, KindTable } from './kind.ts';
import { describeKinds, type SourceEvent } from './kinds.ts';
import { checkLabels } from './label-check.ts';
import { resourceOf } from './resource-of.ts';
import type { ClusterSource, Followed, SourceAccess, SourceHandlers, SourceState } from './source.ts';
import { followAfter, type ListProgress } from './watch/follow-after.ts';
import { followObjects } from './watch/follow.ts';
import { KindStatuses } from './watch/kind-statuses.ts';
import { Yielder } from './watch/yielder.ts';
import type { ObjectId } from '../wiring/object-id.ts';

export interface KubernetesOptions extends ApiAccess {
  /** Milliseconds without data after which podway ends a watch. */
  readonly idleTimeout: number;
  /** Milliseconds between two checks of the pods that the label selector leaves out; absent or 0 = no checks. */
  readonly labelCheck?: number;
}

/**
 * The cluster of a kubeconfig. The API server filters pods by label and Secrets by name, so podway sees no other
 * Secret.
 *
 * @throws SourceError if the kubeconfig cannot be used
 */
export function kubernetesSource<T extends KindTable>(
  { kinds, scope }: Followed<T>,
  clock: Clock,
  { load, timeout, idleTimeout, labelCheck = 0 }: KubernetesOptions,
): ClusterSource<T> {
  const server = serverOf(load);
  const inCluster = isServiceAccount(load());
  const api = new ApiServer({ load, timeout });
  /** For requests besides the watches. */
  const sameCluster = { load, timeout, sameAs: () => api.origin };
  const statuses = new KindStatuses(kinds, clock);

  return {
    async run(handlers: SourceHandlers<T>, outer: AbortSignal) {
      const broken = new AbortController();
      const whole = AbortSignal.any([outer, broken.signal]);
      const progress = new Map(Object.keys(kinds).map((name) => [name, new FirstList()]));
      statuses.listen({
        problem: (problem) => handlers.problem(problem),
        state: (name, state) => {
          handlers.state(name, state);
          progress.get(name)?.stateChanged(state);
        },
      });
      const follow = async (name: string, kind: Kind<ObjectId>, signal: AbortSignal): Promise<void> => {
        const status = statuses.of(name);
        const events = followObjects({
          api,
          clock,
          idleTimeout,
          signal,
          status,
          resource: resourceOf(name, kind, scope),
          read: (object) => kind.read(object, scope),
          unread: kind.unread,
          after: kind.deliverAfter,
        });
        const yielder = new Yielder();
        for await (const event of events) {
          // The event is from the last read: podway reads again only after its delivery.
          handlers.changed({ kind: name, event, receivedAt: status.lastActivity } as SourceEvent<T>);
          if (event.type === 'init-done') {
            await handlers.applied?.();
            progress.get(name)?.delivered();
          }
          // podway delivers changes of one read in one turn of the event loop, so that they take effect together.
          if (event.type !== 'init-apply' || !yielder.isDue()) continue;
          await yielder.yield();
          if (signal.aborted) return;
        }
      };
      const following = Object.entries(kinds).map(([name, kind]) => {
        const first = kind.listAfter === undefined ? undefined : progress.get(kind.listAfter);
        if (first === undefined) return follow(name, kind, whole);
        return followAfter((signal) => follow(name, kind, signal), first, whole);
      });
      const check = { api: new ApiServer(sameCluster), scope, interval: labelCheck, clock, handlers };
      following.push(checkLabels({ ...check, listed: progress.get('pods')?.listed }, whole));
      try {
        await Promise.all(following);
      } finally {
        // A handler threw. If one kind went on, the source would look alive.
        broken.abort();
        await Promise.allSettled(following);
      }
    },
    findSecret: secretFinder(sameCluster, scope),
    access: accessOf(sameCluster),
    states: () => statuses.snapshots(),
    inCluster,
    describe: () => `${describeKinds(kinds, scope)} of ${server}`,
  };
}

function accessOf(access: ApiAccess & Required<Pick<ApiAccess, 'sameAs'>>): SourceAccess {
  const api = new ApiServer(access);
  return {
    origin: access.sameAs,
    read: (signal) => {
      api.forget();
      return api.streamAccess(signal);
    },
  };
}

/** Progress of the first list of a kind, for kinds that wait for it. */
class FirstList implements ListProgress {
  readonly #listed = Promise.withResolvers<void>();
  readonly #failed = Promise.withResolvers<void>();
  readonly listed = this.#listed.promise;
  readonly failed = this.#failed.promise;

  delivered(): void {
    this.#listed.resolve();
  }

  stateChanged({ phase }: SourceState): void {
    if (phase === 'backing-off') this.#failed.resolve();
  }
}
