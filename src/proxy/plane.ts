import type { RouteTable } from '../routing/table.ts';
import type { AccessRecord } from './access-record.ts';
import type { BufferBudget } from './buffer-budget.ts';
import type { CoarseClock } from './clock.ts';
import type { LoopTurn } from './loop-turn.ts';
import type { DownstreamConnection } from './downstream-connection.ts';
import type { IncidentReport, Incidents } from './incidents.ts';
import type { Ledger } from './ledger.ts';
import type { Overload } from './overload.ts';
import type { ReadBuffers } from './read-buffers.ts';
import type { RequestMemory } from './request-memory.ts';
import type { RequestIds } from './request-id.ts';
import type { RequestReadings } from './request-readings.ts';
import type { Outbox } from './outbox.ts';
import type { SendQueues } from './send-queues.ts';
import type { DataPlaneSettings } from './settings.ts';
import type { UpstreamPools } from './upstream-pools.ts';
import type { WaitingConnections } from './waiting-connections.ts';

/** What every connection and exchange of one worker shares. */
export interface Plane {
  readonly settings: DataPlaneSettings;
  readonly table: RouteTable;
  readonly clock: CoarseClock;
  readonly turn: LoopTurn;
  readonly ledger: Ledger;
  readonly pools: UpstreamPools;
  readonly buffers: ReadBuffers;
  readonly budget: BufferBudget;
  readonly overload: Overload;
  readonly memory: RequestMemory;
  readonly waiting: WaitingConnections<DownstreamConnection>;
  readonly sendQueues: SendQueues;
  /** Clients that have not taken all that was written to them. */
  readonly backlog: Set<Outbox>;
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
