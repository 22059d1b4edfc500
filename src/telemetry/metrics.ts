import type { PodIncrement } from '../boundary/packed-pods.ts';
import {
  type EndpointReport,
  GAUGES,
  type KeyCounts,
  QUERYARGS_RESULTS,
  SCALAR_COUNTERS,
  type SeriesIncrement,
  type WorkerFigures,
} from '../boundary/figures.ts';
import type { RejectionReason } from '../wiring/rejection.ts';
import type { RouteDelta } from '../boundary/delta.ts';
import { AuthMetrics } from './auth-metrics.ts';
import { type GateState, registerGates } from './gate-metrics.ts';
import { HandshakeMetrics } from './handshake-metrics.ts';
import { Http2Metrics } from './http2-metrics.ts';
import { KeyMetrics } from './key-metrics.ts';
import { type PodExists, PodMetrics } from './pod-metrics.ts';
import { type ChangedRoutes, RouteMetrics } from './route-metrics.ts';
import { certificateFamilies, type CertificateState } from './certificate-metrics.ts';
import { COUNTER_HELP, GAUGE_HELP } from './scalar-help.ts';
import { SmallFamilies } from './small-families.ts';
import { registerSource, type SourceState } from './source-metrics.ts';
import { TunnelMetrics } from './tunnel-metrics.ts';

/** What the main thread knows at a scrape, in addition to the published table. */
export interface ControlPlaneState extends SourceState {
  /** Number of rejections by reason. */
  readonly rejections: ReadonlyMap<RejectionReason, number>;
  /** Hosts that several namespaces route; undefined if podway does not check this. */
  readonly overlaps?: { readonly kind: 'any' | 'shared'; readonly size: number } | undefined;
  /** Number of routes without a ready endpoint that podway serves with endpoints whose node is silent. */
  readonly lastResortRoutes: number;
  /** Number of routes whose pods have different options. */
  readonly differingRoutes: number;
  readonly keys: {
    /** Namespaces of which podway does not know whether they have a key Secret. */
    readonly unknown: number;
    /** Namespaces whose key Secret was deleted and whose keys are still in force. */
    readonly deleted: number;
    /** Requests to the API server for the Secret of one namespace, by outcome. */
    readonly lookups: Readonly<Record<string, number>>;
  };
  /** Undefined if podway does not terminate TLS. */
  readonly certificates: CertificateState | undefined;
  /** What the workers report about endpoints. */
  readonly endpointReports: readonly EndpointReport[];
  /** Kubernetes Events by outcome; empty if they are switched off. */
  readonly events: Readonly<Record<string, number>>;
  /** Undefined if podway sets no conditions of pods. */
  readonly gates: GateState | undefined;
  readonly workerRestarts: number;
  /** Number of checks, four a second, that found no file descriptor free. */
  readonly descriptorShortages: number;
  readonly logLinesDropped: number;
  /** Bytes that the process may use. */
  readonly memoryLimit: number;
}

const PROPAGATION_BUCKETS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10];

/** Which pods have their own series: at most `max` of those that the cluster has. */
export interface PodsOfMetrics {
  readonly max: number;
  readonly podExists: PodExists;
  /** How podway reaches them; directly by default. */
  readonly access?: 'direct' | 'tunnel';
}

/**
 * Every metric family of podway. Workers send increments, so no counter decreases when a worker is replaced. Gauges are
 * the sum of what the living workers reported last. Clients choose no label value (hazards PR-12).
 */
export class Metrics {
  readonly #small = new SmallFamilies();
  readonly #routes = new RouteMetrics();
  readonly #pods: PodMetrics;
  readonly #workers = new Map<number, WorkerFigures>();
  readonly #keys = new KeyMetrics();
  readonly #handshakes = new HandshakeMetrics(this.#small);
  readonly #auths = new AuthMetrics(this.#small);
  /** Undefined if podway reaches pods directly. */
  readonly #tunnels: TunnelMetrics | undefined;
  readonly #scalars;
  readonly #refused;
  readonly #failed;
  readonly #badResponses;
  readonly #queryargs;
  readonly #http2;
  readonly #propagation;
  /** Set by every `render`, before a family is read. */
  #state!: ControlPlaneState;
  #revision = 0;
  #synced = false;

