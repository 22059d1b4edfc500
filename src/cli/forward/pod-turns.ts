import type { Clock } from '../../cluster/clock.ts';
import type { FollowedTarget } from '../../cluster/targets/followed-target.ts';
import type { RemotePort } from '../../podstream/targets/forwarded-port.ts';
import { type Endpoint, endpointsOf, nextEndpoint } from '../../podstream/targets/next-endpoint.ts';
import type { Target } from '../../podstream/targets/target.ts';

/**
 * Milliseconds that a connection which every ready pod has refused waits for another pod: one that is about to be
 * replaced refuses before the API server says that it ends.
 */
const AFTER_REFUSALS = 1_000;

/** What one connection has come to know while it looks for a pod. */
export interface Search {
  /** By key of the endpoint: whether its pod was ready when it refused. */
  readonly refused: Map<string, boolean>;
  /** When it has to be over, by the clock. */
  readonly deadline: number;
  readonly signal: AbortSignal;
}

/** Whose turn it is among the pods behind one forwarded port. */
export class PodTurns {
  readonly #followed: FollowedTarget;
  readonly #target: Target;
  readonly #remote: RemotePort;
  readonly #clock: Clock;
  #last: string | undefined;

  constructor(
    { followed, target, clock }: { followed: FollowedTarget; target: Target; clock: Clock },
    remote: RemotePort,
  ) {
    this.#followed = followed;
    this.#target = target;
    this.#remote = remote;
    this.#clock = clock;
  }

  /** The ports of pods that run now; none when there is no such pod, or no pod has such a port. */
  endpoints(): Endpoint[] {
    const behind = this.#followed.behind(this.#remote);
    return 'problem' in behind ? [] : endpointsOf(this.#followed.pods.values(), this.#target, behind.remote);
  }

  /**
   * The next pod that is ready and has not refused; waits for one until the deadline, and takes one that only runs then. A pod
   * that is named by itself may be unready: who names it may want to know why. Undefined when there is none to ask.
   */
  async next({ refused, deadline, signal }: Search): Promise<Endpoint | undefined> {
    const asked = this.#clock.now();
    while (!signal.aborted) {
      const endpoints = this.endpoints();
      const isRefused = endpoints.some(({ pod }) => pod.isReady);
      const limit = isRefused ? Math.min(deadline, asked + AFTER_REFUSALS) : deadline;
      const left = limit - this.#clock.now();
      const alsoUnready = this.#target.kind === 'pod' || left <= 0;
      const next = nextEndpoint(endpoints, { last: this.#last, refused, alsoUnready });
      if (next !== undefined) {
        this.#last = next.key;
        return next;
      }
      if (left <= 0) return undefined;
      await this.#change(left, signal);
    }
    return undefined;
  }

  async #change(longest: number, signal: AbortSignal): Promise<void> {
    const changed = new AbortController();
    const stop = this.#followed.onChange(() => changed.abort());
    await this.#clock.sleep(longest, AbortSignal.any([signal, changed.signal]));
    stop();
  }
}
