import type { AccessRecord } from '../../boundary/access-record.ts';
import type { OverloadReason } from '../../boundary/reasons.ts';
import type { WorkerSettings } from '../../boundary/settings.ts';
import type { KeyEffects } from '../../routing/authorise.ts';
import type { Peer } from '../../http1/forwarded-lines.ts';
import type { RequestHead } from '../../http1/request-head.ts';
import type { Trusted } from '../../routing/client-address.ts';
import type { Rates } from '../../routing/decide.ts';
import type { RouteTable } from '../../routing/table.ts';
import type { BufferBudget } from '../bytes/buffer-budget.ts';
import type { Incidents } from '../counts/incidents.ts';
import type { OwnAnswers } from '../counts/own-answers.ts';
import type { WorkerCounts } from '../counts/worker-counts.ts';
import type { ClientShare } from '../load/client-share.ts';
import type { Overload } from '../load/overload.ts';
import type { RequestMemory } from '../load/request-memory.ts';
import type { StreamDrain } from '../drain/stream-drain.ts';
import type { Tracer } from '../tracing/tracer.ts';
import type { AuthServices } from './auth-services.ts';
import type { Upstreams } from './ends.ts';
import type { RequestIds } from './request-id.ts';

/** What the exchanges of one worker share. */
export interface ExchangeNeeds {
  readonly settings: WorkerSettings;
  readonly table: RouteTable;
  readonly clock: { readonly now: number };
  /** The counts that a decision changes. */
  readonly effects: KeyEffects;
  /** The peers of TRUSTED_PROXIES. */
  readonly trusted: Trusted;
  readonly rates: Rates;
  readonly auth: AuthServices;
  readonly counts: WorkerCounts;
  readonly incidents: Incidents;
  readonly overload: Overload;
  /** What one client uses of MAX_IN_FLIGHT. */
  readonly clientShare: ClientShare;
  /** The places of MAX_CONNECTIONS. */
  readonly places: {
    isShareExceeded(head: RequestHead, peer: Peer): boolean;
    refusal(head: RequestHead): OverloadReason | undefined;
  };
  readonly memory: RequestMemory;
  /** Limits how many bytes podway queues for clients that read slowly. */
  readonly budget: BufferBudget;
  readonly ids: RequestIds;
  readonly upstreams: Upstreams;
  /** Streams and tunnels that podway can end between two of their messages when the process ends. */
  readonly streams: StreamDrain;
  /** The process will end soon: health checks fail, but requests are still served. */
  readonly leaving: boolean;
  /** Called once for each finished exchange. Undefined if the access log is off. */
  readonly access: ((record: AccessRecord) => void) | undefined;
  /** Undefined if podway keeps none. */
  readonly ownAnswers: OwnAnswers | undefined;
  /** Undefined if podway traces no requests. */
  readonly tracer: Tracer | undefined;
}
