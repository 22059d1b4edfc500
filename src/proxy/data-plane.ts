import { randomInt } from 'node:crypto';
import type { Duplex } from 'node:stream';
import { getHeapStatistics } from 'node:v8';
import type { AccessRecord } from '../boundary/access-record.ts';
import type { RouteDelta } from '../boundary/delta.ts';
import type { IncidentReport } from '../boundary/incident-report.ts';
import type { ReportPart } from '../boundary/messages.ts';
import type { SpanBatch } from '../boundary/span-record.ts';
import type { WorkerSettings } from '../boundary/settings.ts';
import type { RequestHead } from '../http1/request-head.ts';
import { COUNTED } from '../routing/authorise.ts';
import { defaultOptions } from '../routing/options.ts';
import type { Rates } from '../routing/decide.ts';
import { ownRates, type SharedRates } from './shared-rates.ts';
import { RateTable } from '../routing/rates/rate-table.ts';
import { RouteTable } from '../routing/table.ts';
import { BufferBudget } from './bytes/buffer-budget.ts';
import { LoopTurn } from './bytes/loop-turn.ts';
import { ReadBuffers } from './bytes/read-buffers.ts';
import { ClientProtocols } from './client-protocols.ts';
import { Incidents } from './counts/incidents.ts';
import { type OwnAnswers, rememberAnswers } from './counts/own-answers.ts';
import { Report } from './counts/report.ts';
import { WorkerCounts } from './counts/worker-counts.ts';
import type { DuplexFacts } from './downstream/client-stream.ts';
import type { Counted } from './downstream/client-writer.ts';
import { Clients, type Connection } from './downstream/clients.ts';
import { ConnectionPlaces } from './downstream/connection-places.ts';
import { type RequestReadings, requestReadings } from './downstream/request-readings.ts';
import { proxyHeaderReading } from './downstream/proxy-protocol/header-reading.ts';
import { type Bound, Listeners } from './downstream/listeners.ts';
import type { ClientNeeds } from './downstream/needs.ts';
import { KernelSendQueues } from './downstream/send-queues.ts';
import { TlsPort } from './downstream/tls/tls-port.ts';
import { WaitingConnections } from './downstream/waiting-connections.ts';
import { AuthCalls } from './auth/auth-calls.ts';
import { TrustedPeers } from './downstream/trusted-peers.ts';
import type { Downstream } from './exchange/ends.ts';
import { StreamDrain } from './drain/stream-drain.ts';
import { Exchange } from './exchange/exchange.ts';
import type { ExchangeNeeds } from './exchange/needs.ts';
import { RequestIds } from './exchange/request-id.ts';
import { type Chore, Heartbeat } from './heartbeat.ts';
import { ClientShare } from './load/client-share.ts';
import { CoarseClock } from './load/coarse-clock.ts';
import { heapUse } from './load/heap-use.ts';
import { Overload } from './load/overload.ts';
import { RequestMemory } from './load/request-memory.ts';
import { IndexedSet } from './load/indexed-set.ts';
import { WorkTime } from './load/work-time.ts';
import type { Dial } from './upstream/dial.ts';
import { PodConnections } from './pod-connections.ts';
import { Tracer } from './tracing/tracer.ts';

/** Interval between two counts of the bytes that clients have not taken, in milliseconds. */
const COUNT_QUEUED_INTERVAL = 250;
/** Maximum age of the Date of podway's own answers, and interval of `probe` for clients that are not read; milliseconds. */
const DATE_INTERVAL = 1_000;

export interface DataPlaneOptions {
  /** Called once for each finished exchange. Absent if the access log is off. */
  readonly access?: ((record: AccessRecord) => void) | undefined;
  /** Called at most once a second, with what the log should report. */
  readonly incidents?: (report: IncidentReport) => void;
  /** Absent if podway traces no requests. */
  readonly spans?: ((batch: SpanBatch) => void) | undefined;
  /** Opens connections to the ports of pods, without TLS. The default uses TCP. */
  readonly dial?: Dial;
  /** By default, the data plane counts rates alone. */
  readonly rates?: SharedRates;
}

