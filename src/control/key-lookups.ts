import { backoffDelay } from '../cluster/watch/backoff.ts';
import type { Clock } from '../cluster/clock.ts';
import { ApiFailure } from '../cluster/api/api-failure.ts';
import type { FindSecret, ProblemReason, SourceProblem } from '../cluster/source.ts';
import type { KeyQuestion } from '../inventory/key-questions.ts';
import type { NamespaceSecret } from '../wiring/secret.ts';

/** Maximum number of concurrent lookups, so thousands of new namespaces do not cause thousands of connections. */
const MAX_CONCURRENT_LOOKUPS = 8;

export interface KeyLookupsOptions {
  readonly find: FindSecret;
  readonly clock: Clock;
  /** Maximum number of lookups per second. After a pause, as many may begin at once. */
  readonly perSecond: number;
  /** False: the question was answered meanwhile in another way. */
  readonly isOpen: (question: KeyQuestion) => boolean;
  readonly answer: (question: KeyQuestion, secret: NamespaceSecret | undefined) => void;
  /** The lookup failed and will be repeated later. */
  readonly unanswered: (question: KeyQuestion) => void;
  readonly problem: (problem: SourceProblem) => void;
}

export type LookupOutcome = 'found' | 'none' | 'failed';

/** The lookup of one namespace. A namespace has at most one, even if it is requested several times. */
interface Lookup {
  question: KeyQuestion;
  state: 'queued' | 'asking' | 'resting';
  /** Number of failures in a row. */
  failures: number;
  /** Cancels the wait of the state `resting`. */
  cancel: () => void;
}

/**
 * Asks the API server for the Secrets of namespaces: at once if the limits allow it, and again after a failure. Namespaces that
 * were not looked up yet come before those whose lookup failed.
 */
export class KeyLookups {
  readonly #options: KeyLookupsOptions;
  readonly #counts: Record<LookupOutcome, number> = { found: 0, none: 0, failed: 0 };
  readonly #lookups = new Map<string, Lookup>();
  readonly #firstAttempts = new Set<Lookup>();
  readonly #retries = new Set<Lookup>();
  readonly #ended = Promise.withResolvers<void>();
  #signal: AbortSignal | undefined;
  #asking = 0;
  #allowance: number;
  #countedAt: number;
  #waitsForAllowance = false;
  #failure: string | undefined;
  #reported: ProblemReason | undefined;

  constructor(options: KeyLookupsOptions) {
    this.#options = options;
    this.#allowance = options.perSecond;
    this.#countedAt = options.clock.now();
  }

  /** Numbers of lookups since the start. */
  get counts(): Readonly<Record<LookupOutcome, number>> {
    return this.#counts;
  }

  /** Why the last lookup failed; undefined if it succeeded. */
  get failure(): string | undefined {
    return this.#failure;
  }

  /** Looks up until `signal` aborts, then resolves. Rejects with errors other than ApiFailure, which are faults of podway. */
  async run(signal: AbortSignal): Promise<void> {
    this.#signal = signal;
    signal.addEventListener('abort', () => this.#stop(), { once: true });
    if (signal.aborted) this.#stop();
    this.#advance();
    await this.#ended.promise;
  }

  ask(questions: readonly KeyQuestion[]): void {
    for (const question of questions) {
      const lookup = this.#lookups.get(question.namespace);
      if (lookup === undefined) this.#add(question);
      else {
        lookup.question = question;
        if (lookup.state === 'resting') this.#queue(lookup, this.#firstAttempts);
      }
    }
    this.#advance();
  }

  /** A watch works again, so the API server works: namespaces that wait after a failure are looked up now. */
  retry(): void {
    for (const lookup of this.#lookups.values()) {
      if (lookup.state === 'resting') this.#queue(lookup, this.#retries);
    }
    this.#advance();
  }

  #add(question: KeyQuestion): void {
    if (this.#lookups.size === 0) {
      this.#failure = undefined;
      this.#reported = undefined;
    }
    const lookup: Lookup = { question, state: 'queued', failures: 0, cancel: () => undefined };
    this.#lookups.set(question.namespace, lookup);
    this.#firstAttempts.add(lookup);
  }

