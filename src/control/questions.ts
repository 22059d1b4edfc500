import type { Question, Replies, Reply } from '../boundary/questions.ts';
import type { ToWorker } from '../boundary/messages.ts';

/** Milliseconds in which a worker must reply. If it does not, its event loop is blocked, and its reply is missing. */
const REPLY_TIMEOUT = 1_000;
/** Maximum number of open questions; further questions are not asked. */
const MAX_PENDING = 32;

/** A worker that accepts connections and can be asked. */
export interface AskedWorker {
  readonly worker: number;
  readonly send: (message: ToWorker) => void;
}

export interface Gathered<R> {
  readonly replies: ReadonlyMap<number, R>;
  /** Workers that have not replied in time. */
  readonly missing: readonly number[];
}

interface Pending {
  readonly replies: Map<number, Reply>;
  readonly awaited: Set<number>;
  readonly complete: () => void;
}

/** Asks all workers the questions of operators. It limits the number of open questions and the time for a reply. */
export class Questions {
  readonly #workers: () => readonly AskedWorker[];
  readonly #pending = new Map<number, Pending>();
  #last = 0;

  constructor(workers: () => readonly AskedWorker[]) {
    this.#workers = workers;
  }

  /** The replies of all workers, or of the first `most` of them; undefined: too many questions are open. */
  async ask<K extends Question['kind']>(
    question: Extract<Question, { readonly kind: K }>,
    maxWorkers = Number.POSITIVE_INFINITY,
  ): Promise<Gathered<Replies[K]> | undefined> {
    if (this.#pending.size >= MAX_PENDING) return undefined;
    this.#last += 1;
    const id = this.#last;
    const workers = this.#workers().slice(0, maxWorkers);
    const { promise, resolve } = Promise.withResolvers<void>();
    const pending: Pending = {
      replies: new Map(),
      awaited: new Set(workers.map(({ worker }) => worker)),
      complete: resolve,
    };
    this.#pending.set(id, pending);
    const timeout = setTimeout(resolve, REPLY_TIMEOUT);
    if (workers.length === 0) resolve();
    for (const { send } of workers) send({ type: 'question', id, question });
    await promise;
    clearTimeout(timeout);
    this.#pending.delete(id);
    const { replies, awaited } = pending;
    return { replies: replies as Map<number, Replies[K]>, missing: [...awaited] };
  }

  /** A worker has replied; late replies are ignored. */
  replied(worker: number, id: number, reply: Reply): void {
    const pending = this.#pending.get(id);
    if (pending?.awaited.delete(worker) !== true) return;
    pending.replies.set(worker, reply);
    if (pending.awaited.size === 0) pending.complete();
  }

  /** A worker has died. Questions that wait only for this worker end now, with its reply missing. */
  gone(worker: number): void {
    for (const { awaited, complete } of this.#pending.values())
      if (awaited.size === 1 && awaited.has(worker)) complete();
  }
}
