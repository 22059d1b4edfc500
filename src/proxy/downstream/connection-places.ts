import type { WorkerSettings } from '../../boundary/settings.ts';
import type { Peer } from '../../http1/forwarded-lines.ts';
import type { RequestHead } from '../../http1/request-head.ts';
import type { Trusted } from '../../routing/client-address.ts';
import type { WorkerCounts } from '../counts/worker-counts.ts';
import { ClientShare, type VisitUse } from '../load/client-share.ts';

export interface PlacesNeeds {
  readonly settings: Pick<WorkerSettings, 'maxConnections' | 'maxConnectionsShare'>;
  readonly counts: WorkerCounts;
  readonly trusted: Trusted;
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
    this.#share = new ClientShare(
      { limit: maxConnections, share: maxConnectionsShare },
      needs.trusted,
      eachInUse,
    );
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

  /**
   * Call it once for every request, whose connection and stream have their places. Returns undefined if there is room for
   * it.
   */
  refusal(head: RequestHead, peer: Peer): 'overload-connections' | 'overload-client-connections' | undefined {
    const { settings, counts, waiting, backlog } = this.#needs;
    const taken = this.#taken;
    // The backlog may contain connections that are in use for another reason, too.
    if (this.#share.isExceeded(head, peer, taken - waiting.size + backlog.size))
      return 'overload-client-connections';
    // Only a WebSocket over HTTP/2 needs a place besides that of its connection.
    if (head.websocketAccept === '') return undefined;
    if (taken > settings.maxConnections) {
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
