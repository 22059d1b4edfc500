import { performance } from 'node:perf_hooks';
import type { FailureReason } from '../../../boundary/reasons.ts';
import type { RequestHead } from '../../../http1/request-head.ts';
import type { Endpoint } from '../../../routing/endpoint.ts';
import { type Deferred, loopTurn } from '../../bytes/loop-turn.ts';
import type { Origin, UpstreamEvents } from '../../exchange/ends.ts';
import { connectFailure, isShortage, refusalAfter } from '../connect-failure.ts';
import type { PodNeeds } from './needs.ts';
import { type AddressChoice, UpstreamConnection } from './upstream-connection.ts';
import type { WaitingTry } from './waiting-tries.ts';

/** If a received head has at most this length, the pod's head waits for the end of the turn (see SocketWriter). */
const SMALL_HEAD = 8_192;

/** How a try gets its connection and releases it. PodRequest sends the request and reads the response. */
export abstract class PodTry implements WaitingTry, Deferred {
  readonly endpoint: Endpoint;
  reused = false;
  connected = false;
  startedAt = 0;
  address = '';
  protected readonly head: RequestHead;
  protected readonly events: UpstreamEvents;
  protected readonly needs: PodNeeds;
  protected connection: UpstreamConnection | undefined = undefined;
  /** The connection carries a login of the client. */
  protected loggedIn = false;
  /** Why one of the pod's two addresses could not be reached, while podway tries the other. */
  #unreachable: FailureReason | undefined = undefined;

  constructor(endpoint: Endpoint, head: RequestHead, events: UpstreamEvents, needs: PodNeeds) {
    this.endpoint = endpoint;
    this.head = head;
    this.events = events;
    this.needs = needs;
  }

  abstract received(buf: Buffer, start: number, end: number): boolean;
  abstract ended(): void;
  abstract drained(): void;

  get port(): number {
    return this.endpoint.port;
  }

  get bound(): boolean {
    return this.loggedIn || (this.connected && this.head.login);
  }

  /** Takes a kept connection, or opens one. */
  begin(origin: Origin): void {
    const { pools, turn } = this.needs;
    this.endpoint.health.inFlight += 1;
    this.loggedIn = typeof origin !== 'string';
    const kept = this.#kept(origin);
    this.reused = kept !== undefined;
    this.connected = kept !== undefined && !kept.resting;
    if (kept === undefined) this.startedAt = performance.now();
    else if (kept.resting) turn.atEnd(this);
    this.connection = kept ?? pools.connect(this.endpoint, this, this.endpoint.behaviour.address);
    this.address = this.connection.address;
    if (kept === undefined && origin === 'pool') this.needs.waiting?.add(this);
  }

  handOver(connection: UpstreamConnection): void {
    const old = this.connection as UpstreamConnection;
    old.handler = undefined;
    old.destroy();
    connection.handler = this;
    this.connection = connection;
    this.address = connection.address;
    this.reused = true;
    this.needs.turn.atEnd(this);
  }

  #kept(origin: Origin): UpstreamConnection | undefined {
    const { pools } = this.needs;
    if (origin === 'fresh') return undefined;
    if (origin === 'pool') {
      const isSmall = this.head.framing === 'none' && this.head.text.length <= SMALL_HEAD;
      return pools.acquire(this.endpoint, this, isSmall ? 'small' : 'large');
    }
    return origin instanceof UpstreamConnection && pools.takeLogin(origin, this) ? origin : undefined;
  }

  /** The turn of the event loop ends: podway has now read what the pod pushed into a kept connection. */
  flush(): void {
    const connection = this.connection;
    if (connection?.resting !== true) return;
    if (loopTurn() <= connection.releasedIn) {
      this.needs.turn.atEnd(this);
      return;
    }
    connection.resting = false;
    this.opened();
    connection.writer.flush();
  }

  dialOther(reason: FailureReason): boolean {
    const { endpoint } = this;
    if (endpoint.secondAddress === undefined || this.#unreachable !== undefined) return false;
    this.#unreachable = reason;
    this.#connect((this.connection as UpstreamConnection).which === 'first' ? 'second' : 'first');
    return true;
  }

  resume(): void {
    this.connection?.resume();
  }

  abandon(): void {
    this.release()?.destroy();
  }

  opened(): void {
    this.needs.waiting?.remove(this);
    this.connected = true;
    this.events.opened();
  }

  closed(error: Error | undefined): void {
    this.needs.waiting?.remove(this);
    const refusal = refusalAfter(error);
    if ((this.connected || this.reused) && refusal === undefined) {
      this.keptEnded(error === undefined ? 'upstream-closed' : 'upstream-reset');
      return;
    }
    const reason = refusal ?? connectFailure(error);
    if (!isShortage(error) && this.dialOther(reason)) return;
    // If this host has no address of the family, the failure of the other address is more informative.
    this.events.failed(reason === 'router-exhausted' ? (this.#unreachable ?? reason) : reason, '');
  }

  /** If a kept connection ends before it was used, podway replaces it by a new one, and counts no failed try. */
  protected keptEnded(reason: FailureReason): void {
    if (this.connected || this.endpoint.health.gone) {
      this.events.failed(reason, '');
      return;
    }
    this.reused = false;
    this.#connect(this.endpoint.behaviour.address);
  }

  /** Replaces the connection by one that must first be opened. */
  #connect(which: AddressChoice): void {
    const old = this.connection as UpstreamConnection;
    old.handler = undefined;
    old.destroy();
    this.connection = this.needs.pools.connect(this.endpoint, this, which);
    this.address = this.connection.address;
    this.events.redialled();
  }

  /** The only place where the endpoint's in-flight count decreases. Returns undefined if it was called before. */
  protected release(): UpstreamConnection | undefined {
    const connection = this.connection;
    if (connection === undefined) return undefined;
    this.connection = undefined;
    this.needs.waiting?.remove(this);
    this.endpoint.health.inFlight -= 1;
    if (connection.handler === this) connection.handler = undefined;
    connection.partialHead.clear();
    return connection;
  }
}
