import type { ObjectId } from '../../wiring/object-id.ts';
import type { ApiServer } from '../api/api-server.ts';
import type { Resource } from '../api/api-request.ts';
import type { FieldNames } from '../api/lean-json.ts';
import type { Clock } from '../clock.ts';
import type { ResourceStatus } from './status.ts';

/** What is needed to follow one resource. */
export interface WatchOptions<T extends ObjectId> {
  readonly api: ApiServer;
  readonly resource: Resource;
  /** Reduces an object of the API to the parts that podway keeps; undefined when the value is not such an object. */
  readonly read: (object: unknown) => T | undefined;
  /** What `read` never looks at, see `Kind`; absent: nothing. */
  readonly unread?: FieldNames | undefined;
  readonly status: ResourceStatus;
  /** The name of a kind that has to be listed first of a cluster that takes the place of another one. */
  readonly after?: string | undefined;
  /** Milliseconds without data after which podway ends a watch. */
  readonly idleTimeout: number;
  readonly clock: Clock;
  /** Ends the iteration, promptly and without an error. */
  readonly signal: AbortSignal;
}