  #queue(lookup: Lookup, queue: Set<Lookup>): void {
    lookup.cancel();
    lookup.state = 'queued';
    queue.add(lookup);
  }

  #advance(): void {
    const signal = this.#signal;
    if (signal === undefined || signal.aborted) return;
    while (this.#asking < MAX_CONCURRENT_LOOKUPS) {
      const lookup = this.#next();
      if (lookup === undefined || !this.#spend()) return;
      this.#firstAttempts.delete(lookup);
      this.#retries.delete(lookup);
      this.#lookUp(lookup, signal).catch((error: unknown) => this.#ended.reject(error));
    }
  }

  /** The first lookup whose question is still open. */
  #next(): Lookup | undefined {
    for (const queue of [this.#firstAttempts, this.#retries]) {
      for (const lookup of queue) {
        if (this.#options.isOpen(lookup.question)) return lookup;
        queue.delete(lookup);
        this.#lookups.delete(lookup.question.namespace);
      }
    }
    return undefined;
  }

  /** True if a lookup may begin now. Otherwise an alarm calls `#advance` as soon as one may. */
  #spend(): boolean {
    const { clock, perSecond } = this.#options;
    const now = clock.now();
    const earned = ((now - this.#countedAt) / 1_000) * perSecond;
    this.#allowance = Math.min(perSecond, this.#allowance + earned);
    this.#countedAt = now;
    if (this.#allowance >= 1) {
      this.#allowance -= 1;
      return true;
    }
    if (!this.#waitsForAllowance) {
      this.#waitsForAllowance = true;
      clock.alarm(Math.ceil(((1 - this.#allowance) / perSecond) * 1_000), () => {
        this.#waitsForAllowance = false;
        this.#advance();
      });
    }
    return false;
  }

  async #lookUp(lookup: Lookup, signal: AbortSignal): Promise<void> {
    const { question } = lookup;
    lookup.state = 'asking';
    this.#asking += 1;
    try {
      const secret = await this.#options.find(question.namespace, signal);
      if (!signal.aborted) this.#answered(lookup, question, secret);
    } catch (error) {
      if (signal.aborted) return;
      if (!(error instanceof ApiFailure)) throw error;
      this.#failed(lookup, question, error);
    } finally {
      this.#asking -= 1;
      this.#advance();
    }
  }

  #answered(lookup: Lookup, question: KeyQuestion, secret: NamespaceSecret | undefined): void {
    this.#counts[secret === undefined ? 'none' : 'found'] += 1;
    this.#failure = undefined;
    this.#reported = undefined;
    this.#options.answer(question, secret);
    lookup.failures = 0;
    // The question was asked again during the lookup. The answer may be older than that question, so look up again.
    if (this.#options.isOpen(lookup.question)) this.#queue(lookup, this.#firstAttempts);
    else this.#lookups.delete(question.namespace);
  }

  #failed(lookup: Lookup, question: KeyQuestion, { reason, message, retryAfter }: ApiFailure): void {
    const { clock, problem, unanswered } = this.#options;
    this.#counts.failed += 1;
    this.#failure = message;
    const { namespace } = question;
    const detail = `cannot find out whether namespace ${namespace} has a key: ${message}`;
    if (this.#reported !== reason) problem({ where: 'secrets', reason, detail });
    this.#reported = reason;
    unanswered(question);
    lookup.failures += 1;
    lookup.state = 'resting';
    lookup.cancel = clock.alarm(backoffDelay(lookup.failures, clock.random(), { reason, retryAfter }), () => {
      this.#queue(lookup, this.#retries);
      this.#advance();
    });
  }

  #stop(): void {
    for (const { cancel } of this.#lookups.values()) cancel();
    this.#lookups.clear();
    this.#firstAttempts.clear();
    this.#retries.clear();
    this.#ended.resolve();
  }
}
