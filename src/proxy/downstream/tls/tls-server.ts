/* oxlint-disable no-underscore-dangle -- Node's name, used nowhere else */
import type { Socket } from 'node:net';
import { getDefaultHighWaterMark, setDefaultHighWaterMark } from 'node:stream';
import {
  createServer,
  type SecureContext,
  type SecureContextOptions,
  type Server,
  type TLSSocket,
  type TlsOptions,
} from 'node:tls';
import type { ServedCertificates } from '../../../routing/certificates.ts';
import { LOW_WATERMARK } from '../../bytes/buffer-budget.ts';

/** Receives the result of one handshake. Either `done` or `failed` is called, unless the socket was destroyed before. */
export interface HandshakeEvents {
  /**
   * The client names a host, in its own spelling. Returns undefined for the default certificate. Not called for a
   * resumed session.
   */
  choose(name: string): SecureContext | undefined;
  done(stream: TLSSocket): void;
  failed(code: string): void;
}

/**
 * Node's TLS server. It never listens, but gets its sockets from podway. A TLSSocket that is created without a server
 * never reports that its handshake has ended, and hides later errors.
 *
 * After a failed handshake, podway must not ask a TLSSocket for facts: `getProtocol()` in a 'close' listener, or
 * `getEphemeralKeyInfo()`, ends the process (Node 26.10), and any client could cause this by sending `GET`.
 */
export class TlsServer {
  readonly #server: Server;
  #options: TlsOptions;
  #ticketKey: Buffer | undefined;
  readonly #events = new WeakMap<Socket, HandshakeEvents>();
  #default: ServedCertificates | undefined;

  constructor(options: TlsOptions) {
    const eventsOf = (stream: TLSSocket) => this.#events.get(socketOf(stream));
    this.#options = options;
    this.#server = createServer({
      ...options,
      // Node calls this as a method of the TLSSocket.
      SNICallback(this: TLSSocket, name: string, chosen: (error: null, context?: SecureContext) => void) {
        chosen(null, eventsOf(this)?.choose(name));
      },
    });
    this.#server.on('secureConnection', (stream: TLSSocket) => {
      // A renegotiation (TLS 1.2) costs podway as much as a handshake, and the client nothing.
      stream.disableRenegotiation();
      eventsOf(stream)?.done(stream);
    });
    this.#server.on('tlsClientError', (error: NodeJS.ErrnoException, stream: TLSSocket) => {
      // Node closes a connection whose client certificate is invalid, and does not report why.
      const isUnauthorized = Boolean(stream.authorizationError);
      eventsOf(stream)?.failed(isUnauthorized ? 'ERR_SSL_CERTIFICATE_VERIFY_FAILED' : (error.code ?? ''));
      stream.destroy();
    });
  }

  /** The certificates for clients that name no host, or a host that has none. */
  setDefault(served: ServedCertificates | undefined): void {
    if (served === this.#default) return;
    this.#default = served;
    this.#renew();
  }

  /** Handshakes that begin from now on use these options in addition to those of the constructor. */
  use(options: SecureContextOptions): void {
    this.#options = { ...this.#options, ...options };
    this.#renew();
  }

  #renew(): void {
    const served = this.#default;
    const options = { ...this.#options, ...(this.#ticketKey && { ticketKeys: this.#ticketKey }) };
    try {
      this.#server.setSecureContext({ ...options, ...(served && keysOf(served)) });
    } catch {
      // OpenSSL cannot use the certificates: then there is no default.
      this.#server.setSecureContext(options);
    }
  }

  /**
   * From now on, tickets of other keys cause a full handshake. Tickets of the default context are valid for all names,
   * since TLS looks up a session before a name (CVE-2025-23419 is about this). So podway derives no more than a
   * certificate from a name.
   */
  setTicketKey(key: Buffer): void {
    this.#ticketKey = key;
    this.#server.setTicketKeys(key);
  }

  /** Begins the handshake of an accepted socket. Bytes that podway has already read are in the socket's own buffer. */
  begin(raw: Socket, events: HandshakeEvents): void {
    this.#events.set(raw, events);
    // A TLSSocket does not take its high-water mark from its server. It reads this many bytes from a client that podway
    // does not read.
    const usual = getDefaultHighWaterMark(false);
    setDefaultHighWaterMark(false, LOW_WATERMARK);
    this.#server.emit('connection', raw);
    setDefaultHighWaterMark(false, usual);
  }
}

/** All certificates of one host: the default context accepts several. */
function keysOf({ certificates }: ServedCertificates): TlsOptions {
  return { key: certificates.map(({ key }) => key), cert: certificates.map(({ chain }) => chain) };
}

/** The socket below. Node has kept it in this property since 0.11, and offers no other way to get it. */
function socketOf(stream: TLSSocket): Socket {
  return (stream as unknown as { readonly _parent: Socket })._parent;
}
