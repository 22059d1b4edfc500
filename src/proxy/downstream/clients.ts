import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Peer } from '../../http1/forwarded-lines.ts';
import type { RequestHead } from '../../http1/request-head.ts';
import type { Trusted } from '../../routing/client-address.ts';
import type { LoopTurn } from '../bytes/loop-turn.ts';
import type { ReadBuffers } from '../bytes/read-buffers.ts';
import type { WorkerCounts } from '../counts/worker-counts.ts';
import type { CoarseClock } from '../load/coarse-clock.ts';
import { clientNetwork, networkOfRequest } from '../load/client-network.ts';
import type { VisitUse } from '../load/client-share.ts';
import { IndexedSet } from '../load/indexed-set.ts';
import type { AcceptedHandle } from './accepted-socket.ts';
import { acceptedClient, type ClientStream, type DuplexFacts, duplexClient } from './client-stream.ts';
import { unmapped } from './trusted-peers.ts';

/** A request of a client connection, or the one that opened the tunnel. */
interface ClientTurn {
  readonly peer: Peer;
  readonly exchange: { readonly head: RequestHead };
}

/** The request of a stream; `running` is another object than `exchange` once the stream is a tunnel. */
interface ClientStreamTurn extends ClientTurn {
  turnIndex: number;
  readonly running: unknown;
}

/** A client connection, as far as Clients needs it. */
export interface Connection {
  /** Undefined until the protocol of the client is known. */
  readonly peer?: Peer;
  /** In a queue while the connection waits for a request. */
  readonly place: { readonly queue: unknown };
  readonly writer: { readonly isAnswerUnread: boolean; readonly client?: string | undefined };
  /** The request of a connection of HTTP/1. */
  readonly turn?: ClientTurn | undefined;
  /** What runs on a connection of HTTP/1: the exchange of `turn`, its tunnel, or the end of the connection. */
  readonly running?: unknown;
  /** The open streams of a connection of HTTP/2. */
  readonly turns?: Pick<IndexedSet<'turnIndex', ClientStreamTurn>, 'each'>;
  /** Finds out whether the client has disconnected, if podway does not read from it. */
  readonly client: { probe(): void };
  /** Its place among the connections of its worker; -1 if it has none. */
  clientIndex: number;
  /** Accepts no further request after the one that runs. */
  drain(): void;
  /** The drain is over: ends the connection. Returns true if an exchange or a tunnel was still running on it. */
  cut(): boolean;
  /** Closes the connection at once. */
  destroy(): void;
}

/** `isRead`: podway has read from the socket, and the bytes are in the socket's buffer. */
export type BeginClient = (address: string, isRead: boolean) => Connection;

/** The connection of this peer until it names its client (PROXY protocol); undefined if the peer may not name one. */
export type ReadProxyHeader = (socket: Socket, peer: string, begin: BeginClient) => Connection | undefined;

export type OpenClient = (client: ClientStream, peer: Peer) => Connection;

export interface ClientsNeeds {
  readonly counts: WorkerCounts;
  readonly buffers: ReadBuffers;
  readonly turn: LoopTurn;
  readonly trusted: Trusted;
  readonly places: { admits(): boolean };
  /** Defined if peers must first name their client by the PROXY protocol. */
  readonly readProxyHeader: ReadProxyHeader | undefined;
}

/** The client connections of a worker: which ones podway accepts, and how all of them end. */
export class Clients {
  readonly #connections = new IndexedSet<'clientIndex', Connection>('clientIndex');
  readonly #needs: ClientsNeeds;
  readonly #open: OpenClient;
  /** Connections of load balancers that did not name their client. */
  readonly #unnamed = new WeakSet<Socket>();
  #draining = false;
  #drained: (() => void) | undefined;

  constructor(needs: ClientsNeeds, open: OpenClient) {
    this.#needs = needs;
    this.#open = open;
  }

  get size(): number {
    return this.#connections.size;
  }

