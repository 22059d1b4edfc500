/* oxlint-disable no-underscore-dangle -- Node's name, used nowhere else */
import { randomBytes } from 'node:crypto';
import type { Socket } from 'node:net';
import { getDefaultHighWaterMark, setDefaultHighWaterMark } from 'node:stream';
import {
  createSecureContext,
  createServer,
  type SecureContextOptions,
  type Server,
  type TLSSocket,
  type TlsOptions,
} from 'node:tls';
import { LRUCache } from 'lru-cache';
import type { CertificateRecord } from '../../../boundary/certificates.ts';
import type { ServedCertificates } from '../../../routing/certificates.ts';
import { LOW_WATERMARK } from '../../bytes/buffer-budget.ts';

/** Receives the result of one handshake. Either `done` or `failed` is called, unless the socket was destroyed before. */
export interface HandshakeEvents {
  done(stream: TLSSocket): void;
  failed(code: string): void;
}

const TICKET_KEY_BYTES = 48;

/**
 * Node's TLS servers, one for the certificates of each host, or of all hosts with the same ones. They never listen, but get
 * their sockets from podway, which has read the ClientHello. One server for all certificates with an SNICallback would
 * interrupt each full handshake, which costs 4 to 8 % of it. A TLSSocket that is created without a server never reports
 * that its handshake has ended, and hides later errors.
 *
 * A server takes 40 KiB, most of it for OpenSSL, and 0.4 ms, so podway creates it when a client needs it, and keeps a
 * limited number of them. A connection keeps the server with which it was opened.
 *
 * After a failed handshake, podway must not ask a TLSSocket for facts: `getProtocol()` in a 'close' listener, or
 * `getEphemeralKeyInfo()`, ends the process (Node 26.10), and any client could cause this by sending `GET`.
 */
export class TlsServers {
  readonly #servers: LRUCache<string, Server>;
  readonly #events = new WeakMap<Socket, HandshakeEvents>();
  #options: TlsOptions;
  /** Refuses all full handshakes with an alert. */
  #withoutCertificate: Server | undefined;

  /**
   * @param options of every server
   * @param max maximum number of servers that are kept
   */
  constructor(options: TlsOptions, max: number) {
    this.#options = { ...options, ticketKeys: randomBytes(TICKET_KEY_BYTES) };
    this.#servers = new LRUCache({ max });
  }

  get size(): number {
    return this.#servers.size;
  }

  /** Handshakes that begin from now on use these options in addition to those of the constructor. */
  use(options: SecureContextOptions): void {
    this.#options = { ...this.#options, ...options };
    this.clear();
  }

  /**
   * From now on, tickets of other keys cause a full handshake. A ticket is valid for all names, since the servers have the
   * same keys and the same `sessionIdContext` (CVE-2025-23419 is about this). So podway derives no more than a certificate
   * from a name.
   */
  setTicketKey(key: Buffer): void {
    this.#options = { ...this.#options, ticketKeys: key };
    for (const server of this.#servers.values()) server.setTicketKeys(key);
    this.#withoutCertificate = undefined;
  }

  clear(): void {
    this.#servers.clear();
    this.#withoutCertificate = undefined;
  }

  /**
   * Begins the handshake of an accepted socket. Bytes that podway has already read are in the socket's own buffer.
   *
   * @param served undefined: the handshake fails
   */
  begin(raw: Socket, served: ServedCertificates | undefined, events: HandshakeEvents): void {
    let server: Server;
    try {
      server = served === undefined ? this.#refusing() : this.#serverOf(served);
    } catch (error) {
      // OpenSSL cannot use the key or the chain.
      events.failed((error as NodeJS.ErrnoException).code ?? '');
      return;
    }
    this.#events.set(raw, events);
    // A TLSSocket does not take its high-water mark from its server. It reads this many bytes from a client that podway
    // does not read.
    const usual = getDefaultHighWaterMark(false);
    setDefaultHighWaterMark(false, LOW_WATERMARK);
    try {
      server.emit('connection', raw);
    } finally {
      setDefaultHighWaterMark(false, usual);
    }
  }

  #serverOf({ id, certificates }: ServedCertificates): Server {
    let server = this.#servers.get(id);
    if (server === undefined) {
      const usable = certificates.length === 1 ? [] : certificates.filter((it) => this.#isUsable(it));
      server = this.#create({ ...this.#options, ...keysOf(usable.length === 0 ? certificates : usable) });
      this.#servers.set(id, server);
    }
    return server;
  }

  /** False if OpenSSL cannot use it. Then the host's certificate with another key is presented. */
  #isUsable(certificate: CertificateRecord): boolean {
    try {
      createSecureContext({ ...this.#options, ...keysOf([certificate]) });
      return true;
    } catch {
      return false;
    }
  }

  #refusing(): Server {
    return (this.#withoutCertificate ??= this.#create(this.#options));
  }

  #create(options: TlsOptions): Server {
    const server = createServer(options);
    server.on('secureConnection', this.#secured);
    server.on('tlsClientError', this.#refused);
    return server;
  }

  readonly #secured = (stream: TLSSocket): void => {
    // A renegotiation (TLS 1.2) costs podway as much as a handshake, and the client nothing.
    stream.disableRenegotiation();
    this.#eventsOf(stream)?.done(stream);
  };

  readonly #refused = (error: NodeJS.ErrnoException, stream: TLSSocket): void => {
    // Node closes a connection whose client certificate is invalid, and does not report why.
    const isUnauthorized = Boolean(stream.authorizationError);
    const code = isUnauthorized ? 'ERR_SSL_CERTIFICATE_VERIFY_FAILED' : (error.code ?? '');
    this.#eventsOf(stream)?.failed(code);
    stream.destroy();
  };

  /** Node has kept the socket below in this property since 0.11, and offers no other way to get it. */
  #eventsOf(stream: TLSSocket): HandshakeEvents | undefined {
    return this.#events.get((stream as unknown as { readonly _parent: Socket })._parent);
  }
}

/** OpenSSL presents the one that fits the client's signature algorithms and the cipher suites, in the client's order. */
function keysOf(certificates: readonly CertificateRecord[]): TlsOptions {
  return { key: certificates.map(({ key }) => key), cert: certificates.map(({ chain }) => chain) };
}
