import type { HeadReason } from '../boundary/reasons.ts';

/** What the connection says about its requests. */
export interface Http2Transport {
  readonly proto: 'http' | 'https';
  /** Its client speaks for clients of its own, which may have come by TLS. */
  readonly secureTargets: boolean;
}

/** Fields of one HTTP/1.1 connection. The session rejects them; one that came through would change what the text means. */
const OF_CONNECTION = new Set([
  'connection',
  'keep-alive',
  'proxy-connection',
  'transfer-encoding',
  'upgrade',
]);

const COLON = 0x3a;

/**
 * A request's head in HTTP/2 as the head of HTTP/1.1 that says the same (RFC 9113 section 8.3 and 8.8), for the one parser
 * that all requests go through: so paths, keys, lengths and limits have one reading. Nothing is judged here that the parser or
 * `decide` judges.
 */
export class RequestText {
  /** Latin1, with the final empty line; one object serves many requests. */
  text = '';
  /** Field lines in `text`: as many as the parser must find. */
  lines = 0;
  /** Why there is no text. */
  error: HeadReason = 'bad-header';
  /** Of the handshake with the pod, if it asks for a WebSocket (RFC 8441); '' for none. */
  websocketKey = '';
  #method = '';
  #scheme = '';
  #authority = '';
  #path = '';
  #protocol = '';
  #host = '';
  #hosts = 0;
  #cookie = '';
  #fields = '';
  #hasLength = false;
  #isVersion13 = false;

  /**
   * `raw`: names and values in turn, pseudo fields first, octets as characters. `ended`: no body follows. `websocketKey`: of the
   * handshake with the pod, should the request ask for a WebSocket. False: see `error`.
   */
  write(
    raw: readonly string[],
    ended: boolean,
    transport: Http2Transport,
    websocketKey: () => string,
  ): boolean {
    this.#clear();
    for (let at = 0; at < raw.length; at += 2) {
      if (!this.#take(raw[at]!, raw[at + 1]!)) return this.#refuse('bad-header');
    }
    if (this.#protocol !== '') return this.#writeHandshake(ended, transport, websocketKey);
    if (this.#method === 'CONNECT') return this.#finish(this.#authority, '');
    const target = this.#target(transport);
    if (target === undefined) return false;
    // RFC 9113 section 8.2.2: there is no other coding, and the end of the stream is the end of the body.
    return this.#finish(target, ended || this.#hasLength ? '' : 'transfer-encoding: chunked\r\n');
  }

  #clear(): void {
    this.websocketKey = '';
    this.lines = 0;
    this.#method = '';
    this.#scheme = '';
    this.#authority = '';
    this.#path = '';
    this.#protocol = '';
    this.#host = '';
    this.#hosts = 0;
    this.#cookie = '';
    this.#fields = '';
    this.#hasLength = false;
    this.#isVersion13 = false;
  }

  /** False for a field that must not be there. */
  #take(name: string, value: string): boolean {
    if (name.charCodeAt(0) === COLON) return this.#takePseudo(name, value);
    if (name === 'cookie') {
      // Crumbs (RFC 9113 section 8.2.3): one line, also for the limit of fields.
      this.#cookie += this.#cookie === '' ? value : `; ${value}`;
      return true;
    }
    if (name === 'host') {
      this.#host = value;
      this.#hosts += 1;
      return true;
    }
    if (name === 'sec-websocket-key' && this.#protocol !== '') return true;
    // A colon in a name would be one more field of HTTP/1.1.
    if (OF_CONNECTION.has(name) || name.includes(':')) return false;
    if (name === 'content-length') this.#hasLength = true;
    else if (name === 'sec-websocket-version') this.#isVersion13 = value === '13';
    this.#fields += `${name}: ${value}\r\n`;
    this.lines += 1;
    return true;
  }

  #takePseudo(name: string, value: string): boolean {
    if (name === ':method') this.#method = value;
    else if (name === ':path') this.#path = value;
    else if (name === ':scheme') this.#scheme = value;
    else if (name === ':authority') this.#authority = value;
    else if (name === ':protocol') this.#protocol = value;
    else return false;
    return true;
  }

  /** The handshake of RFC 6455 in place of the extended CONNECT: a pod hears nothing of the stream. */
  #writeHandshake(ended: boolean, transport: Http2Transport, websocketKey: () => string): boolean {
    if (this.#method !== 'CONNECT') return this.#refuse('bad-request-line');
    if (this.#protocol !== 'websocket') return this.#refuse('unknown-protocol');
    // A stream whose client has ended its side is no connection.
    if (ended || !this.#isVersion13) return this.#refuse('bad-upgrade');
    const target = this.#target(transport);
    if (target === undefined) return false;
    this.#method = 'GET';
    this.websocketKey = websocketKey();
    this.lines += 2;
    return this.#finish(
      target,
      `connection: upgrade\r\nupgrade: websocket\r\nsec-websocket-key: ${this.websocketKey}\r\n`,
    );
  }

  /**
   * Where `:authority` and `host` are not the same, or the scheme is not the connection's, the target is absolute: then it is
   * `decide` that compares, as it does for HTTP/1.1.
   */
  #target({ proto, secureTargets }: Http2Transport): string | undefined {
    const scheme = this.#scheme === proto ? proto : this.#scheme.toLowerCase();
    if (scheme !== proto && !(scheme === 'https' && secureTargets)) {
      this.error = scheme === 'https' ? 'https-target' : 'bad-target';
      return undefined;
    }
    const isPlain = this.#hosts === 0 || this.#authority === '' || this.#authority === this.#host;
    if (scheme === proto && isPlain) return this.#path;
    if (this.#path.charCodeAt(0) !== SLASH) return this.#path;
    // On TLS, `http` stands for "the scheme of this connection": the parser takes `https` from trusted peers only.
    return `${scheme === proto ? 'http' : 'https'}://${this.#authority || this.#host}${this.#path}`;
  }

  #finish(target: string, framing: string): boolean {
    const host = this.#hosts > 0 ? this.#host : this.#authority;
    const hostLine = this.#hosts === 0 && this.#authority === '' ? '' : `host: ${host}\r\n`;
    const cookie = this.#cookie === '' ? '' : `cookie: ${this.#cookie}\r\n`;
    if (this.#hosts > 1) return this.#refuse('two-hosts');
    this.lines += Number(hostLine !== '') + Number(cookie !== '') + Number(framing !== '');
    this.text = `${this.#method} ${target} HTTP/1.1\r\n${hostLine}${this.#fields}${cookie}${framing}\r\n`;
    return true;
  }

  #refuse(reason: HeadReason): boolean {
    this.error = reason;
    return false;
  }
}

const SLASH = 0x2f;
