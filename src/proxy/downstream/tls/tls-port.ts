import { createHash } from 'node:crypto';
import type { AddressInfo, Socket } from 'node:net';
import type { SecureContextOptions } from 'node:tls';
import { APPLICATION_PROTOCOLS } from '../../../boundary/tls-facts.ts';
import type { WorkerSettings } from '../../../boundary/settings.ts';
import type { Certificates } from '../../../routing/certificates.ts';
import type { WorkerCounts } from '../../counts/worker-counts.ts';
import type { CoarseClock } from '../../load/coarse-clock.ts';
import type { Clients, OpenClient } from '../clients.ts';
import { Listeners } from '../listeners.ts';
import type { WaitingConnections } from '../waiting-connections.ts';
import { Contexts } from './contexts.ts';
import { Handshake, type HandshakeNeeds } from './handshake.ts';
import { HandshakeQueue } from './handshake-queue.ts';
import { TlsServer } from './tls-server.ts';

export interface TlsPortNeeds {
  readonly settings: WorkerSettings;
  readonly clock: CoarseClock;
  readonly counts: WorkerCounts;
  readonly waiting: WaitingConnections;
  readonly certificates: Certificates;
  readonly clients: Clients;
  /** Answers a client that speaks HTTP without TLS. */
  readonly refusePlain: OpenClient;
}

/** Node's own limit on a handshake, which also runs while the worker stands still: negative, so that there is no timer. */
const NONE = -1;

/** The port of one worker on which clients speak TLS. Names are looked up in the table that is live at that moment. */
export class TlsPort {
  readonly #listeners: Listeners;
  readonly #contexts: Contexts;
  readonly #queue: HandshakeQueue;
  readonly #server: TlsServer;
  readonly #needs: TlsPortNeeds;

  constructor(needs: TlsPortNeeds) {
    const { settings, clock, clients } = needs;
    const ofContexts = contextOptions(settings);
    this.#needs = needs;
    this.#contexts = new Contexts(ofContexts, settings.tlsContexts);
    this.#queue = new HandshakeQueue(clock, settings.tlsHandshakes);
    this.#server = new TlsServer({
      ...ofContexts,
      sessionTimeout: sessionTimeoutOf(settings) / 1_000,
      requestCert: settings.clientCertificates !== 'off',
      rejectUnauthorized: settings.clientCertificates === 'require',
      ALPNProtocols: APPLICATION_PROTOCOLS.filter((it) => it !== 'h2' || settings.http2),
      handshakeTimeout: NONE,
    });
    const handshakes = this.#handshakeNeeds();
    this.#listeners = new Listeners((socket: Socket) =>
      clients.acceptSecure(socket, (address) => new Handshake(handshakes, socket, address)),
    );
  }

  /** Rejects with the listener's error (EADDRINUSE, EACCES, ...). */
  listen(port: number): Promise<AddressInfo> {
    return this.#listeners.listen({ ...this.#needs.settings, port });
  }

  setTicketKey(key: Uint8Array): void {
    this.#server.setTicketKey(Buffer.from(key));
  }

  /** Sessions that were begun under other authorities are not continued: they say so in `sessionIdContext`. */
  setClientCa(clientCa: string): void {
    const ofContexts = contextOptions({ ...this.#needs.settings, clientCa });
    this.#contexts.use(ofContexts);
    this.#server.use(ofContexts);
  }

  /** Accepts no more; handshakes that are under way go on. */
  close(): void {
    this.#listeners.close();
  }

  /** No handshake needs a certificate any more. */
  forget(): void {
    this.#contexts.clear();
  }

  /** Brings the gauges up to date. */
  measure(): void {
    const { gauges } = this.#needs.counts;
    gauges.tls_handshakes_under_way = this.#queue.size;
    gauges.tls_contexts = this.#contexts.size;
  }

  #handshakeNeeds(): HandshakeNeeds {
    const { clock, counts, waiting, certificates, clients, refusePlain, settings } = this.#needs;
    return {
      clock,
      counts: counts.handshakes,
      silent: waiting.silent,
      queue: this.#queue,
      server: this.#server,
      timeout: settings.tlsHandshakeTimeout,
      requestsCertificate: settings.clientCertificates !== 'off',
      requiresCertificate: settings.clientCertificates === 'require',
      certificatesFor: (host) => certificates.lookup(host),
      contextOf: (served, takesEcdsa) => this.#contexts.of(served, takesEcdsa),
      done: (handshake, stream, tls) => {
        const { raw, address } = handshake;
        clients.secured(handshake, stream, { raw, address, proto: 'https', tls });
      },
      plain: (handshake) => {
        const { raw, address } = handshake;
        clients.plain(handshake, refusePlain, raw, { raw, address, proto: 'http' });
      },
      closed: (handshake) => clients.closed(handshake),
    };
  }
}

/** A session keeps the verdict on its client's certificate, which may be revoked meanwhile. */
const LONGEST_WITH_CERTIFICATE = 5 * 60_000;

function sessionTimeoutOf({ clientCertificates, tlsSessionTimeout }: WorkerSettings): number {
  return clientCertificates === 'off'
    ? tlsSessionTimeout
    : Math.min(tlsSessionTimeout, LONGEST_WITH_CERTIFICATE);
}

function contextOptions(settings: WorkerSettings): SecureContextOptions {
  const { tlsMinVersion, tlsCiphers, clientCertificates, clientCa } = settings;
  return {
    minVersion: `TLSv${tlsMinVersion}`,
    ciphers: tlsCiphers,
    honorCipherOrder: false,
    sessionIdContext: sessionContext(settings),
    ...(clientCertificates !== 'off' && { ca: clientCa }),
  };
}

/**
 * Sessions are continued only where they were begun under the same rules: a ticket of a router that asks for no certificate, or
 * trusts others, is worth nothing at one that does. At most 32 octets.
 */
function sessionContext({ clientCertificates, clientCa }: WorkerSettings): string {
  if (clientCertificates === 'off') return 'podway';
  return createHash('sha256').update(`${clientCertificates} ${clientCa}`).digest('hex').slice(0, 32);
}
