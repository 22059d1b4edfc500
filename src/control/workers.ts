import { setTimeout as delay } from 'node:timers/promises';
import type { FromWorker, ReportPart, ToWorker } from '../boundary/messages.ts';
import type { WorkerSettings } from '../boundary/settings.ts';
import type { RouteDelta } from '../boundary/delta.ts';
import type { Logger } from '../telemetry/logger.ts';
import { CrashBudget } from './crash-budget.ts';
import { listenFailure } from '../boundary/listen-failure.ts';
import { rateMemory } from './rate-memory.ts';
import { TableFeed } from './table-feed.ts';
import { type AskedWorker, Questions } from './questions.ts';
import type { StartWorker, WorkerThread } from './worker-thread.ts';
import type { WorkersFailure, WorkersListener, WorkerState } from './workers-listener.ts';

export interface WorkersOptions {
  readonly count: number;
  readonly settings: WorkerSettings;
  readonly start: StartWorker;
  readonly logger: Logger;
  /** The current table as a delta with `reset`; undefined while it is changing: the owner calls `catchUp` after the change. */
  readonly table: () => RouteDelta | undefined;
  readonly listener: WorkersListener;
}

/** Messages that apply to all workers until the next message of the same type. */
type LastingMessage = Extract<ToWorker, { readonly type: 'access' | 'ticket-key' | 'client-ca' | 'leave' }>;

/** One place in the data plane: a thread, and after a crash its successor. */
interface WorkerSlot {
  readonly worker: number;
  thread: WorkerThread | undefined;
  feed: TableFeed | undefined;
  listening: boolean;
  applied: number;
  /** When the thread before it died, in milliseconds of performance.now(); undefined: no thread has died, or the replacement was logged. */
  diedAt: number | undefined;
  /** Set while the worker sends a report; resolves at the end of the report. */
  reporting: PromiseWithResolvers<void> | undefined;
  /** Set while its figures are requested; resolves when they arrive. */
  figuring: PromiseWithResolvers<void> | undefined;
}

/** Milliseconds that a scrape waits for a worker's report. A worker that takes longer has a blocked event loop and is left out. */
const REPORT_TIMEOUT = 1_000;
/** Milliseconds after the drain timeout, which the worker applies itself, and after LINGER_TIMEOUT of its last connections. */
const DRAIN_GRACE = 1_000;

/**
 * Keeps the data-plane threads running: gives each the whole table and then every delta, replaces one that dies without
 * disturbing the others, and ends the process if workers crash in a loop.
 */
