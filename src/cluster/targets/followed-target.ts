import type { RemotePort } from '../../podstream/targets/forwarded-port.ts';
import { behindOwner, type OwnerView, readOwner } from '../../podstream/targets/owner-view.ts';
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

/** Milliseconds of silence after which a watch is given up; servers send a bookmark about once a minute. */
const WATCH_IDLE_TIMEOUT = 150_000;

export interface TargetRequest {
  readonly api: ApiServer;
  readonly clock: Clock;
  readonly target: Target;
  /** All namespaces when undefined, which only a route and a selector can be looked for in. */
  readonly namespace: string | undefined;
  /** For a route: how annotations are read, and which pods have any. */
  readonly routes?: RouteReading & { readonly labelSelector: string };
  /** Ends the following. */
  readonly signal: AbortSignal;
}

/** The pods behind a target, as they come and go. What they were stays known while the API server cannot be asked. */
export class FollowedTarget {
  /** Of its namespaces and names; never half a list. */
  pods: PodMap = new Map();
  readonly #request: TargetRequest;
  readonly #listeners = new Set<() => void>();
  #owner: OwnerView | undefined;
  readonly #over = new AbortController();
  readonly #signal: AbortSignal;
  /** Ends when the owner selects other pods. */
  #selection = new AbortController();
  #problem: (problem: SourceProblem) => void = () => undefined;

  private constructor(request: TargetRequest) {
    this.#request = request;
    this.#signal = AbortSignal.any([request.signal, this.#over.signal]);
  }

  /**
   * Finds the target and lists its pods; there may be none.
   *
   * @throws ApiFailure; SourceError when an owner is not there, or no pod can be behind it
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

  /** No change is followed any more. */
  close(): void {
    this.#over.abort();
  }

  /** Calls `listener` after every change of the pods; returns what ends that. */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** From now on, problems of following are reported to `listener`. */
  onProblem(listener: (problem: SourceProblem) => void): void {
    this.#problem = listener;
  }

  /** The port of the pods that is meant: a Service's port stands for one of them. */
  behind(remote: RemotePort): { readonly remote: RemotePort } | { readonly problem: string } {
    return this.#owner === undefined ? { remote } : behindOwner(this.#owner, remote);
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

  /** A Service may select other pods from one moment to the next. Who may not watch it keeps what it said first. */
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
