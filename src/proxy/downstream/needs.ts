import type { AccessRecord } from '../../boundary/access-record.ts';
import type { WorkerSettings } from '../../boundary/settings.ts';
import type { RequestHead } from '../../http1/request-head.ts';
import type { Trusted } from '../../routing/client-address.ts';
import type { ReadBuffers } from '../bytes/read-buffers.ts';
import type { OwnAnswers } from '../counts/own-answers.ts';
import type { ClientSide, Downstream } from '../exchange/ends.ts';
import type { RequestIds } from '../exchange/request-id.ts';
import type { CoarseClock } from '../load/coarse-clock.ts';
import type { RequestMemory } from '../load/request-memory.ts';
import type { WriterNeeds } from './client-writer.ts';
import type { Connection } from './clients.ts';
import type { RequestReadings } from './request-readings.ts';
import type { KernelSendQueues } from './send-queues.ts';
import type { WaitingConnections } from './waiting-connections.ts';

/** What the client connections of one worker share. */
export interface ClientNeeds extends WriterNeeds {
  readonly settings: WorkerSettings;
  readonly clock: CoarseClock;
  readonly buffers: ReadBuffers;
  readonly memory: RequestMemory;
  /** The peers of TRUSTED_PROXIES. */
  readonly trusted: Trusted;
  readonly waiting: WaitingConnections;
  readonly sendQueues: KernelSendQueues;
  readonly readings: RequestReadings;
  readonly ids: RequestIds;
  /** See ExchangeNeeds. */
  readonly ownAnswers: OwnAnswers | undefined;
  readonly access: ((record: AccessRecord) => void) | undefined;
  /** podway accepts no new connections, and every response has `Connection: close`. */
  readonly draining: boolean;
  /** The value of the field Date. */
  readonly date: string;
  /**
   * Creates the exchange of a request.
   *
   * @param began when the first byte of the request came, in milliseconds of performance.now(); 0: now
   */
  exchange(downstream: Downstream, head: RequestHead, began: number): ClientSide;
  /** See `Clients.replaced`. */
  connectionReplaced(connection: Connection, next: Connection): void;
  connectionClosed(connection: Connection): void;
}
