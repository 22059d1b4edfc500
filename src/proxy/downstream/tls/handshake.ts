import type { Socket } from 'node:net';
import { performance } from 'node:perf_hooks';
import type { TLSSocket } from 'node:tls';
import type { HandshakeFailure } from '../../../boundary/handshakes.ts';
import { APPLICATION_PROTOCOLS, type TlsFacts } from '../../../boundary/tls-facts.ts';
import { clientCertificateLines } from '../../../http1/client-certificate-lines.ts';
import type { ServedCertificates } from '../../../routing/certificates.ts';
import { requestHost } from '../../../wiring/host.ts';
import type { HandshakeCounts } from '../../counts/handshake-counts.ts';
import type { Timed } from '../../load/coarse-clock.ts';
import type { Connection } from '../clients.ts';
import { type ConnectionQueue, Place } from '../connection-queue.ts';
import type { IdleClient } from '../waiting-connections.ts';
import { type ClientHello, readClientHello } from './client-hello.ts';
import { clientVerdict } from './client-verdict.ts';
import { failureReason } from './failure-reason.ts';
import type { HandshakeQueue, Queued } from './handshake-queue.ts';
import type { HandshakeEvents, TlsServers } from './tls-servers.ts';

/** What the handshakes of one worker share. */
export interface HandshakeNeeds {
  readonly clock: { readonly now: number; add(timed: Timed): void; remove(timed: Timed): void };
  readonly counts: HandshakeCounts;
  /** Connections that have not sent a request yet. */
  readonly silent: ConnectionQueue<IdleClient>;
  readonly queue: HandshakeQueue;
  readonly servers: TlsServers;
  /** Maximum duration of a handshake, in milliseconds. */
  readonly timeout: number;
  readonly requestsCertificate: boolean;
  readonly requiresCertificate: boolean;
  certificatesFor(host: string | undefined): ServedCertificates | undefined;
  /** The handshake has succeeded. */
  done(handshake: Handshake, stream: TLSSocket, facts: TlsFacts): void;
  /** The client sent HTTP without TLS; its bytes are in the buffer of the socket. */
  plain(handshake: Handshake): void;
  /** The handshake has failed, and the socket is closed. */
  closed(handshake: Handshake): void;
}

const NEVER_PROBED = { probe: () => undefined };
/** From this many bytes on, a ClientHello that has not come whole occupies one of TLS_HANDSHAKES, so memory for such hellos is bounded. */
const LARGE_HELLO = 2_048;
const NOTHING_WRITTEN = { isAnswerUnread: false };
/** `A` to `Z`: methods of HTTP begin with these, and TLS records do not (RFC 8446 section 5.1). */
const [FIRST_LETTER, LAST_LETTER] = [0x41, 0x5a];

/**
 * A client of the TLS port until its handshake has ended. podway reads its first bytes before TLS gets them: a
 * handshake costs as much as forty requests, so it waits for its turn, and a client that sends plain HTTP gets an
 * answer.
 */
export class Handshake implements Connection, Timed, IdleClient, Queued, HandshakeEvents {
  readonly client = NEVER_PROBED;
  readonly writer = NOTHING_WRITTEN;
  readonly place: Place<IdleClient> = new Place<IdleClient>(this);
  clockIndex = -1;
  clientIndex = -1;
  readonly queuePlace: Place<Queued> = new Place<Queued>(this);
  readonly clientPlace: Place<Queued> = new Place<Queued>(this);
  readonly deadline: number;
  readonly raw: Socket;
  /** The client's IP address, possibly IPv4-mapped. */
  readonly address: string;
  readonly network: string | undefined;
  startedAt = 0;
  readonly #needs: HandshakeNeeds;
  /** When the first byte came, in milliseconds of performance.now(); 0 before that. */
  #helloAt = 0;
  /** The beginning of a ClientHello that has come in part. */
  #bytes: Buffer | undefined;
  /** The whole ClientHello has come. */
  #hello: ClientHello | undefined;
  /** The certificates that the client gets in a full handshake. */
  #served: ServedCertificates | undefined;
  #isOver = false;
  readonly #readable = (): void => this.#firstBytes();
  readonly #closed = (): void => {
    // If the handshake has begun, Node first reports why it ended.
    setImmediate(() => this.#fail('closed'));
  };

