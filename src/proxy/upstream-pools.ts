import { performance } from 'node:perf_hooks';
import { LRUCache } from 'lru-cache';
import type { HeadLimits } from '../http1/limits.ts';
import type { Endpoint } from '../routing/route.ts';
import type { CoarseClock } from './clock.ts';
import { IdleDeadlines } from './idle-deadlines.ts';
import type { Ledger } from './ledger.ts';
import type { LoopTurn } from './loop-turn.ts';
import type { ReadBuffers } from './read-buffers.ts';
import { type Dial, type Dialling, UpstreamConnection, type UpstreamUser } from './upstream-connection.ts';

/** Endpoints that may have idle connections; the ones used longest ago close theirs first. */
const MAX_POOLS = 4_096;
/** A pod that says it closes idle connections after n seconds is believed, less this (its clock started earlier). */
const HINT_MARGIN = 1_000;
const HINT_MAX = 60_000;

/**
 * Turns of the event loop until a released connection has been read from once more. A request that leaves at the end of
 * its turn does so behind whatever is read in that turn (see Attempt.received); one that leaves at once must wait until
 * that turn is over.
 */
const REST = 1;
const REST_OF_LARGE = 2;

const timing = performance.nodeTiming;

/** Counts the turns of this thread's event loop; asking costs less than a callback in every turn would. */
function loopTurn(): number {
  return timing.uvMetricsInfo.loopCount;
}

export interface PoolSettings {
  /** Idle time without a hint of the pod, in milliseconds. */
  readonly keepAlive: number;
  /** Idle connections per endpoint. */
  readonly maxIdle: number;
  readonly responseLimits: HeadLimits;
  readonly buffers: ReadBuffers;
  readonly turn: LoopTurn;
}

/** All upstream connections of a worker; idle ones by endpoint, so by pod uid, address and port. */
export class UpstreamPools {
  readonly #idle = new LRUCache<Endpoint, UpstreamConnection[]>({
    max: MAX_POOLS,
    dispose: (idle) => this.#closeIdle(idle),
  });
  readonly #deadlines: IdleDeadlines;
  readonly #all = new Set<UpstreamConnection>();
  readonly #dialling: Dialling;
  #emptied: (() => void) | undefined;
  readonly #settings: PoolSettings;
  readonly #clock: CoarseClock;
  readonly #ledger: Ledger;

  constructor(dial: Dial, settings: PoolSettings, clock: CoarseClock, ledger: Ledger) {
    const { buffers, responseLimits, turn } = settings;
    this.#dialling = { dial, buffers, responseLimits, turn };
    this.#settings = settings;
    this.#clock = clock;
    this.#deadlines = new IdleDeadlines(clock.now);
    this.#ledger = ledger;
  }

  /** Opens a connection; `user.opened()` or `user.closed()` follows. */
  connect(endpoint: Endpoint, user: UpstreamUser): UpstreamConnection {
    const connection = new UpstreamConnection(endpoint, user, this, this.#dialling);
    this.#all.add(connection);
    this.#ledger.scalars.upstream_connections_opened += 1;
    this.#ledger.gauges.upstream_connections += 1;
    return connection;
  }

  /**
   * The idle connection used last (the warmest) whose socket was polled since, or undefined. What a pod pushes right
   * behind its answer is then found on an idle connection, which it ends, and not taken for the next answer (UF-33).
   * `large`: the request may be too large to wait for the end of the turn.
   */
  acquire(endpoint: Endpoint, user: UpstreamUser, large: boolean): UpstreamConnection | undefined {
    const idle = this.#idle.get(endpoint);
    if (idle === undefined) return undefined;
    const rested = loopTurn() - (large ? REST_OF_LARGE : REST);
    for (let at = idle.length - 1; at >= 0; at -= 1) {
      const connection = idle[at] as UpstreamConnection;
      if (connection.releasedIn > rested) continue;
      if (at === idle.length - 1) idle.pop();
      else idle.splice(at, 1);
      this.#ledger.gauges.upstream_connections_idle -= 1;
      if (connection.idleUntil > this.#clock.now && !connection.stream.destroyed) {
        connection.user = user;
        connection.reused = true;
        this.#ledger.scalars.upstream_connections_reused += 1;
        return connection;
      }
      connection.destroy();
    }
    return undefined;
  }

  /** Gives back a clean connection: response complete, nothing extra read. `hint`: the pod's Keep-Alive timeout in seconds, or -1. */
  release(connection: UpstreamConnection, hint: number): void {
    connection.user = undefined;
    const time = hint < 0 ? this.#settings.keepAlive : Math.min(hint * 1000 - HINT_MARGIN, HINT_MAX);
    let idle = this.#idle.get(connection.endpoint);
    const full = idle !== undefined && idle.length >= this.#settings.maxIdle;
    if (time <= 0 || full || connection.endpoint.health.gone) {
      connection.destroy();
      return;
    }
    connection.idleUntil = this.#clock.now + time;
    connection.releasedIn = loopTurn();
    if (idle === undefined) {
      idle = [];
      this.#idle.set(connection.endpoint, idle);
    }
    idle.push(connection);
    this.#deadlines.add(connection);
    this.#ledger.gauges.upstream_connections_idle += 1;
  }

  /** The endpoint left the rotation: its idle connections close now, busy ones when their exchange ends. */
  endpointGone(endpoint: Endpoint): void {
    this.#idle.delete(endpoint);
  }

  /** Closes what has been idle for too long. */
  sweep(): void {
    this.#deadlines.sweep(this.#clock.now);
  }

  connectionClosed(connection: UpstreamConnection): void {
    this.#all.delete(connection);
    this.#deadlines.forget(connection);
    this.#ledger.gauges.upstream_connections -= 1;
    if (this.#all.size === 0) this.#emptied?.();
    const idle = this.#idle.peek(connection.endpoint);
    const index = idle?.indexOf(connection) ?? -1;
    if (idle === undefined || index < 0) return;
    idle.splice(index, 1);
    this.#ledger.gauges.upstream_connections_idle -= 1;
    if (idle.length === 0) this.#idle.delete(connection.endpoint);
  }

  #closeIdle(idle: UpstreamConnection[]): void {
    this.#ledger.gauges.upstream_connections_idle -= idle.length;
    for (const connection of idle.splice(0)) connection.destroy();
  }

  /** Destroys every connection; resolves when all are gone. */
  close(): Promise<void> {
    return new Promise((resolve) => {
      this.#emptied = resolve;
      for (const connection of this.#all) connection.destroy();
      if (this.#all.size === 0) resolve();
    });
  }
}
