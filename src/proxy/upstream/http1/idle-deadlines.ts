import type { IdleWatch, UpstreamConnection } from './upstream-connection.ts';

/** How late an idle connection may be closed, in milliseconds. */
const DEADLINE_GRANULARITY = 50;

/**
 * When idle connections may be due, by steps of the clock. A connection is entered once, regardless of how often it is
 * used. If it was used since, it is entered again for later when its step comes. So neither a request nor a sweep costs
 * more with more pods.
 */
export class IdleDeadlines {
  readonly #steps = new Map<number, IdleWatch[]>();
  #step: number;

  constructor(now: number) {
    this.#step = Math.floor(now / DEADLINE_GRANULARITY);
  }

  /** The connection is idle from now until `idleUntil`. */
  add(connection: UpstreamConnection): void {
    if (connection.watch !== undefined) return;
    const watch: IdleWatch = { connection };
    connection.watch = watch;
    const step = Math.max(Math.ceil(connection.idleUntil / DEADLINE_GRANULARITY), this.#step + 1);
    const others = this.#steps.get(step);
    if (others === undefined) this.#steps.set(step, [watch]);
    else others.push(watch);
  }

  /** The connection is gone. */
  forget(connection: UpstreamConnection): void {
    if (connection.watch !== undefined) connection.watch.connection = undefined;
    connection.watch = undefined;
  }

  /** Closes connections that have been idle for too long at `now`. */
  sweep(now: number): void {
    const last = Math.floor(now / DEADLINE_GRANULARITY);
    while (this.#step < last) {
      this.#step += 1;
      const due = this.#steps.get(this.#step);
      this.#steps.delete(this.#step);
      for (const { connection } of due ?? []) if (connection !== undefined) this.#judge(connection, now);
    }
  }

  #judge(connection: UpstreamConnection, now: number): void {
    connection.watch = undefined;
    // A busy connection is entered again when it is released. Other rules close those that are kept elsewhere.
    const { place, handler } = connection;
    if (handler !== undefined || place === 'watched' || place === 'login') return;
    if (connection.idleUntil <= now) connection.destroy();
    else this.add(connection);
  }
}
