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

/** What becomes of one handshake. One of `done` and `failed` is called, unless the socket was destroyed before. */
export interface HandshakeEvents {
  /** The client names a host, as it wrote it. Undefined: the default certificate will do. Not called for a resumed session. */
  choose(name: string): SecureContext | undefined;
  done(stream: TLSSocket): void;
  failed(code: string): void;
}

/**
 * Node's TLS server, which gets its sockets from us: it never listens. A TLSSocket that is made without one never says
 * that its handshake has ended, and hides the errors that come after it.
 *
 * What may be asked of a TLSSocket after a failed handshake is nothing: `getProtocol()` in a 'close' listener, or
 * `getEphemeralKeyInfo()`, ends the process (Node 26.10), and any client could have that by sending `GET`.
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
      // Node calls it as a method of the TLSSocket.
      SNICallback(this: TLSSocket, name: string, chosen: (error: null, context?: SecureContext) => void) {
        chosen(null, eventsOf(this)?.choose(name));
      },
    });
    this.#server.on('secureConnection', (stream: TLSSocket) => {
      // What follows the handshake (TLS 1.2) costs us as much as it, and the client nothing.
      stream.disableRenegotiation();
      eventsOf(stream)?.done(stream);
    });
    this.#server.on('tlsClientError', (error: NodeJS.ErrnoException, stream: TLSSocket) => {
      // Node ends a connection whose client's certificate is no good without a word.
      const isUnauthorized = Boolean(stream.authorizationError);
      eventsOf(stream)?.failed(isUnauthorized ? 'ERR_SSL_CERTIFICATE_VERIFY_FAILED' : (error.code ?? ''));
      stream.destroy();
    });
  }

  /** What clients get that name no host, or one for which there is nothing else. */
  setDefault(served: ServedCertificates | undefined): void {
    if (served === this.#default) return;
    this.#default = served;
    this.#renew();
  }

  /** Handshakes that begin from now on follow these options, beside those of the constructor. */
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
      // OpenSSL cannot use it: there is none then.
      this.#server.setSecureContext(options);
    }
  }

  /**
   * Tickets of other keys cause a full handshake from now on. Those of the default context are for all names, since sessions
   * are looked up before a name is (CVE-2025-23419 is about that): so nothing follows from a name but a certificate.
   */
  setTicketKey(key: Buffer): void {
    this.#ticketKey = key;
    this.#server.setTicketKeys(key);
  }

  /** Begins the handshake of an accepted socket; what was read of it before is in its own buffer. */
  begin(raw: Socket, events: HandshakeEvents): void {
    this.#events.set(raw, events);
    // A TLSSocket takes no high-water mark from its server. So much it reads of a client that is not to be read.
    const usual = getDefaultHighWaterMark(false);
    setDefaultHighWaterMark(false, LOW_WATERMARK);
    this.#server.emit('connection', raw);
    setDefaultHighWaterMark(false, usual);
  }
}

/** All certificates of one host: the default context takes several. */
function keysOf({ certificates }: ServedCertificates): TlsOptions {
  return { key: certificates.map(({ key }) => key), cert: certificates.map(({ chain }) => chain) };
}

/** The socket beneath: Node keeps it there since 0.11, and offers no other way to get it. */
function socketOf(stream: TLSSocket): Socket {
  return (stream as unknown as { readonly _parent: Socket })._parent;
}