  /** Accepts a paused socket of a listener. */
  accept(socket: Socket): void {
    this.acceptSecure(socket, (address, isRead) => {
      const needs = this.#needs;
      const facts = { raw: socket, address, proto: 'http' } as const;
      return this.#client(
        isRead ? duplexClient(socket, facts, needs) : acceptedClient(socket, address, needs.buffers),
      );
    });
  }

  /** Accepts a connection of a listener whose peers need not name their client first. */
  acceptHandle(accepted: AcceptedHandle): void {
    this.#enter(accepted, (address) => this.#client(acceptedClient(accepted, address, this.#needs.buffers)));
  }

  /**
   * Accepts a paused socket of a TLS listener. `begin` begins its handshake, which ends in `secured`, `plain` or
   * `closed`.
   */
  acceptSecure(socket: Socket, begin: BeginClient): void {
    const { readProxyHeader } = this.#needs;
    this.#enter(socket, (address) =>
      readProxyHeader === undefined ? begin(address, false) : readProxyHeader(socket, address, begin),
    );
  }

  /** `begin` returns undefined if podway turns the client away. */
  #enter(
    accepted: Pick<Socket, 'remoteAddress' | 'destroy'> | AcceptedHandle,
    begin: (address: string) => Connection | undefined,
  ): void {
    const { remoteAddress } = accepted;
    // Undefined if the peer has already reset the connection.
    const connection =
      remoteAddress !== undefined && this.#needs.places.admits() ? begin(remoteAddress) : undefined;
    if (connection === undefined) {
      accepted.destroy();
      return;
    }
    this.#needs.counts.scalars.downstream_connections_accepted += 1;
    this.#connections.add(connection);
    this.#count();
  }

  /** @param reported possibly IPv4-mapped */
  identityOf(raw: Socket | undefined, reported: string): Pick<Peer, 'address' | 'network' | 'trusted'> {
    const address = unmapped(reported);
    const trusted = this.#needs.trusted.has(address) && !(raw !== undefined && this.#unnamed.has(raw));
    return { address, network: clientNetwork(address), trusted };
  }

  /** podway does not trust fields of clients on this socket, although its peer is trusted. */
  unnamed(socket: Socket): void {
    this.#unnamed.add(socket);
  }

  /** The handshake is over: the connection continues as that of a client. */
  secured(handshake: Connection, stream: Duplex, facts: DuplexFacts): void {
    this.#connections.delete(handshake);
    const connection = this.#add(duplexClient(stream, facts, this.#needs));
    if (this.#draining) connection.drain();
  }

  /** The client sent HTTP instead of a handshake; `refuse` answers it. */
  plain(handshake: Connection, refuse: OpenClient, stream: Duplex, facts: DuplexFacts): void {
    this.#connections.delete(handshake);
    this.#add(duplexClient(stream, facts, this.#needs), refuse);
  }

  /** Serves a client that did not come through a listener. */
  serve(stream: Duplex, facts: DuplexFacts): void {
    if (this.#draining || !this.#needs.places.admits()) stream.destroy();
    else {
      this.#needs.counts.scalars.downstream_connections_accepted += 1;
      this.#add(duplexClient(stream, facts, this.#needs));
    }
  }

  /** The connection is gone. */
  closed(connection: Connection): void {
    this.#connections.delete(connection);
    this.#count();
    if (this.#connections.size === 0) this.#drained?.();
  }

  /** `next` continues the work of `connection` for the same client, whose protocol is known now. */
  replaced(connection: Connection, next: Connection): void {
    this.#connections.delete(connection);
    this.#connections.add(next);
    this.#count();
    if (this.#draining) next.drain();
  }

  /** Visits all requests in flight, and those over HTTP/2 whose clients have not taken the answer. Tunnels are no requests. */
  eachRequest(visit: VisitUse): void {
    const { trusted } = this.#needs;
    this.#connections.each(({ turn, running: runs, turns }) => {
      if (turn !== undefined && runs === turn.exchange)
        visit(networkOfRequest(turn.exchange.head, turn.peer, trusted));
      turns?.each(({ exchange, running, peer }) => {
        if (running === undefined || running === exchange)
          visit(networkOfRequest(exchange.head, peer, trusted));
      });
    });
  }

  /**
   * Visits the connections that podway cannot close for a new one, since a request or a tunnel runs on them or their client has
   * not taken the answer of a pod, and the WebSockets over HTTP/2. A connection of a trusted peer itself counts for no client.
   */
  eachInUse(visit: VisitUse): void {
    const { trusted } = this.#needs;
    this.#connections.each(({ place, writer, peer, turn, turns }) => {
      if (peer === undefined || (place.queue !== undefined && !writer.isAnswerUnread)) return;
      const ofLast = peer.trusted ? writer.client : peer.network;
      const network = turn === undefined ? ofLast : networkOfRequest(turn.exchange.head, peer, trusted);
      if (network !== undefined) visit(network);
      turns?.each(({ exchange: { head } }) => {
        if (head.websocketAccept !== '') visit(networkOfRequest(head, peer, trusted));
      });
    });
  }

  /** Finds out which clients have disconnected among those that podway does not read from. */
  probe(): void {
    this.#connections.each(({ client }) => client.probe());
  }

  /**
   * Lets every exchange and tunnel end, and ends those that still run after `timeout` milliseconds. Resolves with the
   * number of connections on which one still ran, once no connection is left.
   */
  async drain(clock: CoarseClock, timeout: number): Promise<number> {
    this.#draining = true;
    this.#connections.each((connection) => connection.drain());
    let cut = 0;
    const idleTimeout = {
      deadline: clock.now + timeout,
      clockIndex: -1,
      expire: () => {
        idleTimeout.deadline = Number.POSITIVE_INFINITY;
        this.#connections.each((connection) => {
          if (connection.cut()) cut += 1;
        });
      },
    };
    clock.add(idleTimeout);
    await new Promise<void>((resolve) => {
      this.#drained = resolve;
      if (this.#connections.size === 0) resolve();
    });
    clock.remove(idleTimeout);
    return cut;
  }

  /** Closes all connections at once. */
  destroy(): void {
    this.#connections.each((connection) => connection.destroy());
  }

  /** Sets the current number instead of adding to it: a connection that is reported twice counts once. */
  #count(): void {
    this.#needs.counts.gauges.downstream_connections = this.#connections.size;
  }

  #add(client: ClientStream, open = this.#open): Connection {
    const connection = this.#client(client, open);
    this.#connections.add(connection);
    this.#count();
    return connection;
  }

  #client(client: ClientStream, open = this.#open): Connection {
    const { proto, tls, raw } = client;
    return open(client, { ...this.identityOf(raw, client.address), proto, tls });
  }
}
