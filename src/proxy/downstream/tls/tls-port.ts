import { createHash } from 'node:crypto';
import type { AddressInfo, Socket } from 'node:net';
import type { SecureContextOptions, TlsOptions } from 'node:tls';
import { APPLICATION_PROTOCOLS } from '../../../boundary/tls-facts.ts';
import type { WorkerSettings } from '../../../boundary/settings.ts';
import type { Certificates } from '../../../routing/certificates.ts';
import type { WorkerCounts } from '../../counts/worker-counts.ts';
import type { CoarseClock } from '../../load/coarse-clock.ts';
import type { Clients, OpenClient } from '../clients.ts';
import { Listeners } from '../listeners.ts';
import type { WaitingConnections } from '../waiting-connections.ts';
import { Handshake, type HandshakeNeeds } from './handshake.ts';
import { HandshakeQueue } from './handshake-queue.ts';
import { TlsServers } from './tls-servers.ts';

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

/** No timer of Node limits a handshake (the number is negative): it would also run while the worker is blocked. */
const NO_TIMEOUT = -1;

/** The port of one worker on which clients use TLS. Names are looked up in the table that is live at that moment. */
export class TlsPort {
  readonly #listeners: Listeners;
  readonly #queue: HandshakeQueue;
  readonly #servers: TlsServers;
  readonly #needs: TlsPortNeeds;

  constructor(needs: TlsPortNeeds) {
    const { settings, clock, clients } = needs;
    this.#needs = needs;
    this.#queue = new HandshakeQueue(clock, {
      limit: settings.tlsHandshakes,
      share: settings.maxConnectionsShare,
    });
    const options: TlsOptions = {
      ...contextOptions(settings),
      sessionTimeout: sessionTimeoutOf(settings) / 1_000,
      requestCert: settings.clientCertificates !== 'off',
      rejectUnauthorized: settings.clientCertificates === 'require',
      ALPNProtocols: APPLICATION_PROTOCOLS.filter((it) => it !== 'h2' || settings.http2),
      handshakeTimeout: NO_TIMEOUT,
    };
    this.#servers = new TlsServers(options, settings.tlsContexts);
    const handshakes = this.#handshakeNeeds();
    this.#listeners = new Listeners((socket: Socket) =>
      clients.acceptSecure(socket, (address) => {
        const { trusted, network } = clients.identityOf(socket, address);
        return new Handshake(handshakes, socket, address, trusted ? undefined : network);
      }),
    );
  }

  /** Rejects with the listener's error (EADDRINUSE, EACCES, ...). */
  listen(port: number): Promise<AddressInfo> {
    return this.#listeners.listen({ ...this.#needs.settings, port });
  }

  setTicketKey(key: Uint8Array): void {
    this.#servers.setTicketKey(Buffer.from(key));
  }

  /** Sessions that began under other authorities are not resumed, since their `sessionIdContext` differs. */
  setClientCa(clientCa: string): void {
    this.#servers.use(contextOptions({ ...this.#needs.settings, clientCa }));
  }

  /** Accepts no more connections. Handshakes that are under way continue. */
  close(): void {
    this.#listeners.close();
  }

  /** Releases all contexts, once no handshake needs a certificate any more. */
  forget(): void {
    this.#servers.clear();
  }

  /** Updates the gauges. */
  measure(): void {
    const { gauges } = this.#needs.counts;
    gauges.tls_handshakes_under_way = this.#queue.size;
    gauges.tls_contexts = this.#servers.size;
  }

  #handshakeNeeds(): HandshakeNeeds {
    const { clock, counts, waiting, certificates, clients, refusePlain, settings } = this.#needs;
    return {
      clock,
      counts: counts.handshakes,
      silent: waiting.silent,
      queue: this.#queue,
      servers: this.#servers,
      timeout: settings.tlsHandshakeTimeout,
      requestsCertificate: settings.clientCertificates !== 'off',
      requiresCertificate: settings.clientCertificates === 'require',
      certificatesFor: (host) => certificates.lookup(host),
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

/**
 * Maximum lifetime of a session, in milliseconds. The session keeps the verdict on its client's certificate, which may
 * be revoked meanwhile.
 */
const MAX_SESSION_TIMEOUT_WITH_CERTIFICATE = 5 * 60_000;

function sessionTimeoutOf({ clientCertificates, tlsSessionTimeout }: WorkerSettings): number {
  return clientCertificates === 'off'
    ? tlsSessionTimeout
    : Math.min(tlsSessionTimeout, MAX_SESSION_TIMEOUT_WITH_CERTIFICATE);
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
 * Sessions are resumed only under the rules under which they began: a ticket of a podway that requests no certificate,
 * or trusts other authorities, is not valid at one that does. At most 32 octets.
 */
function sessionContext({ clientCertificates, clientCa }: WorkerSettings): string {
  if (clientCertificates === 'off') return 'podway';
  return createHash('sha256').update(`${clientCertificates} ${clientCa}`).digest('hex').slice(0, 32);
}
