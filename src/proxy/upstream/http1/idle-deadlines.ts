import type { IdleWatch, UpstreamConnection } from './upstream-connection.ts';

/** Milliseconds: how late an idle connection may be closed. */
const GRAIN = 50;

/**
 * Which idle connections may be due when, by steps of the clock. A connection is entered once, however often it is used;
 * when its step comes and it was used since, it is entered again for later. So neither a request nor a sweep costs more
 * with more pods.
 */
export class IdleDeadlines {
  readonly #steps = new Map<number, IdleWatch[]>();
  #step: number;

  constructor(now: number) {
    this.#step = Math.floor(now / GRAIN);
  }

  /** The connection is idle now, until `idleUntil`. */
  add(connection: UpstreamConnection): void {
    if (connection.watch !== undefined) return;
    const watch: IdleWatch = { connection };
    connection.watch = watch;
    const step = Math.max(Math.ceil(connection.idleUntil / GRAIN), this.#step + 1);
    const others = this.#steps.get(step);
    if (others === undefined) this.#steps.set(step, [watch]);
    else others.push(watch);
  }

  /** The connection has gone. */
  forget(connection: UpstreamConnection): void {
    if (connection.watch !== undefined) connection.watch.connection = undefined;
    connection.watch = undefined;
  }

  /** Ends what has been idle for too long at `now`. */
  sweep(now: number): void {
    const last = Math.floor(now / GRAIN);
    while (this.#step < last) {
      this.#step += 1;
      const due = this.#steps.get(this.#step);
      this.#steps.delete(this.#step);
      for (const { connection } of due ?? []) if (connection !== undefined) this.#judge(connection, now);
    }
  }

  #judge(connection: UpstreamConnection, now: number): void {
    connection.watch = undefined;
    // A busy one is entered again when it is released; what is kept elsewhere ends by other rules.
    const { place, user } = connection;
    if (user !== undefined || place === 'watched' || place === 'login') return;
    if (connection.idleUntil <= now) connection.destroy();
    else this.add(connection);
  }
}
