import type { RemotePort } from '../../podstream/targets/forwarded-port.ts';
import { ownerPodPort, type OwnerView, readOwner } from '../../podstream/targets/owner-view.ts';
import { type Target, targetText } from '../../podstream/targets/target.ts';
import { belongsTo, type RouteReading, readTargetPod } from '../../podstream/targets/target-pod.ts';
import { ApiFailure } from '../api/api-failure.ts';
import type { Resource } from '../api/api-request.ts';
import type { ApiServer } from '../api/api-server.ts';
import type { Clock } from '../clock.ts';
import type { SourceProblem } from '../source.ts';
import { followObjects } from '../watch/follow.ts';
import { ResourceStatus } from '../watch/status.ts';
import { followPods, type PodMap } from './follow-pods.ts';
import { getOwner, ownerResource } from './owner-object.ts';

/** Milliseconds of silence after which podway ends a watch; servers send a bookmark about once a minute. */
const WATCH_IDLE_TIMEOUT = 150_000;

export interface TargetRequest {
  readonly api: ApiServer;
  readonly clock: Clock;
  readonly target: Target;
  /** Undefined for all namespaces, which is possible only for a route or a selector. */
  readonly namespace: string | undefined;
  /** For a route: how to read annotations, and which pods have any. */
  readonly routes?: RouteReading & { readonly labelSelector: string };
  /** Stops following the target. */
  readonly signal: AbortSignal;
}

/** The pods behind a target, and their changes. While podway cannot reach the API server, the last known pods stay. */
export class FollowedTarget {
  /** By namespace and name; never an incomplete list. */
  pods: PodMap = new Map();
  readonly #request: TargetRequest;
  readonly #listeners = new Set<() => void>();
  #owner: OwnerView | undefined;
  readonly #over = new AbortController();
  readonly #signal: AbortSignal;
  /** Aborts when the owner selects other pods. */
  #selection = new AbortController();
  #problem: (problem: SourceProblem) => void = () => undefined;

  private constructor(request: TargetRequest) {
    this.#request = request;
    this.#signal = AbortSignal.any([request.signal, this.#over.signal]);
  }

  /**
   * Finds the target and lists its pods; there may be none.
   *
   * @throws ApiFailure; SourceError if an owner does not exist or selects no pods
   */
  static async open(request: TargetRequest): Promise<FollowedTarget> {
    const { api, target, namespace = '', signal } = request;
    const followed = new FollowedTarget(request);
    if (target.kind === 'owner') followed.#owner = await getOwner(api, { ...target, namespace }, signal);
    const listed = Promise.withResolvers<void>();
    followed.#problem = ({ reason, detail }) => listed.reject(new ApiFailure(reason, detail));
    const given = () => listed.reject(new ApiFailure('cut', `${targetText(target)} was cancelled`));
    signal.addEventListener('abort', given);
    if (signal.aborted) given();
    const stop = followed.onChange(listed.resolve);
    void followed.#follow();
    try {
      await listed.promise;
    } catch (error) {
      followed.close();
      throw error;
    } finally {
      stop();
      signal.removeEventListener('abort', given);
    }
    followed.#problem = () => undefined;
    if (target.kind === 'owner') void followed.#followOwner();
    return followed;
  }

  /** Stops following changes. */
  close(): void {
    this.#over.abort();
  }

  /** Calls `listener` after every change of the pods. Returns a function that ends this. */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** From now on, reports failed lists and watches to `listener`. */
  onProblem(listener: (problem: SourceProblem) => void): void {
    this.#problem = listener;
  }

  /** The port of the pods that a port of the target means: a Service's port stands for a port of its pods. */
  podPortOf(remote: RemotePort): { readonly remote: RemotePort } | { readonly problem: string } {
    return this.#owner === undefined ? { remote } : ownerPodPort(this.#owner, remote);
  }

  async #follow(): Promise<void> {
    const { target, routes } = this.#request;
    while (!this.#signal.aborted) {
      this.#selection = new AbortController();
      const options = {
        ...this.#options('pods', AbortSignal.any([this.#signal, this.#selection.signal])),
        resource: this.#podResource(),
        read: (object: unknown) => readTargetPod(object, routes),
      };
      for await (const pods of followPods(options, (pod) => belongsTo(pod, target))) {
        this.pods = pods;
        for (const listener of this.#listeners) listener();
      }
    }
  }

  /**
   * Follows the owner, because a Service may select other pods at any time. If podway may not watch the owner, its
   * first selection stays.
   */
  async #followOwner(): Promise<void> {
    const { target, namespace = '' } = this.#request;
    if (target.kind !== 'owner') return;
    const options = {
      ...this.#options(target.owner.resource, this.#signal),
      resource: ownerResource({ ...target, namespace }),
      read: (object: unknown) => readOwner(object, target.owner),
    };
    for await (const event of followObjects(options)) {
      if (event.type !== 'init-apply' && event.type !== 'apply') continue;
      const { labelSelector } = event.object;
      if (labelSelector === undefined) continue;
      const isOther = labelSelector !== this.#owner?.labelSelector;
      this.#owner = event.object;
      if (isOther) this.#selection.abort();
    }
  }

  #options(kind: string, signal: AbortSignal) {
    const { api, clock } = this.#request;
    const status = new ResourceStatus(kind, clock);
    status.listen({ state: () => undefined, problem: (problem) => this.#problem(problem) });
    return { api, clock, status, idleTimeout: WATCH_IDLE_TIMEOUT, signal };
  }

  #podResource(): Resource {
    const { target, namespace, routes } = this.#request;
    const narrowed = {
      labelSelector: target.kind === 'selector' ? target.labelSelector : this.#owner?.labelSelector,
      objectName: target.kind === 'pod' ? target.name : undefined,
    };
    const labelSelector = target.kind === 'route' ? routes?.labelSelector : narrowed.labelSelector;
    return { name: 'pods', namespace, ...narrowed, labelSelector };
  }
}
