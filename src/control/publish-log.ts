import type { RouteDelta } from '../routing/delta.ts';
import type { Logger } from '../telemetry/logger.ts';

/** Milliseconds between two lines: a busy cluster makes a thousand changes a second, and nobody reads so many lines. */
const PACE = 1_000;

interface Published {
  revision: number;
  deltas: number;
  /** New, or of another address or condition. */
  endpoints: number;
  routes: number;
  removed: number;
  keys: number;
  keysRemoved: number;
}

/** Tells the log what was published: the first change at once, what follows within a second in one line after it. */
export class PublishLog {
  readonly #logger: Logger;
  #gathered: Published | undefined;
  #pause: NodeJS.Timeout | undefined;

  constructor(logger: Logger) {
    this.#logger = logger;
  }

  tell({ revision, endpoints, routes, removed, keys, keysRemoved }: RouteDelta): void {
    const sum = (this.#gathered ??= {
      revision,
      deltas: 0,
      endpoints: 0,
      routes: 0,
      removed: 0,
      keys: 0,
      keysRemoved: 0,
    });
    sum.revision = revision;
    sum.deltas += 1;
    sum.endpoints += endpoints.length;
    sum.routes += routes.length;
    sum.removed += removed.length;
    sum.keys += keys.length;
    sum.keysRemoved += keysRemoved.length;
    if (this.#pause === undefined) this.#write();
    for (const namespace of keysRemoved)
      this.#logger.warn({ namespace }, 'namespace has no key any more and is open');
  }

  #write(): void {
    const gathered = this.#gathered;
    this.#gathered = undefined;
    this.#pause = undefined;
    if (gathered === undefined) return;
    this.#logger.info(gathered, 'published');
    this.#pause = setTimeout(() => this.#write(), PACE).unref();
  }
}
