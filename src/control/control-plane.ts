import { randomBytes } from 'node:crypto';
import { type Clock, systemClock } from '../cluster/clock.ts';
import type { EventWriter } from '../cluster/events/event-writer.ts';
import type { GateWriter } from '../cluster/gates/gate-writer.ts';
import { deliver } from '../cluster/kinds.ts';
import type { ClusterSource } from '../cluster/source.ts';
import type { Config } from '../config/load.ts';
import { claimOptions } from './claim-options.ts';
import { workerSettings } from '../config/worker-settings.ts';
import type { Machine } from '../config/machine.ts';
import { workerCount } from '../config/thread-budget.ts';
import type { RouteDelta } from '../boundary/delta.ts';
import { followedTlsSecrets } from '../config/certificates.ts';
import type { History } from '../history/history.ts';
import { Inventory, type ListedRoute } from '../inventory/inventory.ts';
import type { Log } from '../telemetry/logger.ts';
import { type ControlPlaneState, Metrics } from '../telemetry/metrics.ts';
import type { ResourceState } from '../telemetry/source-metrics.ts';
import { DescriptorWatch } from './descriptor-watch.ts';
import { GateKeeper } from './gate-keeper.ts';
import { IncidentLog } from './incident-log.ts';
import type { Observer } from './observer.ts';
import { LastResortLog } from './last-resort-log.ts';
import { KeyKeeper } from './key-keeper.ts';
import type { ClientCa } from './client-ca.ts';
import { CertificateKeeper } from './certificate-keeper.ts';
import { CompactHeap } from './compact-heap.ts';
import { EndpointReports } from './endpoint-reports.ts';
import { type Insight, type Overview, overviewOf, type Readiness } from './overview.ts';
import { PropagationTime } from './propagation-time.ts';
import { PublishLog } from './publish-log.ts';
import { Publisher } from './publisher.ts';
import { Recent } from './recent.ts';
import { reportOverlaps } from './overlap-log.ts';
import { reportRejections } from './rejection-log.ts';
import { follow, createHistory, recordHistory } from './record-history.ts';
import { SourceHealth } from './source-health.ts';
import { IntakeTask } from './intake-task.ts';
import { TunnelAccess } from './tunnel-access.ts';
import { WorkerReports } from './worker-reports.ts';
import type { StartWorker } from './worker-thread.ts';
import { Workers } from './workers.ts';
import type { WorkersFailure, WorkersListener } from './workers-listener.ts';

export interface ControlPlaneOptions {
  readonly config: Config;
  readonly machine: Machine;
  readonly version: string;
  readonly source: ClusterSource;
  /** Absent: podway requests no certificates of clients. */
  readonly clientCa?: ClientCa;
  /** Writes rejections as Events; undefined: podway reports them only in log, metrics and `/routes`. */
  readonly events: EventWriter | undefined;
  /** Sets conditions of pods; absent: READINESS_GATE is off. */
  readonly gates?: GateWriter | undefined;
  readonly log: Log;
  /** Absent: tracing is off. */
  readonly spans?: WorkersListener['spans'] | undefined;
  readonly startWorker: StartWorker;
  readonly observer?: Observer | undefined;
  /** Clock for keys, certificates and tunnels; default: the system's. */
  readonly clock?: Clock;
  /** Called once, when the data plane cannot continue. */
  readonly fatal: (failure: WorkersFailure) => void;
}

/** The main thread's part: follows the source, publishes every change to the workers, and provides the data of metrics and pages. */
export class ControlPlane {
  readonly workers: Workers;
  /** Undefined: podway keeps no history. */
  readonly history: History | undefined;
  readonly #recent: Recent;
  readonly #options: ControlPlaneOptions;
  readonly #inventory: Inventory;
  readonly #keeper: KeyKeeper;
  /** Undefined: podway serves no TLS. */
  readonly #certificates: CertificateKeeper | undefined;
  /** Undefined: podway sets no conditions of pods. */
  readonly gates: GateKeeper | undefined;
  readonly #metrics: Metrics;
  readonly #publisher: Publisher;
  readonly #health: SourceHealth;
  readonly #propagation: PropagationTime;
  readonly #published: PublishLog;
  readonly #lastResort: LastResortLog;
  readonly #intakeTask: IntakeTask;
  readonly #compactHeap = new CompactHeap();
  readonly #descriptors: DescriptorWatch;
  readonly #endpointReports = new EndpointReports();
  readonly #incidents: IncidentLog;
  /** Undefined: podway connects to pods directly. */
  readonly #tunnels: TunnelAccess | undefined;
  #firstSynced: number | undefined;
  /** The first revision in which pods and keys are known, set once certificates have also been read. */
  #syncedRevision: number | undefined;

