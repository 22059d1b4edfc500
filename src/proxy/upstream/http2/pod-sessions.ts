import type { Endpoint } from '../../../routing/endpoint.ts';
import type { WorkerCounts } from '../../counts/worker-counts.ts';
import type { CoarseClock } from '../../load/coarse-clock.ts';
import type { Dial } from '../dial.ts';
import { PodSession, type SessionNeeds, type SessionListener } from './pod-session.ts';
import type { SessionLimits } from './pod-settings.ts';

export interface SessionSettings {
  readonly upstreamKeepaliveTimeout: number;
  readonly upstreamIdleConnections: number;
}

/** The HTTP/2 connections of a worker to its pods, by endpoint. */
export class PodSessions implements SessionListener {
  readonly #sessions = new Map<Endpoint, Set<PodSession>>();
  readonly #dial: Dial;
  readonly #needs: SessionNeeds;
  readonly #limits: SessionLimits;
  readonly #settings: SessionSettings;
  readonly #clock: CoarseClock;
  readonly #counts: WorkerCounts;
  #emptied: (() => void) | undefined;

  constructor(
    dial: Dial,
    { limits, settings }: { readonly limits: SessionLimits; readonly settings: SessionSettings },
    needs: SessionNeeds & { readonly clock: CoarseClock },
    counts: WorkerCounts,
  ) {
    const { clock } = needs;
    this.#dial = dial;
    this.#needs = needs;
    this.#limits = limits;
    this.#settings = settings;
    this.#clock = clock;
    this.#counts = counts;
  }

  /** A connection with room for a stream, which may not be open yet: the oldest one, so that newer ones become idle and end. */
  take(endpoint: Endpoint): PodSession {
    for (const session of this.#sessions.get(endpoint) ?? []) if (session.hasRoom) return session;
    return this.connect(endpoint, endpoint.behaviour.address);
  }

  /** Opens a connection to the pod's first or second address. */
  connect(endpoint: Endpoint, which: 'first' | 'second'): PodSession {
    const { scalars, gauges } = this.#counts;
    scalars.upstream_connections_opened += 1;
    gauges.upstream_connections += 1;
    const address = which === 'second' ? (endpoint.secondAddress ?? endpoint.address) : endpoint.address;
    const place = { endpoint, address, owner: this };
    const session = new PodSession(place, this.#dial, this.#needs, this.#limits);
    const others = this.#sessions.get(endpoint);
    if (others === undefined) this.#sessions.set(endpoint, new Set([session]));
    else others.add(session);
    return session;
  }

  sessionOpened({ endpoint, address }: PodSession): void {
    endpoint.behaviour.open += 1;
    endpoint.behaviour.address = address === endpoint.secondAddress ? 'second' : 'first';
  }

  sessionClosed(session: PodSession): void {
    const { endpoint, opened } = session;
    const others = this.#sessions.get(endpoint);
    others?.delete(session);
    if (others?.size === 0) this.#sessions.delete(endpoint);
    if (opened) endpoint.behaviour.open -= 1;
    this.#counts.gauges.upstream_connections -= 1;
    if (this.#sessions.size === 0) this.#emptied?.();
  }

  /** The endpoint left the route table: its connections end after their last streams. */
  endpointGone(endpoint: Endpoint): void {
    for (const session of this.#sessions.get(endpoint) ?? []) session.end();
  }

  /** Ends connections that have been idle for too long, and those whose pods no longer answer. */
  sweep(): void {
    const { now } = this.#clock;
    const { upstreamKeepaliveTimeout: time, upstreamIdleConnections: maxIdle } = this.#settings;
    for (const sessions of this.#sessions.values()) {
      let idle = 0;
      for (const session of sessions) {
        session.check(now);
        if (!session.opened || session.streams > 0) continue;
        idle += 1;
        if (now - session.idleSince >= time || idle > maxIdle) session.end();
      }
    }
  }

  /** Closes all connections at once. */
  destroy(): void {
    for (const sessions of this.#sessions.values()) for (const session of sessions) session.destroy();
  }

  /** Ends all connections, those with streams after their last one. Resolves when all are gone. */
  async close(): Promise<void> {
    for (const sessions of this.#sessions.values()) for (const session of sessions) session.end();
    if (this.#sessions.size === 0) return;
    await new Promise<void>((resolve) => {
      this.#emptied = resolve;
    });
  }
}
