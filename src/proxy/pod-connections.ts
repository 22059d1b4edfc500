import type { WorkerSettings } from '../boundary/settings.ts';
import type { RequestHead } from '../http1/request-head.ts';
import { Http2ResponseReader } from '../http2/response-reader.ts';
import type { Endpoint } from '../routing/endpoint.ts';
import type { BufferBudget } from './bytes/buffer-budget.ts';
import type { LoopTurn } from './bytes/loop-turn.ts';
import type { ReadBuffers } from './bytes/read-buffers.ts';
import type { WorkerCounts } from './counts/worker-counts.ts';
import type { Origin, UpstreamEvents, UpstreamRequest, Upstreams } from './exchange/ends.ts';
import type { CoarseClock } from './load/coarse-clock.ts';
import type { Dial } from './upstream/dial.ts';
import { dialer } from './upstream/dial-tls.ts';
import { PodUpstreams } from './upstream/http1/pod-upstreams.ts';
import { UpstreamPools } from './upstream/http1/upstream-pools.ts';
import { WaitingTries } from './upstream/http1/waiting-tries.ts';
import type { StreamNeeds } from './upstream/http2/needs.ts';
import { PodSessions } from './upstream/http2/pod-sessions.ts';
import { PodStream } from './upstream/http2/pod-stream.ts';
import { PodTrust } from './upstream/pod-trust.ts';

export interface PodConnectionsNeeds {
  readonly settings: WorkerSettings;
  readonly clock: CoarseClock;
  readonly counts: WorkerCounts;
  readonly buffers: ReadBuffers;
  readonly turn: LoopTurn;
  readonly budget: BufferBudget;
}

/** All connections of a worker to its pods. podway uses the protocol that the options of a pod declare. */
export class PodConnections implements Upstreams {
  /** The connections by HTTP/1.1. */
  readonly pools: UpstreamPools;
  readonly #sessions: PodSessions;
  readonly #http1: PodUpstreams;
  readonly #http2: StreamNeeds;

  /** @param dial opens connections if podway does not reach pods directly */
  constructor(needs: PodConnectionsNeeds, dial: Dial | undefined) {
    const { settings, clock, counts, buffers, turn, budget } = needs;
    const { maxConnections, upstreamIdleConnections, upstreamKeepaliveTimeout, podAccess } = settings;
    const { maxResponseHead: head, maxResponseFields: fields } = settings;
    const kept = { maxConnections, upstreamIdleConnections, upstreamKeepaliveTimeout, podAccess };
    const responseLimits = { line: head, head, fields };
    const trust = new PodTrust(settings.upstreamCaFile, () => clock.now);
    const pool = { ...kept, responseLimits, buffers, turn };
    const reach = dialer(trust, dial);
    this.pools = new UpstreamPools(reach, pool, clock, counts);
    const waiting = settings.podAccess === 'tunnel' ? new WaitingTries(counts) : undefined;
    this.#http1 = new PodUpstreams({ pools: this.pools, turn, settings, waiting });
    const limits = { streams: settings.upstreamStreams, head, fields, opening: settings.connectTimeout };
    this.#sessions = new PodSessions(reach, { limits, settings }, { clock, buffers, turn, budget }, counts);
    const responses = new Http2ResponseReader(responseLimits);
    this.#http2 = { sessions: this.#sessions, clock, counts, budget, responses, settings };
  }

  request(endpoint: Endpoint, origin: Origin, head: RequestHead, events: UpstreamEvents): UpstreamRequest {
    const { protocol } = endpoint.options;
    if (protocol !== 'h2c' && protocol !== 'h2') return this.#http1.request(endpoint, origin, head, events);
    const stream = new PodStream(endpoint, head, events, this.#http2);
    stream.begin(origin);
    return stream;
  }

  /** The endpoint left the rotation. */
  endpointGone(endpoint: Endpoint): void {
    this.pools.endpointGone(endpoint);
    this.#sessions.endpointGone(endpoint);
  }

  /** Closes connections that have been idle for too long. */
  sweep(): void {
    this.pools.sweep();
    this.#sessions.sweep();
  }

  /** Closes all connections at once. */
  destroy(): void {
    void this.pools.close();
    this.#sessions.destroy();
  }

  /** Resolves once all connections are closed. */
  async close(): Promise<void> {
    await Promise.all([this.pools.close(), this.#sessions.close()]);
  }
}
