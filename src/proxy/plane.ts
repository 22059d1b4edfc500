import type { IncidentReport } from '../boundary/incident-report.ts';
import type { RouteTable } from '../routing/table.ts';
import type { AccessRecord } from '../boundary/access-record.ts';
import type { BufferBudget } from './bytes/buffer-budget.ts';
import type { CoarseClock } from './load/coarse-clock.ts';
import type { LoopTurn } from './bytes/loop-turn.ts';
import type { DownstreamConnection } from './downstream/http1/downstream-connection.ts';
import type { Incidents } from './counts/incidents.ts';
import type { WorkerCounts } from './counts/worker-counts.ts';
import type { Overload } from './load/overload.ts';
import type { ReadBuffers } from './bytes/read-buffers.ts';
import type { RequestMemory } from './load/request-memory.ts';
import type { RequestIds } from './exchange/request-id.ts';
import type { RequestReadings } from './downstream/http1/request-readings.ts';
import type { ClientWriter } from './downstream/client-writer.ts';
import type { SendQueues } from './downstream/send-queues.ts';
import type { WorkerSettings } from '../boundary/settings.ts';
import type { UpstreamPools } from './upstream/http1/upstream-pools.ts';
import type { WaitingConnections } from './downstream/waiting-connections.ts';

/** What every connection and exchange of one worker shares. */
export interface Plane {
  readonly settings: WorkerSettings;
  readonly table: RouteTable;
  readonly clock: CoarseClock;
  readonly turn: LoopTurn;
  readonly ledger: WorkerCounts;
  readonly pools: UpstreamPools;
  readonly buffers: ReadBuffers;
  readonly budget: BufferBudget;
  readonly overload: Overload;
  readonly memory: RequestMemory;
  readonly waiting: WaitingConnections<DownstreamConnection>;
  readonly sendQueues: SendQueues;
  /** Clients that have not taken all that was written to them. */
  readonly backlog: Set<ClientWriter>;
  readonly ids: RequestIds;
  readonly readings: RequestReadings;
  readonly incidents: Incidents;
  readonly hooks: DataPlaneHooks;
  /** The process is to end soon: health checks fail, requests are still served. */
  readonly leaving: boolean;
  /** No new connections; every answer says `Connection: close`. */
  readonly draining: boolean;
  /** The Date header's value, renewed every second. */
  readonly date: string;
  connectionClosed(connection: DownstreamConnection): void;
}

export interface DataPlaneHooks {
  /** One call per finished exchange; absent when the access log is off. */
  readonly access?: ((record: AccessRecord) => void) | undefined;
  /** What the log should tell, at most once a second. */
  readonly incidents?: (report: IncidentReport) => void;
}