  /** @param network see Queued */
  constructor(needs: HandshakeNeeds, raw: Socket, address: string, network: string | undefined) {
    this.#needs = needs;
    this.raw = raw;
    this.address = address;
    this.network = network;
    this.deadline = needs.clock.now + needs.timeout;
    needs.clock.add(this);
    needs.silent.append(this.place);
    raw.on('error', ignore);
    raw.on('end', this.#closed);
    raw.on('close', this.#closed);
    raw.on('readable', this.#readable);
  }

  #firstBytes(): void {
    const { raw } = this;
    const bytes = raw.read() as Buffer | null;
    // The socket has ended: `end` or `close` follows.
    if (bytes === null) return;
    const all = this.#bytes === undefined ? bytes : Buffer.concat([this.#bytes, bytes]);
    if (this.#helloAt === 0) this.#helloAt = performance.now();
    const first = all[0] as number;
    const isHttp = first >= FIRST_LETTER && first <= LAST_LETTER;
    const hello = readClientHello(all);
    if (!isHttp && !hello.isComplete) {
      this.#bytes = all;
      if (all.length >= LARGE_HELLO && this.queuePlace.queue === undefined) this.#needs.queue.join(this);
      return;
    }
    this.#bytes = undefined;
    raw.off('readable', this.#readable);
    raw.unshift(all);
    this.#hello = hello;
    if (isHttp) this.#toPlain();
    else {
      // One that occupies a place already begins in its turn, too.
      this.#needs.queue.leave(this);
      this.#needs.queue.join(this);
    }
  }

  #toPlain(): void {
    if (!this.#end()) return;
    this.#needs.counts.failed('plain-http');
    this.#needs.plain(this);
  }

  start(): void {
    const { clock, servers } = this.#needs;
    this.startedAt = clock.now;
    if (this.#hello === undefined) return;
    // A client that ends its side now has left. After the handshake, it may still wait for its answer.
    this.raw.allowHalfOpen = false;
    this.#served = this.#needs.certificatesFor(hostOf(this.#hello.name));
    servers.begin(this.raw, this.#served, this);
  }

  done(stream: TLSSocket): void {
    if (this.#isOver) return;
    const certificate = this.#needs.requestsCertificate ? stream.getPeerX509Certificate() : undefined;
    const verdict = clientVerdict(stream, certificate, Date.now());
    if (this.#needs.requiresCertificate && verdict !== 'SUCCESS') {
      this.#fail('client-certificate');
      return;
    }
    this.#end();
    const lines = this.#needs.requestsCertificate ? clientCertificateLines(verdict, certificate) : '';
    const version = stream.getProtocol() ?? '';
    const resumed = stream.isSessionReused();
    this.#needs.counts.done(version, resumed, (performance.now() - this.#helloAt) / 1_000);
    const protocol = APPLICATION_PROTOCOLS.find((it) => it === stream.alpnProtocol) ?? 'http/1.1';
    const sni = hostOf(stream.servername) ?? '';
    stream.allowHalfOpen = true;
    const presented = resumed ? undefined : this.#served;
    // Node reports later errors, and leaves the connection as it is.
    stream.on('error', () => stream.destroy());
    this.#needs.done(this, stream, { version, protocol, sni, resumed, presented, lines, coveredHost: '' });
  }

  failed(code: string): void {
    const reason = failureReason(code);
    this.#fail(reason === 'ciphers' && this.#served === undefined ? 'no-certificate' : reason);
  }

  expire(): void {
    this.#fail('timeout');
  }

  shed(reason: HandshakeFailure): void {
    this.#fail(reason);
  }

  /** Called to make room for a new connection, or when the process ends. */
  destroy(): void {
    this.#fail('overload');
  }

  /** The connection that follows the handshake is drained. */
  drain(): void {
    // A client within its handshake is served once.
  }

  cut(): boolean {
    this.#fail('timeout');
    return false;
  }

  #fail(reason: HandshakeFailure): void {
    if (!this.#end()) return;
    // Load balancers open and close connections to check whether the port is open.
    if (reason !== 'closed' || this.#helloAt > 0) this.#needs.counts.failed(reason);
    this.raw.destroy();
    this.#needs.closed(this);
  }

  /** Returns false if it has already ended. */
  #end(): boolean {
    if (this.#isOver) return false;
    this.#isOver = true;
    const { raw } = this;
    this.#needs.clock.remove(this);
    this.place.leave();
    this.#needs.queue.leave(this);
    raw.off('end', this.#closed);
    raw.off('close', this.#closed);
    raw.off('readable', this.#readable);
    return true;
  }
}

/**
 * The name if it can be a host: a name from a handshake has no port. Node passes `false` or null if the client named no
 * host.
 */
function hostOf(name: string | false | null): string | undefined {
  return name === false || name === null || name.includes(':') ? undefined : requestHost(name);
}

function ignore(): void {
  // podway handles the `close` that follows.
}
