import type { WorkerSettings } from '../../boundary/settings.ts';
import type { Peer } from '../../http1/forwarded-lines.ts';
import type { RequestHead } from '../../http1/request-head.ts';
import type { Trusted } from '../../routing/client-address.ts';
import type { WorkerCounts } from '../counts/worker-counts.ts';
import { ClientShare, type VisitUse } from '../load/client-share.ts';

/** A WebSocket over HTTP/2 takes a place, and its connection may be a new one. */
const PLACES_OF_WEBSOCKET = 2;

export interface PlacesNeeds {
  readonly settings: Pick<WorkerSettings, 'maxConnections' | 'maxConnectionsShare'>;
  readonly counts: WorkerCounts;
  readonly trusted: Trusted;
  readonly clock: { readonly now: number };
  readonly overload: { refusesConnection(connections: number): boolean };
  readonly waiting: { readonly size: number; endOne(): boolean };
  /** Connections whose clients have not taken everything that was written to them. */
  readonly backlog: { readonly size: number };
  readonly upstreams: {
    /** Connections to pods that carry the login of a client; each of them counts as a client connection. */
    readonly pools: { readonly logins: number; endOldestLogin(): void };
  };
}

/**
 * The places of MAX_CONNECTIONS: one for each client connection, and one for each WebSocket over HTTP/2. A connection that
 * waits for a request gives its place to a new one. The others are in use, and one client uses at most its share of them.
 */
export class ConnectionPlaces {
  readonly #needs: PlacesNeeds;
  readonly #share: ClientShare;

  /** @param eachInUse visits each place that podway cannot give to another client */
  constructor(needs: PlacesNeeds, eachInUse: (visit: VisitUse) => void) {
    const { maxConnections, maxConnectionsShare } = needs.settings;
    this.#needs = needs;
    const limit = { limit: maxConnections, share: maxConnectionsShare };
    this.#share = new ClientShare(limit, needs, eachInUse);
  }

  /** Makes room for a new connection. False if there are too many clients, and podway cannot close another connection for it. */
  admits(): boolean {
    const { settings, counts, overload, waiting } = this.#needs;
    const full = this.#taken >= settings.maxConnections;
    if (full || overload.refusesConnection(counts.gauges.downstream_connections)) {
      counts.scalars.downstream_connections_shed += 1;
      // If the heap is nearly full, the end of another connection does not free memory at once.
      if (!full || !waiting.endOne()) return false;
    }
    this.#keepBelow(settings.maxConnections - 1);
    return true;
  }

  /** See `ClientShare.isExceeded`. The connection of the request has its place, and so has a WebSocket over HTTP/2. */
  isShareExceeded(head: RequestHead, peer: Peer): boolean {
    const { waiting, backlog } = this.#needs;
    // The backlog may contain connections that are in use for another reason, too.
    const used = this.#taken - waiting.size + backlog.size;
    return this.#share.isExceeded(head, peer, used, head.websocketAccept === '' ? 1 : PLACES_OF_WEBSOCKET);
  }

  /** Makes room for the place of a request. Returns undefined if there is room for it. */
  refusal(head: RequestHead): 'overload-connections' | undefined {
    // Only a WebSocket over HTTP/2 needs a place besides that of its connection.
    if (head.websocketAccept === '') return undefined;
    const { settings, counts, waiting } = this.#needs;
    if (this.#taken > settings.maxConnections) {
      if (!waiting.endOne()) return 'overload-connections';
      counts.scalars.downstream_connections_shed += 1;
    }
    this.#keepBelow(settings.maxConnections);
    return undefined;
  }

  get #taken(): number {
    const { downstream_connections: connections, http2_websockets: websockets } = this.#needs.counts.gauges;
    return connections + websockets;
  }

  /** A connection to a pod that is kept for a login is closed before a client is refused. */
  #keepBelow(most: number): void {
    const { pools } = this.#needs.upstreams;
    if (this.#taken + pools.logins > most) pools.endOldestLogin();
  }
}