  constructor(version: string, pods: PodsOfMetrics = { max: 1_000, podExists: () => true }) {
    this.#pods = new PodMetrics(pods.max, pods.podExists);
    this.#tunnels = pods.access === 'tunnel' ? new TunnelMetrics(this.#small) : undefined;
    this.#refused = this.#small.counter(
      'podway_refused_total',
      'Requests refused before podway found a route, by reason',
      ['reason'],
    );
    this.#failed = this.#small.counter(
      'podway_failures_total',
      'Requests of a route that did not end with a complete response of a pod, by reason',
      ['reason'],
    );
    this.#badResponses = this.#small.counter(
      'podway_upstream_bad_responses_total',
      'Responses of pods that violated HTTP or exceeded a limit, by rule',
      ['rule'],
    );
    this.#queryargs = this.#small.counter(
      'podway_queryargs_total',
      'WebSocket handshakes with their query in the path, by result',
      ['result'],
    );
    this.#http2 = new Http2Metrics(this.#small);
    this.#propagation = this.#small.histogram(
      'podway_route_propagation_seconds',
      'Time from receiving a change to the moment when every worker routes by it',
      PROPAGATION_BUCKETS,
    );
    this.#scalars = SCALAR_COUNTERS.map((name) => ({
      name,
      counter: this.#small.counter(`podway_${name}_total`, COUNTER_HELP[name]),
    }));
    this.#registerWorkerGauges();
    this.#registerControlPlane();
    this.#registerKeys();
    registerSource(this.#small, () => this.#state);
    this.#small.gauge('podway_build_info', 'Always 1', ['version'], (gauge) => gauge.set({ version }, 1));
    this.#small.addProcess();
  }

  /** Call it with every published delta, or with its parts. */
  follow(delta: RouteDelta): void {
    this.#revision = delta.revision;
    this.#synced = delta.synced;
    this.#routes.follow(delta);
    this.#keys.follow(delta);
  }

  /** Routes that were added and removed by the deltas since the last call. */
  takeChangedRoutes(): ChangedRoutes {
    return this.#routes.takeChanges();
  }

  /** Call it exactly once with every increment that a worker sent. Returns true if its route is in the table. */
  count(increment: SeriesIncrement): boolean {
    return this.#routes.add(increment);
  }

  /** The same for pods. */
  countPod(increment: PodIncrement): void {
    this.#pods.add(increment);
  }

  /** The same for keyed namespaces. */
  countKeys(counts: KeyCounts): void {
    this.#keys.add(counts);
  }

  /** Call it exactly once with all figures that a worker sent. */
  add(figures: WorkerFigures): void {
    this.#workers.set(figures.worker, figures);
    for (const { reason, count } of figures.refusals) this.#refused.inc({ reason }, count);
    for (const { reason, count } of figures.failures) this.#failed.inc({ reason }, count);
    for (const { rule, count } of figures.badResponses) this.#badResponses.inc({ rule }, count);
    this.#http2.add(figures.http2);
    for (const { name, counter } of this.#scalars) counter.inc(figures.scalars[name]);
    if (figures.podTunnels !== undefined) this.#tunnels?.add(figures.worker, figures.podTunnels);
    for (const result of QUERYARGS_RESULTS) this.#queryargs.inc({ result }, figures.queryargs[result]);
    this.#handshakes.add(figures.handshakes);
    this.#auths.add(figures.auths ?? []);
  }

  /** A change took this long from the receipt of its watch line until the last worker routed by it. */
  propagated(seconds: number): void {
    this.#propagation.observe(seconds);
  }

  /** A worker has died: its gauges are dropped, and its counts stay. */
  forget(worker: number): void {
    this.#workers.delete(worker);
    this.#tunnels?.forget(worker);
  }

  get contentType(): string {
    return this.#small.contentType;
  }

  /** Renders the text exposition format, version 0.0.4, in slices. The event loop turns between them. */
  async *render(state: ControlPlaneState): AsyncGenerator<string, void> {
    this.#state = state;
    yield* this.#small.render();
    yield* this.#handshakes.render();
    yield* this.#auths.render();
    yield* this.#keys.render();
    yield* certificateFamilies(state.certificates);
    yield* this.#routes.render();
    yield* this.#pods.render(state.endpointReports);
  }

  #registerWorkerGauges(): void {
    for (const name of GAUGES) {
      this.#small.gauge(`podway_${name}`, GAUGE_HELP[name], [], (gauge) => {
        let sum = 0;
        for (const { gauges } of this.#workers.values()) sum += gauges[name];
        gauge.set(sum);
      });
    }
    const help = 'Event-loop lag of a worker in the last 30 to 60 seconds';
    this.#small.gauge('podway_worker_event_loop_delay_seconds', help, ['worker', 'stat'], (gauge) => {
      for (const { worker, eventLoopDelay } of this.#workers.values()) {
        for (const [stat, value] of Object.entries(eventLoopDelay)) gauge.set({ worker, stat }, value);
      }
    });
    const heap = "A worker's JavaScript heap in use";
    this.#small.gauge('podway_worker_heap_used_bytes', heap, ['worker'], (gauge) => {
      for (const { worker, heapUsed } of this.#workers.values()) gauge.set({ worker }, heapUsed);
    });
  }

  #registerControlPlane(): void {
    const value = (name: string, help: string, read: () => number) =>
      this.#small.gauge(name, help, [], (gauge) => gauge.set(read()));
    value('podway_routes', 'Routes in the route table', () => this.#routes.routes);
    const lastResort =
      'Routes without a ready pod that podway serves with pods that are unready only because their node stopped reporting';
    value('podway_last_resort_routes', lastResort, () => this.#state.lastResortRoutes);
    const differing =
      'Routes whose pods have different options, as during a rollout; canaries are compared with each other only';
    value('podway_options_differ_routes', differing, () => this.#state.differingRoutes);
    const conflicts = 'Hosts that several namespaces declare while no grant says which of them owns it';
    value('podway_host_conflicts', conflicts, () => {
      const { overlaps } = this.#state;
      return overlaps?.kind === 'any' ? overlaps.size : 0;
    });
    const limit = 'Memory that the process may use: the limit of its container, or all memory of the machine';
    value('podway_memory_limit_bytes', limit, () => this.#state.memoryLimit);
    value('podway_table_revision', 'Revision of the published route table', () => this.#revision);
    value('podway_synced', '1 after pods and Secrets have been listed', () => Number(this.#synced));
    this.#small.gauge(
      'podway_endpoints',
      'Endpoints in the route table, by condition',
      ['condition'],
      (gauge) => {
        for (const [condition, count] of Object.entries(this.#routes.endpoints))
          gauge.set({ condition }, count);
      },
    );
    this.#small.gauge('podway_rejections', 'Rejected annotation items and Secrets', ['reason'], (gauge) => {
      for (const [reason, count] of this.#state.rejections) gauge.set({ reason }, count);
    });
    this.#small.total(
      'podway_events_total',
      'Kubernetes Events about rejections, by outcome',
      ['outcome'],
      (counter) => {
        for (const [outcome, count] of Object.entries(this.#state.events)) counter.inc({ outcome }, count);
      },
    );
    registerGates(this.#small, () => this.#state.gates);
    this.#small.total('podway_worker_restarts_total', 'Workers that died and were replaced', [], (counter) =>
      counter.inc(this.#state.workerRestarts),
    );
    const shortages = 'Checks, four a second, that found no file descriptor free';
    this.#small.total('podway_descriptor_shortages_total', shortages, [], (counter) =>
      counter.inc(this.#state.descriptorShortages),
    );
    this.#small.total(
      'podway_log_lines_dropped_total',
      'Log lines dropped because the reader was too slow',
      [],
      (counter) => counter.inc(this.#state.logLinesDropped),
    );
  }

  #registerKeys(): void {
    const value = (name: string, help: string, read: (keys: ControlPlaneState['keys']) => number) =>
      this.#small.gauge(name, help, [], (gauge) => gauge.set(read(this.#state.keys)));
    const unknown =
      'Namespaces whose pods wait because podway does not know yet whether they have a key Secret';
    value('podway_namespaces_keys_unknown', unknown, (keys) => keys.unknown);
    const deleted = 'Namespaces whose key Secret was deleted and whose keys are still in force';
    value('podway_namespaces_keys_deleted', deleted, (keys) => keys.deleted);
    const lookups = 'GET requests to the API server for the key Secret of one namespace, by result';
    this.#small.total('podway_key_lookups_total', lookups, ['outcome'], (counter) => {
      for (const [outcome, count] of Object.entries(this.#state.keys.lookups))
        counter.inc({ outcome }, count);
    });
  }
}
