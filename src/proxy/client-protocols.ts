import type { Peer } from '../http1/forwarded-lines.ts';
import type { ClientStream } from './downstream/client-stream.ts';
import type { Connection } from './downstream/clients.ts';
import { DownstreamConnection } from './downstream/http1/downstream-connection.ts';
import { Http2Connection } from './downstream/http2/http2-connection.ts';
import { Http2Shared } from './downstream/http2/http2-shared.ts';
import type { ClientNeeds } from './downstream/needs.ts';
import { Preface } from './downstream/preface.ts';

/** Opens the connections of a worker's clients in the protocol that each client uses. */
export class ClientProtocols {
  readonly #needs: ClientNeeds;
  readonly #http2: Http2Shared;

  constructor(needs: ClientNeeds) {
    this.#needs = needs;
    this.#http2 = new Http2Shared(needs.settings, needs.readings);
  }

  open(client: ClientStream, peer: Peer): Connection {
    if (client.tls?.protocol === 'h2') return this.#http2Connection(client, peer);
    // Over TLS, the client and podway have negotiated the protocol by ALPN.
    if (!this.#needs.settings.http2Plain || client.tls !== undefined)
      return new DownstreamConnection(this.#needs, client, peer);
    return new Preface(this.#needs, client, {
      http1: () => new DownstreamConnection(this.#needs, client, peer),
      http2: () => this.#http2Connection(client, peer),
    });
  }

  /** Answers a client that sent HTTP without TLS to the TLS port. */
  refusePlain(client: ClientStream, peer: Peer): Connection {
    const connection = new DownstreamConnection(this.#needs, client, peer);
    connection.refuse('plain-http');
    return connection;
  }

  #http2Connection(client: ClientStream, peer: Peer): Connection {
    return new Http2Connection(this.#needs, this.#http2, client, peer);
  }
}
