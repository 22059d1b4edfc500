import { notReadyReasons, type ReadinessInput } from '../../admin/readiness.ts';
import type { Insight } from '../../control/overview.ts';
import { REASONS, type Reason } from '../../boundary/reasons.ts';
import type { ReasonRow } from '../../boundary/reasons/reason-row.ts';
import type { ResourceState } from '../../telemetry/source-metrics.ts';
import { truncate } from './truncate.ts';
import type { Limits } from './limits.ts';
import { rounded } from './rates.ts';
import type { RefusalRow, RouterState, Rows, StreamRow, WorkerRow } from './state.ts';

/** The data of the dashboard. */
export interface DashboardSubject {
  readonly version: string;
  /** Name of the machine; in a cluster, of the router's pod. */
  readonly name: string;
  /** The key header, in lower case. */
  readonly apiKeyHeader: string;
  /** Milliseconds since 1970. */
  readonly startedAt: number;
  readonly insight: Insight;
  readiness(): ReadinessInput;
  /** Memory in bytes. */
  memory(): RouterState['memory'];
  readonly limits: Limits;
  /** The current time in milliseconds of performance.now(). */
  readonly now: () => number;
  /** Number of open descriptors; undefined if the system does not report it. */
  descriptors(): Promise<number | undefined>;
}

/** Maximum number of notes. */
const MAX_NOTES = 20;
const MAX_REASONS = 12;
const WINDOW = 900_000;
const MEGABYTE = 2 ** 20;

/** @param routes number of routes in the table; `time`: now, in milliseconds since 1970 */
export function routerState(subject: DashboardSubject, routes: number, time: number): RouterState {
  const { version, name, apiKeyHeader, startedAt, insight } = subject;
  const readiness = subject.readiness();
  const because = notReadyReasons(readiness);
  const { resident, heap } = subject.memory();
  return {
    version,
    name,
    apiKeyHeader,
    startedAt,
    ready: because.length === 0,
    notes: [...because, ...readiness.notes].slice(0, MAX_NOTES).map(truncate),
    synced: insight.inventory.synced,
    revision: insight.inventory.revision,
    routes,
    source: insight.source,
    streams: insight.resources().map((it) => streamRow(it, time)),
    restarts: insight.workers.restarts,
    memory: { resident: calm(resident), heap: calm(heap) },
  };
}

function streamRow({ resource, up, idle, error, since }: ResourceState, time: number): StreamRow {
  const receivedAt = idle === undefined ? null : Math.round(time / 1_000 - idle) * 1_000;
  return {
    resource,
    up,
    receivedAt,
    ...(error !== undefined && { error: truncate(error) }),
    ...(since !== undefined && { since }),
  };
}

export function workerRows({ workers, recent }: Insight): WorkerRow[] {
  return workers.states().map(({ worker, listening, applied }) => {
    const reported = recent.totals.workers.get(worker);
    return {
      worker,
      listening,
      applied,
      lag:
        reported === undefined
          ? null
          : [rounded(reported.eventLoopDelay.p99), rounded(reported.eventLoopDelay.max)],
      heap: calm(reported?.heapUsed ?? 0),
      inFlight: reported?.gauges.exchanges_in_flight ?? 0,
      connections: reported?.gauges.downstream_connections ?? 0,
    };
  });
}

/** Reasons for podway's own answers and aborted responses, the most frequent first. */
export function refusalRows({ recent }: Insight): Rows<RefusalRow> {
  const counts = [...recent.totals.latest(WINDOW).reasons].sort(([, a], [, b]) => b - a);
  const total = counts.reduce((sum, [, count]) => sum + count, 0);
  return { total, rows: counts.slice(0, MAX_REASONS).map(([reason, count]) => refusalRow(reason, count)) };
}

function refusalRow(reason: Reason, count: number): RefusalRow {
  const { fault, meaning, action }: ReasonRow = REASONS[reason];
  return { reason, count, fault, meaning, action };
}

/** Rounds to MiB. The size of a heap changes all the time, and each change would be sent to the viewers. */
function calm(bytes: number): number {
  return Math.round(bytes / MEGABYTE) * MEGABYTE;
}
