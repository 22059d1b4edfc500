import type { EndpointReport, SeriesIncrement, WorkerFigures } from '../../../src/boundary/figures.ts';
import type { Question, Reply } from '../../../src/boundary/questions.ts';
import { Questions } from '../../../src/control/questions.ts';
import { Recent } from '../../../src/control/recent.ts';
import { DashboardFeed } from '../../../src/operator/dashboard/feed.ts';
import type { DashboardSubject } from '../../../src/operator/dashboard/router-state.ts';
import { DashboardView } from '../../../src/operator/dashboard/view.ts';
import type { StreamEvent } from '../../../src/operator/operator-answers.ts';
import { figures } from '../../fixtures/worker-figures.ts';
import { Cluster } from '../../inventory/cluster.ts';

const NOTHING_COUNTED = { requests: [], durations: [] };

/** A router without workers: a real table, real figures, and answers of workers that a test sets. */
export class Scene {
  readonly cluster = new Cluster();
  readonly recent = new Recent(true);
  readonly errors: unknown[] = [];
  readonly asked: Question[] = [];
  readonly subject: DashboardSubject;
  /** The answers of the one worker. */
  reply: (question: Question) => Reply = () => [];
  reports: EndpointReport[] = [];
  /** How often the feed has read the router's state. */
  collections = 0;
  /** How many reports were requested from workers. */
  collected = 0;
  now = performance.now();
  time = 1_790_000_000_000;
  shortages = 0;
  problem: Error | undefined;

  constructor() {
    const questions: Questions = new Questions(() => [
      {
        worker: 0,
        send: (message) => {
          if (message.type !== 'question') return;
          this.asked.push(message.question);
          questions.replied(0, message.id, this.reply(message.question));
        },
      },
    ]);
    this.subject = {
      version: '1.2.3',
      name: 'podway-0',
      apiKeyHeader: 'k8s-routing-api-key',
      startedAt: this.time,
      insight: {
        inventory: this.cluster.inventory,
        recent: this.recent,
        workers: {
          states: () => [{ worker: 0, listening: true, applied: this.cluster.revision }],
          restarts: 0,
          collect: async () => {
            this.collected += 1;
          },
          questions,
        },
        source: 'test',
        resources: () => [{ resource: 'pods', up: true, idle: undefined, failures: 0 }],
        endpointReports: () => this.reports,
        opensIn: () => 0,
      },
      readiness: () => {
        this.collections += 1;
        if (this.problem !== undefined) throw this.problem;
        return { draining: false, syncedRevision: 0, kinds: [], workers: [], notes: [] };
      },
      memory: () => ({ resident: 2 ** 27, heap: 2 ** 24 }),
      limits: { descriptors: 1_024, connections: 100, 'in-flight': 50, memory: 2 ** 30 },
      now: () => this.now,
      descriptors: async () => 10,
    };
  }

  view(): DashboardView {
    return new DashboardView(this.subject);
  }

  feed(): DashboardFeed {
    return new DashboardFeed(this.subject, this.view(), (error) => this.errors.push(error));
  }

  get moment() {
    return { time: this.time, now: this.now };
  }

  /** Five seconds pass, in which the worker reports these figures. */
  step(reported: Partial<WorkerFigures> = {}): void {
    this.recent.figures(figures(0, reported));
    this.now += 5_000;
    this.time += 5_000;
    const { revision } = this.cluster;
    this.recent.totals.close(this.now, { time: this.time, revision, shortages: this.shortages });
  }

  /** A worker reports this many answers of a route. */
  count(host: string, path: string, answers: Readonly<Record<number, number>>): void {
    const requests = Object.entries(answers).map(([code, count]) => {
      return { method: 'GET', code: Number(code), count };
    });
    const increment: SeriesIncrement = { ...NOTHING_COUNTED, host, path, namespace: 'test', requests };
    this.recent.count(increment);
    this.recent.reported();
  }
}

/** A viewer. */
export class Reader {
  readonly events: StreamEvent[] = [];
  readonly ended: Promise<void>;
  readonly #left = new AbortController();

  constructor(feed: DashboardFeed) {
    this.ended = feed.stream().run((event) => this.events.push(event), this.#left.signal);
  }

  get names(): string[] {
    return this.events.map(({ event }) => event);
  }

  async leave(): Promise<void> {
    this.#left.abort();
    await this.ended;
  }
}
