import type { RouteDelta } from '../boundary/delta.ts';
import type { Logger } from '../telemetry/logger.ts';
import type { ChangedRoutes } from '../telemetry/route-metrics.ts';

/** Minimum milliseconds between two lines: a busy cluster can make a thousand changes a second. */
const LOG_INTERVAL = 1_000;

interface Published {
  revision: number;
  deltas: number;
  /** Number of new endpoints, and of endpoints with a new address or condition. */
  endpoints: number;
  routes: number;
  removed: number;
  keys: number;
  keysUnknown: number;
  keysRemoved: number;
  /** Number of hosts whose certificates changed. */
  certificates: number;
  /** Host and path of the first routes that came and went. */
  readonly added: string[];
  readonly gone: string[];
  /** Number of further routes that came or went. */
  more: number;
}

/** Maximum number of names of one kind in a line. */
const MAX_NAMES = 10;

/** Logs published changes: the first change at once, and all changes of the following second in one line. */
export class PublishLog {
  readonly #logger: Logger;
  #gathered: Published | undefined;
  #pause: NodeJS.Timeout | undefined;

  constructor(logger: Logger) {
    this.#logger = logger;
  }

  report(delta: RouteDelta, { added, gone }: ChangedRoutes): void {
    const { revision, endpoints, routes, removed, keys, keysUnknown, keysRemoved } = delta;
    const hosts = delta.hostCertificates.length + delta.hostCertificatesGone.length;
    const sum = (this.#gathered ??= nothing());
    sum.revision = revision;
    sum.deltas += 1;
    sum.endpoints += endpoints.length;
    sum.routes += routes.length;
    sum.removed += removed.length;
    sum.keys += keys.length;
    sum.keysUnknown += keysUnknown.length;
    sum.keysRemoved += keysRemoved.length;
    sum.certificates += hosts;
    sum.more += gather(sum.added, added) + gather(sum.gone, gone);
    if (this.#pause === undefined) this.#write();
  }

  #write(): void {
    const gathered = this.#gathered;
    this.#gathered = undefined;
    this.#pause = undefined;
    if (gathered === undefined) return;
    const { added, gone, more, certificates, ...sums } = gathered;
    const names = { ...(added.length > 0 && { added }), ...(gone.length > 0 && { gone }) };
    const others = { ...(certificates > 0 && { certificates }), ...(more > 0 && { more }) };
    this.#logger.info({ ...sums, ...names, ...others }, 'published');
    this.#pause = setTimeout(() => this.#write(), LOG_INTERVAL).unref();
  }
}

function nothing(): Published {
  const tables = { revision: 0, deltas: 0, endpoints: 0, routes: 0, removed: 0 };
  return {
    ...tables,
    keys: 0,
    keysUnknown: 0,
    keysRemoved: 0,
    certificates: 0,
    added: [],
    gone: [],
    more: 0,
  };
}

/** Adds as many names as fit; returns the number of those that did not fit. */
function gather(all: string[], { names, count }: ChangedRoutes['added']): number {
  const some = names.slice(0, MAX_NAMES - all.length);
  all.push(...some);
  return count - some.length;
}
