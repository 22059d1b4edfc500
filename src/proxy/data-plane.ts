import type { KeyCounts } from '../boundary/figures.ts';
import { BlockList, isIPv6, type Socket } from 'node:net';
import { performance } from 'node:perf_hooks';
import type { Duplex } from 'node:stream';
import { getHeapStatistics } from 'node:v8';
import type { RouteDelta } from '../boundary/delta.ts';
import { defaultOptions } from '../routing/options.ts';
import { RouteTable } from '../routing/table.ts';
import {
  acceptedClient,
  type ClientStream,
  type DuplexFacts,
  duplexClient,
} from './downstream/client-stream.ts';
import { BufferBudget } from './bytes/buffer-budget.ts';
import { CoarseClock } from './load/coarse-clock.ts';
import { DownstreamConnection } from './downstream/http1/downstream-connection.ts';
import { Incidents } from './counts/incidents.ts';
import { WorkerCounts } from './counts/worker-counts.ts';
import { Listeners } from './downstream/listeners.ts';
import { LoopTurn } from './bytes/loop-turn.ts';
import { heapUse } from './load/heap-use.ts';
import { Overload } from './load/overload.ts';
import type { ReportPart } from '../boundary/messages.ts';
import { reportEndpoints } from './counts/endpoint-report.ts';
import type { DataPlaneHooks, Plane } from './plane.ts';
import type { ClientWriter } from './downstream/client-writer.ts';
import { ReadBuffers } from './bytes/read-buffers.ts';
import { RequestMemory } from './load/request-memory.ts';
import { RequestIds } from './exchange/request-id.ts';
import { type RequestReadings, requestReadings } from './downstream/http1/request-readings.ts';
import { SendQueues } from './downstream/send-queues.ts';
import type { WorkerSettings } from '../boundary/settings.ts';
import { type Dial, dialDirectly } from './upstream/dial.ts';
import { UpstreamPools } from './upstream/http1/upstream-pools.ts';
import { WaitingConnections } from './downstream/waiting-connections.ts';

/** How old the Date of our answers may get. */
const DATE_AGE = 1_000;
/** Namespaces in one message about keys. */
const KEYS_TOGETHER = 100;
/** Clients that have not taken all are looked at this often. */
const LOOK_EVERY = 250;

export interface DataPlaneOptions extends DataPlaneHooks {
  /** How pods are reached; directly by default. */
  readonly dial?: Dial;
}

/** One worker's data plane: a listener, its connections, its route table. Knows nothing of threads. */
export class DataPlane implements Plane {
  readonly settings: WorkerSettings;
  readonly hooks: DataPlaneHooks;
  readonly table: RouteTable;
  readonly clock: CoarseClock;
  readonly turn = new LoopTurn();
  readonly ledger = new WorkerCounts();
  readonly pools: UpstreamPools;
  readonly buffers: ReadBuffers;
  readonly budget: BufferBudget;
  readonly overload: Overload;
  readonly memory: RequestMemory;
  readonly waiting: WaitingConnections<DownstreamConnection>;
  readonly sendQueues = new SendQueues();
  readonly backlog = new Set<ClientWriter>();
  readonly ids = new RequestIds();
  readonly readings: RequestReadings;
  readonly incidents = new Incidents();
  leaving = false;
  draining = false;
  date = '';
  #dateAt = 0;
  #active = 0;
  #lookedAt = 0;
  readonly #listeners: Listeners;
  readonly #trusted: BlockList | undefined;
  readonly #connections = new Set<DownstreamConnection>();
  #drained: (() => void) | undefined;
  #report: Generator<ReportPart, void> | undefined;

