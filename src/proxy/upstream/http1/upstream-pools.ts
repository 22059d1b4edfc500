import { LRUCache } from 'lru-cache';
import type { WorkerSettings } from '../../../boundary/settings.ts';
import type { HeadLimits } from '../../../http1/limits.ts';
import { SharedResponses } from '../../../http1/response-heads.ts';
import { recordUnexpectedBytes } from '../../../routing/clean-proof.ts';
import { answeredOn } from '../../../routing/concurrency.ts';
import type { Endpoint } from '../../../routing/route.ts';
import type { CoarseClock } from '../../load/coarse-clock.ts';
import type { Dial } from '../dial.ts';
import { UnansweredConnections, blockingConnection, mayProbeConcurrency } from './unanswered-connections.ts';
import { IdleConnections } from './idle-connections.ts';
import { IdleDeadlines } from './idle-deadlines.ts';
import { ConcurrencyProbes } from './concurrency-probes.ts';
import type { WorkerCounts } from '../../counts/worker-counts.ts';
import { LoginConnections } from './login-connections.ts';
import { type LoopTurn, loopTurn } from '../../bytes/loop-turn.ts';
import type { ReadBuffers } from '../../bytes/read-buffers.ts';
import {
  type AddressChoice,
  type Dialling,
  UpstreamConnection,
  type UpstreamListener,
  type UpstreamSink,
} from './upstream-connection.ts';
import { WatchedConnections } from './watched-connections.ts';

/** Maximum number of endpoints with idle connections; those used longest ago close theirs first. */
const MAX_POOLS = 4_096;
/** Milliseconds by which podway closes an idle connection before the time that its pod announced (which began earlier). */
const HINT_MARGIN = 1_000;
const HINT_MAX = 60_000;

/**
 * Turns of the event loop until podway has read from a released connection once more. A request that is written at the
 * end of its turn is written after all reads of that turn (see PodRequest.received). A request that would be written at
 * once waits for that end (`resting`). Turns are only counted while there are events, so two of them may be seconds
 * apart.
 */
const SMALL_TURNS = 1;
const LARGE_TURNS = 2;

export interface PoolSettings
  extends Pick<
    WorkerSettings,
    'upstreamKeepaliveTimeout' | 'upstreamIdleConnections' | 'maxConnections' | 'podAccess'
  > {
  readonly responseLimits: HeadLimits;
  readonly buffers: ReadBuffers;
  readonly turn: LoopTurn;
}

