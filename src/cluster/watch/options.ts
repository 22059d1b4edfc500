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
  /** Fields that `read` never uses, see `Kind`; absent if there are none. */
  readonly unread?: FieldNames | undefined;
  readonly status: ResourceStatus;
  /** Name of the kind that must be listed first when podway changes to another cluster. */
  readonly after?: string | undefined;
  /** Milliseconds without data after which podway ends a watch. */
  readonly idleTimeout: number;
  readonly clock: Clock;
  /** Ends the iteration, promptly and without an error. */
  readonly signal: AbortSignal;
}