  constructor(options: ControlPlaneOptions) {
    const { config, machine, version, log, gates: writer } = options;
    this.#options = options;
    this.#inventory = new Inventory({
      ...config,
      ...claimOptions(config, machine, options.source.inCluster ?? false),
      secretName: config.apiKeySecretLocation.name,
      keysNeedProof: options.source.findSecret !== undefined,
      keysOutliveSecrets: config.keyReleaseDelay > 0,
      tlsSecrets: followedTlsSecrets(config),
    });
    this.#metrics = new Metrics(version, {
      max: config.podMetricsMax,
      podExists: (namespace, pod) => this.#inventory.hasPod(namespace, pod),
      access: config.podAccess,
    });
    this.history = createHistory(config);
    this.#recent = new Recent(config.operatorPort !== 'none');
    this.#health = new SourceHealth(log.logger, Object.keys(options.source.states()));
    this.#published = new PublishLog(log.logger);
    this.#lastResort = new LastResortLog(log.logger, () => this.#inventory.lastResortRoutes);
    this.#descriptors = new DescriptorWatch(log.logger);
    this.#incidents = new IncidentLog(log.logger, config.logInterval);
    this.#propagation = new PropagationTime((seconds) => this.#metrics.propagated(seconds));
    this.#publisher = new Publisher((received) => this.#publish(received));
    this.#keeper = new KeyKeeper({
      keys: this.#inventory.keys,
      find: options.source.findSecret,
      clock: options.clock ?? systemClock,
      logger: log.logger,
      releaseDelay: config.keyReleaseDelay,
      lookupsPerSecond: config.keyLookupsPerSecond,
      problem: (problem) => this.#health.problem(problem),
      changed: () => this.#publisher.touch(performance.now()),
    });
    this.#intakeTask = new IntakeTask(this.#inventory.intake, () => this.#keeper.touch());
    this.#certificates = CertificateKeeper.of(this.#inventory.certificates, config, {
      clock: options.clock ?? systemClock,
      logger: log.logger,
      changed: () => this.#publisher.touch(performance.now()),
    });
    this.gates =
      writer && new GateKeeper({ type: config.readinessGate, pods: this.#inventory.gated, writer });
    this.workers = new Workers({
      count: workerCount(config, machine),
      settings: workerSettings(config, machine, randomBytes(6).toString('hex'), options.clientCa),
      start: options.startWorker,
      logger: log.logger,
      table: () => (this.#inventory.settled ? this.#inventory.whole() : undefined),
      listener: new WorkerReports({
        metrics: this.#metrics,
        recent: this.#recent,
        endpointReports: this.#endpointReports,
        incidents: this.#incidents,
        propagation: this.#propagation,
        gates: this.gates,
        spans: options.spans,
        tunnelsRefused: (forbidden) => this.#tunnels?.refused(forbidden),
        fatal: options.fatal,
        observer: options.observer,
      }),
    });
    this.#tunnels = TunnelAccess.of(options.source.access, config.podAccess, {
      clock: options.clock ?? systemClock,
      send: (access) => this.workers.announce({ type: 'access', access }),
      problem: (problem) => this.#health.problem(problem),
    });
  }

  /** Follows the source until `signal` aborts. @throws SourceError if the source cannot be followed at all */
  async follow(signal: AbortSignal): Promise<void> {
    const { source, events, observer, clientCa, log, clock = systemClock } = this.#options;
    const changed = (pem: string) => this.workers.announce({ type: 'client-ca', pem });
    this.#descriptors.start();
    this.#incidents.start();
    this.#recent.start(this.workers, () => {
      return { revision: this.#inventory.revision, shortages: this.#descriptors.shortages };
    });
    const writing = events?.run((problem) => this.#health.problem(problem), signal);
    const keeping = Promise.all([
      this.#keeper.run(signal),
      this.gates?.run((problem) => this.#health.problem(problem), signal),
      this.#certificates?.run(signal),
      clientCa?.run({ clock, logger: log.logger, changed }, signal),
    ]);
    const following = source.run(
      {
        changed: (event) => {
          deliver(this.#inventory, event);
          this.#keeper.touch();
          this.#publisher.touch(event.receivedAt);
        },
        applied: () => this.#intakeTask.end,
        unselected: (pods) => {
          this.#inventory.unselected.replace(pods);
          this.#publisher.touch(performance.now());
        },
        state: (kind, state) => {
          this.#compactHeap.enter(kind, state.phase);
          this.#health.state(kind, state);
          this.#keeper.state(kind, state.phase);
        },
        problem: (problem) => {
          this.#health.problem(problem);
          observer?.problem(problem);
        },
      },
      signal,
    );
    await Promise.all([following, writing, keeping, this.#tunnels?.run(signal)]);
  }

  /** See admin/readiness.ts. */
  readiness(): Readiness {
    const states = this.#options.source.states();
    const notes = [...this.#health.notes(states), ...this.#keeper.notes(), ...(this.#tunnels?.notes() ?? [])];
    const kinds = Object.keys(states);
    return { syncedRevision: this.#syncedRevision, kinds, workers: this.workers.states(), notes };
  }

  /** The metrics in Prometheus' text format, with the current counts of the workers. The text is rendered piece by piece as it is read. */
  async metrics(): Promise<{ contentType: string; text: AsyncIterable<string> }> {
    await this.workers.collect();
    return { contentType: this.#metrics.contentType, text: this.#metrics.render(this.#state()) };
  }

  /** The table, with reports of its endpoints and the state of its source. */
  async overview(): Promise<Overview> {
    await this.workers.collect();
    return overviewOf(this.insight());
  }

  insight(): Insight {
    return {
      inventory: this.#inventory,
      recent: this.#recent,
      workers: this.workers,
      source: this.#options.source.describe(),
      resources: () => this.#resources(),
      endpointReports: () => this.#endpointReports.all(),
      opensIn: (namespace) => this.#keeper.opensIn(namespace),
    };
  }

  /** The routes that every worker has; undefined while a worker lacks the newest table, or while pods or keys are not known. */
  served(): readonly ListedRoute[] | undefined {
    const { revision, synced, routes } = this.#inventory.listing();
    const hasAll = this.workers.states().every(({ listening, applied }) => listening && applied >= revision);
    return synced && hasAll ? routes : undefined;
  }

  *#publish(received: number): Generator<void, void> {
    yield* this.#intakeTask.settle();
    const certificatesReady = this.#inventory.certificatesListed && this.#certificates?.ready !== false;
    const delta = yield* this.#inventory.changes(Date.now());
    this.#certificates?.settled();
    const rejections = this.#inventory.takeRejections();
    const reporting = { ...this.#options.log, events: this.#options.events };
    reportRejections(rejections.appeared, reporting);
    reportOverlaps(this.#inventory.overlaps, reporting);
    if (delta) yield* this.#publishDelta(delta, received);
    else this.workers.catchUp();
    yield* recordHistory(this.history, this.#inventory, rejections, delta !== undefined);
    this.gates?.published(this.#inventory.revision, this.workers.states());
    if (certificatesReady) this.#syncedRevision ??= this.#firstSynced;
  }

  *#publishDelta(delta: RouteDelta, received: number): Generator<void, void> {
    // Before the delta goes to the workers: the metrics must know a route before workers report counts of it.
    yield* follow(delta, [this.#metrics, this.history]);
    this.#recent.removed(delta.removed);
    this.#tunnels?.follow();
    this.workers.publish(delta);
    if (delta.endpoints.length > 0) this.#lastResort.touch();
    this.#propagation.published(delta.revision, received);
    if (delta.synced) this.#firstSynced ??= delta.revision;
    this.#published.report(delta, this.#metrics.takeChangedRoutes());
    this.#incidents.keys.follow(delta, performance.now());
  }

  #resources(): ResourceState[] {
    return this.#health.resources(this.#options.source.states(), performance.now());
  }

  #state(): ControlPlaneState {
    return {
      rejections: this.#inventory.rejected,
      overlaps: this.#inventory.overlaps,
      lastResortRoutes: this.#inventory.lastResortRoutes,
      differingRoutes: this.#inventory.differingRoutes,
      keys: this.#keeper.figures(),
      certificates: this.#certificates?.figures(),
      resources: this.#resources(),
      endpointReports: this.#endpointReports.all(),
      sourceProblems: this.#health.problems,
      events: this.#options.events?.counts ?? {},
      gates: this.gates?.figures(),
      workerRestarts: this.workers.restarts,
      descriptorShortages: this.#descriptors.shortages,
      logLinesDropped: this.#options.log.dropped(),
      memoryLimit: this.#options.machine.memory,
    };
  }
}
