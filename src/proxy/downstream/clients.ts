import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Peer } from '../../http1/forwarded-lines.ts';
import type { LoopTurn } from '../bytes/loop-turn.ts';
import type { ReadBuffers } from '../bytes/read-buffers.ts';
import type { WorkerCounts } from '../counts/worker-counts.ts';
import type { CoarseClock } from '../load/coarse-clock.ts';
import { Roster } from '../load/roster.ts';
import type { AcceptedHandle } from './accepted-socket.ts';
import { acceptedClient, type ClientStream, type DuplexFacts, duplexClient } from './client-stream.ts';
import { TrustedPeers, unmapped } from './trusted-peers.ts';

/** A client connection, as far as it is accepted, drained and ended. */
export interface Connection {
  /** Finds out whether the client has disconnected, if podway does not read from it. */
  readonly client: { probe(): void };
  /** Its place among the connections of its worker; -1: none. */
  clientSeat: number;
  /** No further request after the one that runs. */
  drain(): void;
  /** The drain is over: true when something was still going on here. */
  cut(): boolean;
  /** Ends at once. */
  destroy(): void;
}

/** `isRead`: the socket was read from, and what came is in its buffer. */
export type BeginClient = (address: string, isRead: boolean) => Connection;

/** The connection of the given peer until it names its client (PROXY protocol); undefined: the peer may not name one. */
export type Greet = (socket: Socket, peer: string, begin: BeginClient) => Connection | undefined;

export type OpenClient = (client: ClientStream, peer: Peer) => Connection;

export interface ClientsNeeds {
  readonly settings: { readonly maxConnections: number; readonly trustedProxies: readonly string[] };
  readonly counts: WorkerCounts;
  readonly buffers: ReadBuffers;
  readonly turn: LoopTurn;
  readonly overload: { refusesConnection(connections: number): boolean };
  readonly waiting: { endOne(): boolean };
  /** Where clients have to be named first, by the PROXY protocol. */
  readonly greet: Greet | undefined;
  /** Connections to pods that count as one of a client, because they carry its login. */
  readonly pools: { readonly logins: number; endOldestLogin(): void };
}

/** The client connections of a worker: which are let in, and how all of them end. */
export class Clients {
  readonly #connections = new Roster<'clientSeat', Connection>('clientSeat');
  readonly #needs: ClientsNeeds;
  readonly #open: OpenClient;
  readonly #trusted: TrustedPeers;
  /** Connections of balancers that did not say who their client is. */
  readonly #unnamed = new WeakSet<Socket>();
  #draining = false;
  #drained: (() => void) | undefined;

  constructor(needs: ClientsNeeds, open: OpenClient) {
    this.#needs = needs;
    this.#open = open;
    this.#trusted = new TrustedPeers(needs.settings.trustedProxies);
  }

  get size(): number {
    return this.#connections.size;
  }

  /** A socket that a listener accepted, paused. */
  accept(socket: Socket): void {
    this.acceptSecure(socket, (address, isRead) => {
      const needs = this.#needs;
      const facts = { raw: socket, address, proto: 'http' } as const;
      return this.#client(
        isRead ? duplexClient(socket, facts, needs) : acceptedClient(socket, address, needs.buffers),
      );
    });
  }

  /** A connection that a listener accepted, where clients need not be named first. */
  acceptHandle(accepted: AcceptedHandle): void {
    this.#enter(accepted, (address) => this.#client(acceptedClient(accepted, address, this.#needs.buffers)));
  }

  /** A socket that a TLS listener accepted, paused. `begin` begins its handshake, which ends in `secured`, `plain` or `closed`. */
  acceptSecure(socket: Socket, begin: BeginClient): void {
    const { greet } = this.#needs;
    this.#enter(socket, (address) =>
      greet === undefined ? begin(address, false) : greet(socket, address, begin),
    );
  }

  /** `begin`: undefined if the client is turned away. */
  #enter(
    accepted: Pick<Socket, 'remoteAddress' | 'destroy'> | AcceptedHandle,
    begin: (address: string) => Connection | undefined,
  ): void {
    const { remoteAddress } = accepted;
    // Undefined: already reset by its peer.
    const connection = remoteAddress !== undefined && this.#admits() ? begin(remoteAddress) : undefined;
    if (connection === undefined) {
      accepted.destroy();
      return;
    }
    this.#needs.counts.scalars.downstream_connections_accepted += 1;
    this.#connections.add(connection);
    this.#count();
  }

  /** podway does not trust fields of clients on this socket, although its peer is trusted. */
  unnamed(socket: Socket): void {
    this.#unnamed.add(socket);
  }

  /** A handshake is over, and goes on as a client. */
  secured(handshake: Connection, stream: Duplex, facts: DuplexFacts): void {
    this.#connections.delete(handshake);
    const connection = this.#add(duplexClient(stream, facts, this.#needs));
    if (this.#draining) connection.drain();
  }

  /** It is not a handshake: the client speaks HTTP, which `refuse` answers. */
  plain(handshake: Connection, refuse: OpenClient, stream: Duplex, facts: DuplexFacts): void {
    this.#connections.delete(handshake);
    this.#add(duplexClient(stream, facts, this.#needs), refuse);
  }

  /** A client that came by other means than a listener. */
  serve(stream: Duplex, facts: DuplexFacts): void {
    if (this.#draining || !this.#admits()) stream.destroy();
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

  /** `next` carries on what `connection` has begun: the same client, whose protocol is known now. */
  replaced(connection: Connection, next: Connection): void {
    this.#connections.delete(connection);
    this.#connections.add(next);
    this.#count();
    if (this.#draining) next.drain();
  }

  /** Finds out which of those that are not read from have gone. */
  probe(): void {
    this.#connections.each(({ client }) => client.probe());
  }

  /**
   * Lets every exchange and tunnel end, and ends those that have not after `timeout` milliseconds. Resolves with their number
   * once no connection is left.
   */
  async drain(clock: CoarseClock, timeout: number): Promise<number> {
    this.#draining = true;
    this.#connections.each((connection) => connection.drain());
    let cut = 0;
    const patience = {
      deadline: clock.now + timeout,
      clockSeat: -1,
      expire: () => {
        patience.deadline = Number.POSITIVE_INFINITY;
        this.#connections.each((connection) => {
          if (connection.cut()) cut += 1;
        });
      },
    };
    clock.add(patience);
    await new Promise<void>((resolve) => {
      this.#drained = resolve;
      if (this.#connections.size === 0) resolve();
    });
    clock.remove(patience);
    return cut;
  }

  /** Ends all at once. */
  destroy(): void {
    this.#connections.each((connection) => connection.destroy());
  }

  /** False when there are too many clients, and none that may go for this one. */
  #admits(): boolean {
    const { settings, counts, overload, waiting, pools } = this.#needs;
    const { size } = this.#connections;
    const full = size >= settings.maxConnections;
    if (full || overload.refusesConnection(size)) {
      counts.scalars.downstream_connections_shed += 1;
      // Of a heap that is about to burst nothing is free yet when a connection ends.
      if (!full || !waiting.endOne()) return false;
    }
    // A connection to a pod that is kept for a login is closed before a new connection is refused.
    if (size + pools.logins >= settings.maxConnections) pools.endOldestLogin();
    return true;
  }

  /** Set to the current number, not incremented and decremented: a duplicate report counts once. */
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
    const address = unmapped(client.address);
    const trusted = this.#trusted.has(address) && !(raw !== undefined && this.#unnamed.has(raw));
    return open(client, { address, trusted, proto, tls });
  }
}