  constructor(settings: WorkerSettings, options: DataPlaneOptions = {}) {
    this.settings = settings;
    this.hooks = options;
    this.clock = new CoarseClock((late) => this.#tick(late));
    this.budget = new BufferBudget(settings.proxyBufferSize, settings.proxyBufferMemory);
    this.memory = new RequestMemory(settings.requestMemory, this.clock);
    this.overload = new Overload(settings, heapUse, (address) => this.memory.makeRoom(address));
    this.waiting = new WaitingConnections(settings.maxConnections);
    const responseLimits = {
      line: settings.maxResponseHead,
      head: settings.maxResponseHead,
      fields: settings.maxResponseFields,
    };
    this.buffers = new ReadBuffers(this.budget);
    const pool = {
      upstreamKeepaliveTimeout: settings.upstreamKeepaliveTimeout,
      upstreamIdleConnections: settings.upstreamIdleConnections,
      maxConnections: settings.maxConnections,
      responseLimits,
      buffers: this.buffers,
      turn: this.turn,
    };
    this.pools = new UpstreamPools(options.dial ?? dialDirectly, pool, this.clock, this.ledger);
    this.table = new RouteTable({
      pathMatch: settings.pathMatch,
      defaults: defaultOptions(settings),
      onEndpointGone: (endpoint) => {
        this.pools.endpointGone(endpoint);
        this.incidents.gone(endpoint);
      },
    });
    this.readings = requestReadings(settings);
    this.#trusted = trustedPeers(settings.trustedProxies);
    this.#listeners = new Listeners((socket) => this.#accept(socket));
    this.#renewDate();
  }

  /** Makes a change live for every request whose head is read from now on; not before its last part. */
  apply(delta: RouteDelta, more = false): void {
    this.table.apply(delta, more);
  }

  /** Rejects with the listener's error (EADDRINUSE, EACCES, ...). */
  async listen(): Promise<{ address: string; port: number }> {
    const { address, port } = await this.#listeners.listen(this.settings);
    this.clock.start();
    return { address, port };
  }

  /**
   * Accepts no more, lets every exchange and tunnel end, and ends those that have not when the drain timeout is over.
   * Resolves with their number once no connection is left.
   */
  drain(): Promise<number> {
    this.leaving = true;
    this.draining = true;
    this.#listeners.close();
    for (const connection of this.#connections) connection.drain();
    let cut = 0;
    const patience = {
      deadline: this.clock.now + this.settings.drainTimeout,
      expire: () => {
        patience.deadline = Number.POSITIVE_INFINITY;
        for (const connection of this.#connections) if (connection.cut()) cut += 1;
      },
    };
    this.clock.add(patience);
    return new Promise((resolve) => {
      this.#drained = () => {
        this.clock.remove(patience);
        void this.pools.close().then(() => resolve(cut));
      };
      if (this.#connections.size === 0) this.#drained();
    });
  }

  /** What it counted apart from routes, and its states of now. */
  figures(worker: number): ReportPart & { kind: 'figures' } {
    this.ledger.gauges.buffered_bytes = this.budget.used;
    this.ledger.gauges.request_held_bytes = this.memory.used;
    // With nobody there is nothing to bound.
    this.ledger.gauges.admission_limit = this.#connections.size === 0 ? 0 : this.overload.admissionLimit;
    return { kind: 'figures', figures: this.ledger.takeFigures(worker) };
  }

  /** The next part of the report; after the last the next report begins. */
  nextPart(): ReportPart {
    for (;;) {
      this.#report ??= this.#parts();
      const { done, value } = this.#report.next();
      if (!done) return value;
      this.#report = undefined;
    }
  }

  /** Ends everything at once. */
  close(): void {
    this.#listeners.close();
    for (const connection of this.#connections) connection.destroy();
    void this.pools.close();
    this.clock.stop();
  }

  connectionClosed(connection: DownstreamConnection): void {
    this.#connections.delete(connection);
    this.ledger.gauges.downstream_connections -= 1;
    if (this.draining && this.#connections.size === 0) this.#drained?.();
  }

  *#parts(): Generator<ReportPart, void> {
    for (const series of this.ledger.takeSeries()) yield { kind: 'series', series };
    for (const pods of this.ledger.takePods()) yield { kind: 'pods', pods };
    for (let keys = this.#takeKeys(); keys.length > 0; keys = this.#takeKeys()) yield { kind: 'keys', keys };
    for (const endpoints of reportEndpoints(this.table.endpoints(), this.clock))
      yield { kind: 'endpoints', endpoints };
    yield { kind: 'end' };
  }

  /** Serves a client that came by other means than the listener, as if it had come there. */
  serve(stream: Duplex, facts: DuplexFacts): void {
    if (this.#admits()) this.#open(duplexClient(stream, facts, this.buffers));
    else stream.destroy();
  }

  #accept(socket: Socket): void {
    const { remoteAddress } = socket;
    // Undefined: already reset by its peer.
    if (remoteAddress === undefined || !this.#admits()) socket.destroy();
    else this.#open(acceptedClient(socket, remoteAddress, this.buffers));
  }

  /** False when there are too many clients, and none that may go for this one. */
  #admits(): boolean {
    const { size } = this.#connections;
    const { maxConnections } = this.settings;
    const full = size >= maxConnections;
    if (full || this.overload.refusesConnection(size)) {
      this.ledger.scalars.downstream_connections_shed += 1;
      // Of a heap that is about to burst nothing is free yet when a connection ends.
      if (!full || !this.waiting.endOne()) return false;
    }
    // A login's connection to a pod counts as one of a client, and goes before a newcomer is refused.
    if (size + this.pools.logins >= maxConnections) this.pools.endOldestLogin();
    return true;
  }

  #open(client: ClientStream): void {
    const { address: remote, proto } = client;
    const address = remote.startsWith('::ffff:') ? remote.slice(7) : remote;
    const trusted = this.#trusted?.check(address, isIPv6(address) ? 'ipv6' : 'ipv4') ?? false;
    this.ledger.scalars.downstream_connections_accepted += 1;
    this.ledger.gauges.downstream_connections += 1;
    this.#connections.add(new DownstreamConnection(this, client, { address, trusted, proto }));
  }

  #tick(late: number): void {
    const { now } = this.clock;
    this.ledger.loopDelay.record(late, now);
    this.overload.tick(late, this.#worked());
    this.overload.seeHeap();
    this.#tellIncidents(late);
    // Often, so that few close at once: 125 in one turn of the loop hold it up for 10 to 20 ms.
    this.pools.sweep();
    if (now - this.#lookedAt >= LOOK_EVERY) {
      this.#lookedAt = now;
      for (const outbox of this.backlog) outbox.look();
    }
    if (now - this.#dateAt < DATE_AGE) return;
    this.#renewDate();
    for (const { client } of this.#connections) client.probe();
  }

  #tellIncidents(late: number): void {
    const { exchanges_in_flight: inFlight } = this.ledger.gauges;
    const report = this.incidents.take(this.clock.now, {
      inFlight,
      since: this.ledger.takeTurnedAway(),
      figures: () => ({
        inFlight,
        connections: this.#connections.size,
        admissionLimit: this.overload.admissionLimit,
        heldBytes: this.memory.used,
        late,
        heapUsed: getHeapStatistics().used_heap_size,
      }),
      keys: () => (this.hooks.incidents === undefined ? [] : this.#takeKeys()),
    });
    if (report !== undefined) this.hooks.incidents?.(report);
  }

  #takeKeys(): KeyCounts[] {
    return this.table.takeKeyCounts(KEYS_TOGETHER);
  }

  /** Milliseconds since the last call in which the event loop did not wait for something to do. */
  #worked(): number {
    const { active } = performance.eventLoopUtilization();
    const worked = active - this.#active;
    this.#active = active;
    return worked;
  }

  #renewDate(): void {
    this.date = new Date().toUTCString();
    this.#dateAt = this.clock.now;
  }
}

/** Addresses and CIDRs, already validated. */
function trustedPeers(list: readonly string[]): BlockList | undefined {
  if (list.length === 0) return undefined;
  const peers = new BlockList();
  for (const entry of list) {
    const [address = '', bits] = entry.split('/');
    const family = isIPv6(address) ? 'ipv6' : 'ipv4';
    if (bits === undefined) peers.addAddress(address, family);
    else peers.addSubnet(address, Number(bits), family);
  }
  return peers;
}
