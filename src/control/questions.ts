import type { Question, Replies, Reply } from '../boundary/questions.ts';
import type { ToWorker } from '../boundary/messages.ts';

/** Milliseconds in which a worker replies, or is left out: its event loop is blocked. */
const PATIENCE = 1_000;
/** Questions under way: further ones are not asked. */
const MOST = 32;

/** Who is asked: the workers that listen. */
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

/** Questions of operators to all workers, few at a time, each for a short time. */
export class Questions {
  readonly #workers: () => readonly AskedWorker[];
  readonly #pending = new Map<number, Pending>();
  #last = 0;

  constructor(workers: () => readonly AskedWorker[]) {
    this.#workers = workers;
  }

  /** What all workers say, or so many of them; undefined: too many questions are under way. */
  async ask<K extends Question['kind']>(
    question: Extract<Question, { readonly kind: K }>,
    most = Number.POSITIVE_INFINITY,
  ): Promise<Gathered<Replies[K]> | undefined> {
    if (this.#pending.size >= MOST) return undefined;
    this.#last += 1;
    const id = this.#last;
    const workers = this.#workers().slice(0, most);
    const { promise, resolve } = Promise.withResolvers<void>();
    const pending: Pending = {
      replies: new Map(),
      awaited: new Set(workers.map(({ worker }) => worker)),
      complete: resolve,
    };
    this.#pending.set(id, pending);
    const impatient = setTimeout(resolve, PATIENCE);
    if (workers.length === 0) resolve();
    for (const { send } of workers) send({ type: 'question', id, question });
    await promise;
    clearTimeout(impatient);
    this.#pending.delete(id);
    const { replies, awaited } = pending;
    return { replies: replies as Map<number, Replies[K]>, missing: [...awaited] };
  }

  /** A worker has replied; one that is late is not heard. */
  replied(worker: number, id: number, reply: Reply): void {
    const pending = this.#pending.get(id);
    if (pending?.awaited.delete(worker) !== true) return;
    pending.replies.set(worker, reply);
    if (pending.awaited.size === 0) pending.complete();
  }

  /** A worker has died: who waits for it waits to the end, and finds it missing. */
  gone(worker: number): void {
    for (const { awaited, complete } of this.#pending.values())
      if (awaited.size === 1 && awaited.has(worker)) complete();
  }
}
