import type { Clock } from '../../cluster/clock.ts';
import type { FollowedTarget } from '../../cluster/targets/followed-target.ts';
import type { RemotePort } from '../../podstream/targets/forwarded-port.ts';
import { type Endpoint, endpointsOf, nextEndpoint } from '../../podstream/targets/next-endpoint.ts';
import type { Target } from '../../podstream/targets/target.ts';

/**
 * Milliseconds that a connection waits for another pod after all ready pods have refused it. A pod that is being replaced
 * refuses connections before the API server reports that it ends.
 */
const REFUSED_DELAY = 1_000;

/** The state of one connection's search for a pod. */
export interface PodSearch {
  /** Endpoints that refused, by key, and whether the pod was ready then. */
  readonly refused: Map<string, boolean>;
  /** End of the search, in milliseconds of the clock. */
  readonly deadline: number;
  readonly signal: AbortSignal;
}

/** Chooses the pods of one forwarded port in turn. */
export class PodPicker {
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

  /** The matching ports of running pods; may be empty. */
  endpoints(): Endpoint[] {
    const behind = this.#followed.podPortOf(this.#remote);
    return 'problem' in behind ? [] : endpointsOf(this.#followed.pods.values(), this.#target, behind.remote);
  }

  /**
   * The next ready pod that has not refused. Waits for one until the deadline, and then also takes an unready pod. If the
   * target is a pod's name, the pod may be unready from the start, since the user may want to find out why it is. Undefined if
   * there is no pod.
   */
  async next({ refused, deadline, signal }: PodSearch): Promise<Endpoint | undefined> {
    const asked = this.#clock.now();
    while (!signal.aborted) {
      const endpoints = this.endpoints();
      const isRefused = endpoints.some(({ pod }) => pod.isReady);
      const limit = isRefused ? Math.min(deadline, asked + REFUSED_DELAY) : deadline;
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