/** The data plane of one worker: its listeners, connections and route table. It does not depend on threads. */
export class DataPlane implements ExchangeNeeds, ClientNeeds {
  readonly settings: WorkerSettings;
  readonly access: DataPlaneOptions['access'];
  readonly ownAnswers: OwnAnswers | undefined;
  readonly tracer: Tracer | undefined;
  readonly table: RouteTable;
  readonly clock: CoarseClock;
  readonly effects = COUNTED;
  readonly trusted: TrustedPeers;
  readonly rates: Rates;
  readonly auth: AuthCalls;
  readonly turn = new LoopTurn();
  readonly counts = new WorkerCounts();
  readonly upstreams: PodConnections;
  readonly buffers: ReadBuffers;
  readonly budget: BufferBudget;
  readonly overload: Overload;
  readonly clientShare: ClientShare;
  readonly places: ConnectionPlaces;
  readonly memory: RequestMemory;
  readonly waiting: WaitingConnections;
  readonly sendQueues = new KernelSendQueues();
  readonly backlog = new IndexedSet<'backlogIndex', Counted>('backlogIndex');
  readonly ids = new RequestIds();
  readonly readings: RequestReadings;
  readonly incidents = new Incidents();
  readonly streams: StreamDrain;
  leaving = false;
  draining = false;
  date = '';
  readonly #listeners: Listeners;
  readonly #tls: TlsPort | undefined;
  readonly #clients: Clients;
  readonly #report: Report;
  readonly #heartbeat = new Heartbeat();
  readonly #reports: DataPlaneOptions['incidents'];

  constructor(settings: WorkerSettings, options: DataPlaneOptions = {}) {
    this.settings = settings;
    this.access = options.access;
    const { memory, now } = options.rates ?? ownRates();
    this.rates = { now, table: new RateTable(memory, () => (this.counts.scalars.rate_evictions += 1)) };
    this.auth = new AuthCalls(settings.auths, settings.authInFlight, this.counts.auths);
    this.trusted = new TrustedPeers(settings.trustedProxies);
    this.#reports = options.incidents;
    this.clock = new CoarseClock((late) => this.#heartbeat.tick(this.clock.now, late));
    this.ownAnswers = rememberAnswers(settings.ownAnswers);
    this.tracer = options.spans && new Tracer(settings, this.clock, options.spans);
    this.streams = new StreamDrain(this.clock);
    this.budget = new BufferBudget(settings.proxyBufferMemory);
    this.memory = new RequestMemory(settings.requestMemory, this.clock);
    this.overload = new Overload(settings, heapUse, (network) => this.memory.makeRoom(network));
    this.clientShare = new ClientShare(
      { limit: settings.maxInFlight, share: settings.maxInFlightShare },
      this,
      (visit) => this.#clients.eachRequest(visit),
    );
    this.waiting = new WaitingConnections(settings.maxConnections);
    this.buffers = new ReadBuffers(this.budget);
    this.upstreams = new PodConnections(this, options.dial);
    this.places = new ConnectionPlaces(this, (visit) => this.#clients.eachInUse(visit));
    const { clock, counts, buffers, places, trusted, turn, upstreams, waiting } = this;
    this.table = new RouteTable({
      pathMatch: settings.pathMatch,
      defaults: defaultOptions(settings, randomInt(2 ** 32)),
      clock,
      onEndpointGone: (endpoint) => {
        upstreams.endpointGone(endpoint);
        this.incidents.gone(endpoint);
      },
    });
    this.readings = requestReadings(settings);
    this.#report = new Report(counts, this.table, this.clock);
    const protocols = new ClientProtocols(this);
    const isNamed = settings.proxyProtocol === 'require';
    const readProxyHeader = isNamed
      ? proxyHeaderReading({ settings, clock, counts, waiting, clients: () => this.#clients })
      : undefined;
    this.#clients = new Clients({ counts, buffers, turn, trusted, places, readProxyHeader }, (client, peer) =>
      protocols.open(client, peer),
    );
    this.#listeners = new Listeners(
      (socket) => this.#clients.accept(socket),
      isNamed ? undefined : (accepted) => this.#clients.acceptHandle(accepted),
    );
    if (settings.tlsPort !== 'none') {
      this.#tls = new TlsPort({
        settings,
        clock,
        counts,
        waiting,
        clients: this.#clients,
        certificates: this.table.certificates,
        refusePlain: (client, peer) => protocols.refusePlain(client, peer),
      });
    }
    this.#heartbeat.add(this.clock.now, this.#chores());
    this.#everySecond();
  }

  /** Applies a change, of which `more` parts may follow. Requests use it if podway reads their head after its last part. */
  apply(delta: RouteDelta, more = false): void {
    this.table.apply(delta, more);
  }

