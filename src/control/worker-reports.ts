import type { KeyCounts } from '../boundary/figures.ts';
import type { IncidentReport } from '../boundary/incident-report.ts';
import type { ReportPart } from '../boundary/messages.ts';
import type { SpanBatch } from '../boundary/span-record.ts';
import type { Metrics } from '../telemetry/metrics.ts';
import { unpackCounts, unpackPods } from '../telemetry/unpack-counts.ts';
import type { EndpointReports } from './endpoint-reports.ts';
import type { GateKeeper } from './gate-keeper.ts';
import type { IncidentLog } from './incident-log.ts';
import type { Observer } from './observer.ts';
import type { PropagationTime } from './propagation-time.ts';
import type { Recent } from './recent.ts';
import type { WorkersFailure, WorkersListener, WorkerState } from './workers-listener.ts';

/** The receivers of the parts of a report. */
interface Destinations {
  readonly metrics: Metrics;
  readonly recent: Recent;
  readonly endpointReports: EndpointReports;
  readonly incidents: IncidentLog;
  readonly propagation: PropagationTime;
  readonly gates: GateKeeper | undefined;
  readonly spans: ((batch: SpanBatch) => void) | undefined;
  readonly tunnelsRefused: (forbidden: string | undefined) => void;
  readonly fatal: (failure: WorkersFailure) => void;
  readonly observer: Observer | undefined;
}

/** Passes on what the workers report: counts to the metrics, observed endpoints to `/routes`, incidents to the log. */
export class WorkerReports implements WorkersListener {
  readonly #to: Destinations;

  constructor(to: Destinations) {
    this.#to = to;
  }

  report(worker: number, part: ReportPart): void {
    const { metrics, recent, endpointReports } = this.#to;
    switch (part.kind) {
      case 'figures':
        metrics.add(part.figures);
        recent.figures(part.figures);
        return;
      case 'series':
        for (const increment of unpackCounts(part.series))
          if (metrics.count(increment)) recent.count(increment);
        return;
      case 'pods':
        for (const increment of unpackPods(part.pods)) metrics.countPod(increment);
        return;
      case 'keys':
        this.#takeKeys(part.keys);
        return;
      case 'endpoints':
        endpointReports.gather(worker, part.endpoints);
        return;
      case 'end':
        endpointReports.complete(worker);
        recent.reported();
    }
  }

  incidents(worker: number, report: IncidentReport): void {
    this.#to.incidents.take(worker, report, performance.now());
    this.#takeKeys(report.keys);
  }

  spans(batch: SpanBatch): void {
    this.#to.spans?.(batch);
  }

  applied(workers: readonly WorkerState[]): void {
    this.#to.propagation.settle(workers, performance.now());
    this.#to.gates?.settle(workers);
    this.#to.observer?.changed();
  }

  tunnelsRefused(forbidden: string | undefined): void {
    this.#to.tunnelsRefused(forbidden);
  }

  gone(worker: number): void {
    const { metrics, recent, endpointReports, incidents } = this.#to;
    metrics.forget(worker);
    recent.forget(worker);
    endpointReports.forget(worker);
    incidents.forget(worker);
  }

  fatal(failure: WorkersFailure): void {
    this.#to.fatal(failure);
  }

  #takeKeys(counts: readonly KeyCounts[]): void {
    const { metrics, incidents } = this.#to;
    for (const it of counts) metrics.countKeys(it);
    incidents.keys.take(counts, performance.now());
  }
}