/** All upstream connections of a worker. Idle ones are kept by endpoint, so by pod uid, address and port. */
export class UpstreamPools implements UpstreamListener {
  readonly #idle = new LRUCache<Endpoint, IdleConnections>({
    max: MAX_POOLS,
    dispose: (idle) => this.#closeIdle(idle),
  });
  readonly #deadlines: IdleDeadlines;
  readonly #waits = new UnansweredConnections();
  readonly #probes = new ConcurrencyProbes();
  readonly #watched = new WatchedConnections();
  readonly #logins = new LoginConnections();
  readonly #all = new Set<UpstreamConnection>();
  readonly #dialling: Dialling;
  #serial = 0;
  #emptied: (() => void) | undefined;
  readonly #settings: PoolSettings;
  readonly #clock: CoarseClock;
  readonly #counts: WorkerCounts;

  constructor(dial: Dial, settings: PoolSettings, clock: CoarseClock, counts: WorkerCounts) {
    this.#dialling = { ...settings, dial, responses: new SharedResponses(settings.responseLimits) };
    this.#settings = settings;
    this.#clock = clock;
    this.#deadlines = new IdleDeadlines(clock.now);
    this.#counts = counts;
  }

  /** podway reuses no connection, so every request asks its pod to close. */
  get keepsNone(): boolean {
    return this.#settings.upstreamKeepaliveTimeout === 0 || this.#settings.upstreamIdleConnections === 0;
  }

  /** Idle connections that carry a client's login. */
  get logins(): number {
    return this.#logins.size;
  }

  /** Opens a connection; `user.opened()` or `user.closed()` follows. */
  connect(endpoint: Endpoint, sink: UpstreamSink, which: AddressChoice): UpstreamConnection {
    this.#serial += 1;
    const call = { endpoint, serial: this.#serial, which };
    const connection = new UpstreamConnection(call, sink, this, this.#dialling);
    this.#all.add(connection);
    this.#counts.scalars.upstream_connections_opened += 1;
    this.#counts.gauges.upstream_connections += 1;
    return connection;
  }

  /**
   * The idle connection used last (the warmest) whose socket was polled since, or undefined. What a pod pushes right
   * after its answer then comes on an idle connection, which it ends, and is not taken for the next answer (UF-33).
   * `large`: the request may be too large to wait for the end of the turn.
   */
  acquire(endpoint: Endpoint, sink: UpstreamSink, size: 'small' | 'large'): UpstreamConnection | undefined {
    const idle = this.#idle.get(endpoint);
    if (idle === undefined) return undefined;
    const turn = loopTurn();
    // A pod that may serve one connection at a time would let a second one wait, and a tunnel is expensive to open.
    const opens = endpoint.behaviour.serves === 'several' && this.#settings.podAccess === 'direct';
    for (;;) {
      const connection = idle.pop(turn, opens ? 'rested' : 'any');
      if (connection === undefined) return undefined;
      this.#counts.gauges.upstream_connections_idle -= 1;
      connection.place = 'busy';
      if (connection.idleUntil > this.#clock.now && !connection.stream.destroyed) {
        connection.handler = sink;
        connection.reused = true;
        connection.resting = connection.releasedIn > turn - (size === 'large' ? LARGE_TURNS : SMALL_TURNS);
        this.#counts.scalars.upstream_connections_reused += 1;
        return connection;
      }
      connection.destroy();
    }
  }

  /** Releases a clean connection (no bytes after its response). `hint`: the pod's Keep-Alive timeout in seconds, or -1. */
  release(connection: UpstreamConnection, hint: number): void {
    const { endpoint } = connection;
    const { upstreamKeepaliveTimeout: keepAlive } = this.#settings;
    connection.handler = undefined;
    const time = hint < 0 || keepAlive === 0 ? keepAlive : Math.min(hint * 1000 - HINT_MARGIN, HINT_MAX);
    let idle = this.#idle.get(endpoint);
    const stalls = blockingConnection(endpoint) && !mayProbeConcurrency(endpoint, this.#clock.now);
    if (time <= 0 || this.#full(endpoint, idle) || endpoint.health.gone || stalls) {
      connection.destroy();
      return;
    }
    connection.place = 'pool';
    connection.idleUntil = this.#clock.now + time;
    connection.releasedIn = loopTurn();
    if (idle === undefined) {
      idle = new IdleConnections();
      this.#idle.set(endpoint, idle);
    }
    idle.push(connection, connection.releasedIn);
    this.#deadlines.add(connection);
    this.#counts.gauges.upstream_connections_idle += 1;
  }

  /** Releases a connection on which a body may come after the answer to HEAD, although none may (see clean-proof.ts). */
  watch(connection: UpstreamConnection, hint: number): void {
    const { endpoint } = connection;
    connection.handler = undefined;
    connection.releasedIn = loopTurn();
    const watched =
      !this.keepsNone &&
      !endpoint.health.gone &&
      !blockingConnection(endpoint) &&
      this.#watched.add(connection, hint, this.#clock.now);
    if (!watched) connection.destroy();
  }

  /**
   * Keeps a connection that carries a client's login for this client alone. Above the limits, closes it and returns
   * false.
   */
  keepLogin(connection: UpstreamConnection): boolean {
    const { endpoint } = connection;
    connection.handler = undefined;
    const { gauges } = this.#counts;
    const connections = gauges.downstream_connections + gauges.http2_websockets + this.#logins.size;
    const full =
      this.#full(endpoint, this.#idle.get(endpoint)) || connections >= this.#settings.maxConnections;
    if (this.keepsNone || full || endpoint.health.gone || blockingConnection(endpoint)) {
      connection.destroy();
      return false;
    }
    connection.releasedIn = loopTurn();
    this.#logins.add(connection);
    this.#counts.gauges.upstream_connections_idle += 1;
    return true;
  }

  /** Gives a kept connection to its client's next exchange. Returns false if it has ended meanwhile. */
  takeLogin(connection: UpstreamConnection, sink: UpstreamSink): boolean {
    if (!this.#forgetLogin(connection) || connection.stream.destroyed) return false;
    connection.handler = sink;
    connection.reused = true;
    connection.resting = connection.releasedIn > loopTurn() - LARGE_TURNS;
    this.#counts.scalars.upstream_connections_reused += 1;
    return true;
  }

  /** Closes the oldest idle connection of the endpoint that was used longest ago. */
  endOldestIdle(): void {
    this.#idle.rvalues().next().value?.oldest?.destroy();
  }

  /** Closes the connection of the login that was used longest ago. */
  endOldestLogin(): void {
    const oldest = this.#logins.oldest();
    if (oldest === undefined) return;
    this.#forgetLogin(oldest);
    oldest.destroy();
  }

  /** The endpoint left the rotation: its idle connections close now, busy ones when their exchange ends. */
  endpointGone(endpoint: Endpoint): void {
    this.#endIdle(endpoint);
  }

  /** Closes connections that have been idle for too long, and idle ones that are in the way of others. */
  sweep(): void {
    const { now } = this.#clock;
    this.#deadlines.sweep(now);
    this.#probes.sweep(loopTurn);
    this.#waits.sweep(now, (endpoint) => {
      if (!this.#probes.has(endpoint)) this.#endIdle(endpoint);
    });
    this.#watched.sweep(now, this.#watched.size > 0 ? loopTurn() : 0, (it, hint) => this.release(it, hint));
  }

  connectionOpened(connection: UpstreamConnection): void {
    const { behaviour } = connection.endpoint;
    behaviour.open += 1;
    behaviour.address = connection.which;
    if (behaviour.serves !== 'several') this.#waits.begin(connection, this.#clock.now);
  }

  firstByte(connection: UpstreamConnection): void {
    this.#waits.over(connection);
  }

  /** The pod has begun an answer on this connection. Called while podway does not know that the pod serves several. */
  answered(connection: UpstreamConnection): void {
    const { endpoint } = connection;
    answeredOn(endpoint.behaviour, connection);
    const idle = this.#idle.peek(endpoint)?.oldest ?? this.#logins.of(endpoint);
    if (idle !== undefined) this.#probes.add(idle, loopTurn());
  }

  pushed(connection: UpstreamConnection): void {
    recordUnexpectedBytes(connection.endpoint.behaviour, connection);
  }

  connectionClosed(connection: UpstreamConnection): void {
    const { endpoint, opened, place } = connection;
    this.#all.delete(connection);
    this.#deadlines.forget(connection);
    this.#waits.over(connection);
    this.#watched.forget(connection);
    this.#forgetLogin(connection);
    if (opened) {
      endpoint.behaviour.open -= 1;
      endpoint.behaviour.closed += 1;
    }
    this.#counts.gauges.upstream_connections -= 1;
    if (this.#all.size === 0) this.#emptied?.();
    if (place === 'pool') this.#forgetIdle(connection);
  }

  /** The endpoint has the maximum number of idle connections. */
  #full({ behaviour }: Endpoint, idle: IdleConnections | undefined): boolean {
    return (idle?.length ?? 0) + behaviour.logins >= this.#settings.upstreamIdleConnections;
  }

  #endIdle(endpoint: Endpoint): void {
    this.#idle.delete(endpoint);
    this.#watched.end(endpoint);
    this.#logins.end(endpoint);
  }

  #forgetIdle(connection: UpstreamConnection): void {
    const idle = this.#idle.peek(connection.endpoint);
    if (idle?.remove(connection) !== true) return;
    this.#counts.gauges.upstream_connections_idle -= 1;
    if (idle.length === 0) this.#idle.delete(connection.endpoint);
  }

  #forgetLogin(connection: UpstreamConnection): boolean {
    if (!this.#logins.forget(connection)) return false;
    this.#counts.gauges.upstream_connections_idle -= 1;
    return true;
  }

  #closeIdle(idle: IdleConnections): void {
    this.#counts.gauges.upstream_connections_idle -= idle.length;
    for (const connection of idle.clear()) connection.destroy();
  }

  /** Closes every connection. Resolves when all are gone. */
  close(): Promise<void> {
    return new Promise((resolve) => {
      this.#emptied = resolve;
      for (const connection of this.#all) connection.destroy();
      if (this.#all.size === 0) resolve();
    });
  }
}