  /** Rejects with the listener's error (EADDRINUSE, EACCES, ...). */
  async listen(): Promise<Bound> {
    const { tlsPort } = this.settings;
    const { address, port } = await this.#listeners.listen(this.settings);
    const secure = tlsPort === 'none' ? undefined : await this.#tls?.listen(tlsPort);
    this.clock.start();
    return { address, port, tlsPort: secure?.port };
  }

  /** Sets the key (48 bytes) that encrypts and decrypts tickets of TLS sessions from now on. */
  setTicketKey(key: Uint8Array): void {
    this.#tls?.setTicketKey(key);
  }

  /** Sets the authorities (PEM) that verify the certificates of clients in handshakes that begin from now on. */
  setClientCa(pem: string): void {
    this.#tls?.setClientCa(pem);
  }

  /** Serves a client that did not come through the listener like one that did. */
  serve(stream: Duplex, facts: DuplexFacts): void {
    this.#clients.serve(stream, facts);
  }

  /**
   * Accepts no more connections, lets exchanges end, ends streams and WebSockets one after another, and cuts the others
   * after `timeout` milliseconds. Resolves with the number of connections that it cut once no connection is left.
   */
  async drain(timeout = this.settings.drainTimeout): Promise<number> {
    this.leaving = true;
    this.draining = true;
    this.#listeners.close();
    this.#tls?.close();
    this.streams.begin(timeout);
    const cut = await this.#clients.drain(this.clock, timeout);
    this.#tls?.forget();
    await this.upstreams.close();
    await this.auth.close();
    this.tracer?.flush();
    return cut;
  }

  /** Takes the counts that do not belong to routes, and the current gauges. */
  figures(worker: number): ReportPart & { kind: 'figures' } {
    const { gauges } = this.counts;
    gauges.buffered_bytes = this.budget.used;
    gauges.request_held_bytes = this.memory.used;
    this.#tls?.measure();
    // Without a connection there is no load to limit.
    gauges.admission_limit = this.#clients.size === 0 ? 0 : this.overload.admissionLimit;
    return { kind: 'figures', figures: this.counts.takeFigures(worker) };
  }

  /** Returns the next part of the report. After the last part, the next report begins. */
  nextPart(): ReportPart {
    return this.#report.next();
  }

  /** Closes all listeners and connections at once. */
  close(): void {
    this.#listeners.close();
    this.#tls?.close();
    this.#clients.destroy();
    this.upstreams.destroy();
    void this.auth.close();
    this.clock.stop();
  }

  exchange(downstream: Downstream, head: RequestHead, began: number): Exchange {
    return new Exchange(this, downstream, head, began);
  }

  connectionReplaced(connection: Connection, next: Connection): void {
    this.#clients.replaced(connection, next);
  }

  connectionClosed(connection: Connection): void {
    this.#clients.closed(connection);
  }

  #chores(): Chore[] {
    const { clock, counts, overload, upstreams, backlog } = this;
    const work = new WorkTime();
    return [
      { every: 0, run: (late) => counts.loopDelay.record(late, clock.now) },
      { every: 0, run: (late) => overload.tick(late, work.take()) },
      { every: 0, run: () => overload.checkHeap() },
      { every: 0, run: (late) => this.#reportIncidents(late) },
      // Often, so that few close at once: closing 125 in one turn of the event loop delays it by 10 to 20 ms.
      { every: 0, run: () => upstreams.sweep() },
      { every: COUNT_QUEUED_INTERVAL, run: () => backlog.each((writer) => writer.count()) },
      { every: DATE_INTERVAL, run: () => this.#everySecond() },
      { every: DATE_INTERVAL, run: () => this.#clients.probe() },
    ];
  }

  #reportIncidents(late: number): void {
    const { exchanges_in_flight: inFlight } = this.counts.gauges;
    const report = this.incidents.take(this.clock.now, {
      inFlight,
      since: this.counts.takeRejected(),
      figures: () => ({
        inFlight,
        connections: this.#clients.size,
        admissionLimit: this.overload.admissionLimit,
        heldBytes: this.memory.used,
        late,
        heapUsed: getHeapStatistics().used_heap_size,
      }),
      keys: () => (this.#reports === undefined ? [] : this.#report.takeKeys()),
    });
    if (report !== undefined) this.#reports?.(report);
  }

  #everySecond(): void {
    this.date = new Date().toUTCString();
    this.budget.trim();
    this.tracer?.flush();
  }
}