export class Workers {
  readonly #options: WorkersOptions;
  readonly #slots: WorkerSlot[];
  /** Questions of operators to the workers. */
  readonly questions = new Questions(() => this.#slots.flatMap(askedOf));
  readonly #crashes = new CrashBudget();
  readonly #drained = Promise.withResolvers<void>();
  /** Concurrent scrapes share one round of reports. */
  #scrape: Promise<void> | undefined;
  #restarts = 0;
  #cut = 0;
  /** The last message of each type, which workers that start later also get. */
  readonly #lastingMessages = new Map<LastingMessage['type'], LastingMessage>();
  /** Rates of clients; all workers share this memory, also those that replace others. */
  readonly #rates: SharedArrayBuffer;
  /** podway drains or has stopped, so workers are not replaced. */
  #ending = false;

  constructor(options: WorkersOptions) {
    this.#options = options;
    this.#rates = rateMemory(options.settings.rateClients);
    this.#slots = Array.from({ length: options.count }, (_, worker) => ({
      worker,
      thread: undefined,
      feed: undefined,
      listening: false,
      applied: -1,
      diedAt: undefined,
      reporting: undefined,
      figuring: undefined,
    }));
  }

  start(): void {
    for (const slot of this.#slots) this.#startWorker(slot);
  }

  publish(delta: RouteDelta): void {
    for (const { feed } of this.#slots) feed?.add(delta);
  }

  /** The table has stopped changing: workers that wait for the whole table get it. */
  catchUp(): void {
    for (const { feed } of this.#slots) feed?.go();
  }

  states(): WorkerState[] {
    return this.#slots.map(({ worker, listening, applied }) => ({ worker, listening, applied }));
  }

  get restarts(): number {
    return this.#restarts;
  }

  /** Requests a report of every worker. Resolves when all reports have arrived, or after `REPORT_TIMEOUT`. */
  collect(): Promise<void> {
    this.#scrape ??= this.#collect().finally(() => {
      this.#scrape = undefined;
    });
    return this.#scrape;
  }

  async #collect(): Promise<void> {
    await this.#each((slot) => this.#askReport(slot));
  }

  /** Requests only the figures of every worker: one small message each, regardless of the number of routes. */
  async figures(): Promise<void> {
    await this.#each((slot) => this.#askFigures(slot));
  }

  async #each(ask: (slot: WorkerSlot) => Promise<void>): Promise<void> {
    const answers = this.#slots.filter(({ listening }) => listening).map(ask);
    await Promise.race([Promise.all(answers), delay(REPORT_TIMEOUT, undefined, { ref: false })]);
  }

  #askFigures(slot: WorkerSlot): Promise<void> {
    if (slot.figuring === undefined) {
      slot.figuring = Promise.withResolvers();
      slot.thread?.send({ type: 'figures' });
    }
    return slot.figuring.promise;
  }

  /** A worker whose report was too late for an earlier scrape gets no new request: this scrape waits for the end of that report. */
  #askReport(slot: WorkerSlot): Promise<void> {
    slot.thread?.send({ type: 'figures' });
    if (slot.reporting === undefined) {
      slot.reporting = Promise.withResolvers();
      slot.thread?.send({ type: 'report' });
    }
    return slot.reporting.promise;
  }

  /** Requests each part after the part before it has been processed, so this thread never has two parts of a worker waiting. */
  #takePart(slot: WorkerSlot, part: ReportPart): void {
    this.#options.listener.report(slot.worker, part);
    if (part.kind === 'figures') {
      slot.figuring?.resolve();
      slot.figuring = undefined;
      return;
    }
    if (part.kind !== 'end') {
      slot.thread?.send({ type: 'report' });
      return;
    }
    slot.reporting?.resolve();
    slot.reporting = undefined;
  }

  /** Sends to every worker, and to workers that start later, until the next message of the same type. */
  announce(message: LastingMessage): void {
    this.#lastingMessages.set(message.type, message);
    for (const { thread } of this.#slots) thread?.send(message);
  }

  /** Makes every worker stop accepting and finish, within `most` milliseconds. Resolves with the exchanges and tunnels cut off. */
  async drain(maxDrain = Number.POSITIVE_INFINITY): Promise<number> {
    this.#ending = true;
    const timeout = Math.min(this.#options.settings.drainTimeout, maxDrain);
    if (this.#slots.some(({ listening }) => listening)) await this.#drainThreads(timeout);
    await this.stop();
    return this.#cut;
  }

  async #drainThreads(timeout: number): Promise<void> {
    for (const { thread } of this.#slots) thread?.send({ type: 'drain', timeout });
    const limit = timeout + this.#options.settings.lingerTimeout + DRAIN_GRACE;
    await Promise.race([this.#drained.promise, delay(limit, undefined, { ref: false })]);
  }

  /** Ends every thread at once. */
  async stop(): Promise<void> {
    this.#ending = true;
    await Promise.all(this.#slots.map(async ({ thread }) => thread?.terminate()));
  }

  #startWorker(slot: WorkerSlot): void {
    const { settings, start, table } = this.#options;
    const thread = start(
      { worker: slot.worker, settings, rates: this.#rates },
      { message: (message) => this.#received(slot, message), exit: (error) => this.#left(slot, error) },
    );
    slot.thread = thread;
    for (const message of this.#lastingMessages.values()) thread.send(message);
    slot.feed = new TableFeed(({ delta, more }) => thread.send({ type: 'delta', delta, more }), table);
    slot.feed.go();
  }

  #received(slot: WorkerSlot, message: FromWorker): void {
    switch (message.type) {
      case 'listening':
        slot.listening = true;
        this.#options.logger.info(
          { worker: slot.worker, address: message.address, port: message.port, tlsPort: message.tlsPort },
          'listening',
        );
        this.#reportReplaced(slot);
        return;
      case 'listen-failed':
        this.#giveUp({ reason: 'listen-failed', message: this.#listenFailure(message) });
        return;
      case 'staged':
        slot.feed?.taken();
        return;
      case 'applied':
        slot.applied = message.revision;
        slot.feed?.taken();
        this.#options.listener.applied(this.states());
        return;
      case 'report':
        this.#takePart(slot, message.part);
        return;
      case 'incidents':
        this.#options.listener.incidents(slot.worker, message.report);
        return;
      case 'spans':
        this.#options.listener.spans(message.batch);
        return;
      case 'tunnels-refused':
        this.#options.listener.tunnelsRefused(message.forbidden);
        return;
      case 'reply':
        this.questions.replied(slot.worker, message.id, message.reply);
        return;
      case 'drained':
        this.#cut += message.cut;
        void slot.thread?.terminate();
    }
  }

  #left(slot: WorkerSlot, error: Error | undefined): void {
    slot.reporting?.resolve();
    slot.figuring?.resolve();
    const nothing = { thread: undefined, feed: undefined, reporting: undefined, figuring: undefined };
    Object.assign(slot, { ...nothing, listening: false, applied: -1 });
    this.#options.listener.gone(slot.worker);
    this.questions.gone(slot.worker);
    this.#options.listener.applied(this.states());
    if (this.#ending) {
      this.#settle();
      return;
    }
    this.#options.logger.error({ worker: slot.worker, err: error }, 'a worker died and is being replaced');
    const wait = this.#crashes.spend(performance.now());
    if (wait === undefined) {
      const cause = error ? `, the last one with: ${error.message}` : '';
      this.#giveUp({ reason: 'crash-loop', message: `workers die one after the other${cause}` });
      return;
    }
    slot.diedAt = performance.now();
    setTimeout(() => {
      if (this.#ending) return;
      this.#restarts += 1;
      this.#startWorker(slot);
    }, wait);
  }

  #reportReplaced(slot: WorkerSlot): void {
    const { worker, diedAt } = slot;
    if (diedAt === undefined) return;
    slot.diedAt = undefined;
    const after = Math.round(performance.now() - diedAt) / 1_000;
    this.#options.logger.info({ worker, after, restarts: this.#restarts }, 'worker replaced');
  }

  #settle(): void {
    if (this.#slots.every(({ thread }) => thread === undefined)) this.#drained.resolve();
  }

  #listenFailure(error: Extract<FromWorker, { type: 'listen-failed' }>): string {
    const { address, port, tlsPort } = this.#options.settings;
    const place =
      tlsPort !== 'none' && error.port === tlsPort
        ? { setting: 'TLS_PORT', port: tlsPort }
        : { setting: 'PORT', port };
    return listenFailure({ ...place, address }, error);
  }

  #giveUp(failure: WorkersFailure): void {
    if (this.#ending) return;
    this.#ending = true;
    this.#options.listener.fatal(failure);
  }
}

function askedOf({ worker, thread, listening }: WorkerSlot): AskedWorker[] {
  return thread === undefined || !listening ? [] : [{ worker, send: (message) => thread.send(message) }];
}
