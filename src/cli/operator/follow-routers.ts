import { ApiFailure } from '../../cluster/api/api-failure.ts';
import { systemClock } from '../../cluster/clock.ts';
import type { GivenAnswer } from './answer-columns.ts';
import type { Listener } from './listener.ts';
import type { CommandContext } from './operator-command.ts';
import { OperatorError } from './operator-error.ts';
import { ListenerFinder } from './listener-finder.ts';
import type { ReadEvent } from './read-events.ts';

/** Milliseconds between two searches for new replicas. */
const SEARCH_INTERVAL = 15_000;
/** Maximum delay of a timer, in milliseconds. */
const MAX_TIMER_DELAY = 2 ** 31 - 1;
/** Milliseconds until the next try after a stream has failed: the first and the maximum. */
const RETRY_DELAY = { first: 500, max: 10_000 };

interface FollowOptions {
  readonly context: CommandContext;
  readonly query: URLSearchParams;
  /** Called once, when the first router answers. */
  readonly onFirstAnswer: () => void;
  readonly show: (given: GivenAnswer) => void;
}

/** The state of one router, from when podway found it for the first time. */
interface RouterState {
  /** The id of the last event, with which the next stream continues. */
  position: string;
  isOpen: boolean;
  /** The problem that was reported last; '' after an answer. */
  problem: string;
}

/**
 * Follows the answers of all routers until the signal aborts. Once one of them has answered, failures are reported once
 * and retried.
 *
 * @throws OperatorError, ApiFailure, SourceError when none answers at the beginning
 */
export async function followRouters(options: FollowOptions): Promise<void> {
  const { signal, printError } = options.context;
  const finder = new ListenerFinder(options.context);
  const streams = new RouterStreams(options);
  let pause = RETRY_DELAY.first;
  let problem = '';
  while (!signal.aborted) {
    try {
      await streams.open(await finder.listeners(false));
      problem = '';
    } catch (error) {
      const isForPeople = error instanceof ApiFailure || error instanceof OperatorError;
      if (!streams.hasBegun || !isForPeople || signal.aborted) throw error;
      if (error.message !== problem) printError(`${error.message} (podway tries again)`);
      problem = error.message;
    }
    const isWhole = streams.areWhole && problem === '';
    pause = isWhole ? RETRY_DELAY.first : Math.min(RETRY_DELAY.max, pause * 2);
    await (isWhole ? streams.untilBroken() : systemClock.sleep(pause, signal));
  }
}

/** The event streams of all routers. */
class RouterStreams {
  /** At least one stream has been open. */
  hasBegun = false;
  readonly #options: FollowOptions;
  /** The routers, by name. */
  readonly #routers = new Map<string, RouterState>();
  #broken = Promise.withResolvers<void>();

  constructor(options: FollowOptions) {
    this.#options = options;
  }

  /** Whether the streams of all routers are open. */
  get areWhole(): boolean {
    return [...this.#routers.values()].every(({ isOpen }) => isOpen);
  }

  /** Opens the streams that are not open. @throws OperatorError when none can be opened and none ever was */
  async open(listeners: readonly Listener[]): Promise<void> {
    this.#broken = Promise.withResolvers();
    const names = new Set(listeners.map(({ name }) => name));
    for (const name of this.#routers.keys()) if (!names.has(name)) this.#routers.delete(name);
    const attempts = listeners.map(async (listener) => {
      const followed = this.#routers.get(listener.name) ?? { position: '', isOpen: false, problem: '' };
      this.#routers.set(listener.name, followed);
      return { followed, failure: followed.isOpen ? undefined : await this.#attempt(listener, followed) };
    });
    const results = await Promise.all(attempts);
    const failed = results.find(({ failure }) => failure !== undefined);
    if (!this.hasBegun && failed?.failure !== undefined) throw failed.failure;
    for (const { followed, failure } of results)
      if (failure !== undefined) this.#report(followed, failure.message);
  }

  /** Resolves when a stream has ended, or when the next search for new replicas is due. */
  async untilBroken(): Promise<void> {
    const { signal, common } = this.#options.context;
    const over = new AbortController();
    const both = AbortSignal.any([signal, over.signal]);
    const period = common.url === undefined ? SEARCH_INTERVAL : MAX_TIMER_DELAY;
    await Promise.race([systemClock.sleep(period, both), this.#broken.promise]);
    over.abort();
  }

  /** Opens a stream. Resolves when it is open, or with the reason why it is not. */
  #attempt(listener: Listener, followed: RouterState): Promise<OperatorError | undefined> {
    const { context, query } = this.#options;
    const { promise, resolve } = Promise.withResolvers<OperatorError | undefined>();
    const headers = followed.position === '' ? {} : { 'last-event-id': followed.position };
    const reader = {
      opened: () => {
        followed.isOpen = true;
        followed.problem = '';
        this.#begin();
        resolve(undefined);
      },
      take: (event: ReadEvent) => this.#take(listener, followed, event),
    };
    const ended = (failure: OperatorError) => {
      if (followed.isOpen) this.#closed(listener, followed, failure);
      resolve(failure);
    };
    void listener.events({ path: '/tail', query, headers, signal: context.signal }, reader).then(
      () => ended(new OperatorError(`${listener.name}: the stream has ended`)),
      (error: unknown) => ended(error instanceof OperatorError ? error : new OperatorError(String(error))),
    );
    return promise;
  }

  #begin(): void {
    if (this.hasBegun) return;
    this.hasBegun = true;
    this.#options.onFirstAnswer();
  }

  #take({ name }: Listener, followed: RouterState, { event, id, data }: ReadEvent): void {
    followed.position = id;
    if (event !== 'answer') return;
    const answer = parsed(data);
    if (answer !== undefined) this.#options.show({ answer, router: name });
  }

  #closed({ name }: Listener, followed: RouterState, failure: OperatorError): void {
    followed.isOpen = false;
    this.#broken.resolve();
    if (this.#routers.get(name) === followed) this.#report(followed, failure.message);
  }

  #report(followed: RouterState, problem: string): void {
    const { signal, printError } = this.#options.context;
    if (signal.aborted || followed.problem === problem) return;
    followed.problem = problem;
    printError(`${problem} (podway tries again)`);
  }
}

function parsed(text: string): object | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}
