import { ApiFailure } from '../api/api-failure.ts';
import type { WatchOptions } from './options.ts';
import { INITIAL_STATE, type WatchEvent, type WatchState } from './state.ts';
import { type Step, step } from './step.ts';
import type { ObjectId } from '../../wiring/object-id.ts';

/** Holds the state of one list+watch, and notifies the other parts of each step. */
export class WatchCursor {
  readonly #options: WatchOptions<ObjectId>;
  #state: WatchState = INITIAL_STATE;

  constructor(options: WatchOptions<ObjectId>) {
    this.#options = options;
  }

  get state(): WatchState {
    return this.#state;
  }

  /** @throws ApiFailure if the step results in one */
  take(event: WatchEvent): Exclude<Step['next'], ApiFailure> {
    const { next, healthy } = this.#step(event);
    if (healthy === true) this.#options.status.healthy();
    if (next instanceof ApiFailure) throw next;
    return next;
  }

  /** What a failed request means. Undefined if it is not a failure: then the next request follows at once. */
  failed(failure: ApiFailure): { readonly failure: ApiFailure; readonly healthyBefore: boolean } | undefined {
    const { next, healthy = false } = this.#step({ type: 'failed', failure });
    return next instanceof ApiFailure ? { failure: next, healthyBefore: healthy } : undefined;
  }

  /**
   * Whether podway may deliver a list now. When it changes to another cluster, the objects of one kind wait for those
   * of another kind.
   */
  async mayDeliver(): Promise<boolean> {
    const { after, api, signal } = this.#options;
    const { moved, origin = '' } = this.#state.known;
    return after === undefined || !moved || api.whenListed(after, origin, signal);
  }

  /** A whole list has been delivered. */
  delivered(): void {
    const { api, resource } = this.#options;
    const { origin } = this.#state.known;
    if (origin !== undefined) api.listed(resource.name, origin);
  }

  #step(event: WatchEvent): Step {
    const { api, resource, status } = this.#options;
    const made = step(this.#state, event, resource.name);
    this.#state = made.state;
    if (made.cannotStream === true) api.streamsLists = false;
    if (made.problem !== undefined) status.problem(made.problem.reason, made.problem.detail);
    return made;
  }
}
