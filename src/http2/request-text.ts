import type { HeadReason } from '../boundary/reasons.ts';
import { CONNECTION_FIELDS } from './session/field-rules.ts';

/** Facts of the connection that apply to all its requests. */
export interface Http2Transport {
  readonly proto: 'http' | 'https';
  /** The client is a trusted proxy, and its own clients may have used TLS: `https` targets are accepted. */
  readonly secureTargets: boolean;
}

const COLON = 0x3a;

/**
 * Translates a request head of HTTP/2 to the equivalent head of HTTP/1.1 (RFC 9113 sections 8.3 and 8.8), so one parser reads the
 * paths, keys, lengths and limits of all requests. This class does not repeat the checks of the parser and of `decide`.
 */
export class RequestText {
  /** The head in latin1, with the empty line at its end. One object serves many requests. */
  text = '';
  /** Number of field lines in `text`, which the parser must find. */
  lines = 0;
  /** Why there is no text. */
  error: HeadReason = 'bad-header';
  /** The Sec-WebSocket-Key of the handshake with the pod, if the request opens a WebSocket (RFC 8441); '' otherwise. */
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
   * Writes `text`. `raw`: names and values in turn, pseudo fields first, each character one octet. `ended`: no body follows.
   * `websocketKey` makes the key of the handshake with the pod, if the request opens a WebSocket. False: see `error`.
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
    // HTTP/2 has no transfer codings; the end of the stream ends the body (RFC 9113 sections 8.1 and 8.2.2).
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

  /** False: the field is not allowed. */
  #take(name: string, value: string): boolean {
    if (name.charCodeAt(0) === COLON) return this.#takePseudo(name, value);
    if (name === 'cookie') {
      // A cookie may be split into several fields (RFC 9113 section 8.2.3). They become one line, which counts as one field.
      this.#cookie += this.#cookie === '' ? value : `; ${value}`;
      return true;
    }
    if (name === 'host') {
      this.#host = value;
      this.#hosts += 1;
      return true;
    }
    if (name === 'sec-websocket-key' && this.#protocol !== '') return true;
    // The session rejects such fields too. In HTTP/1.1, a field of a connection would change the framing, and a colon would end the name.
    if (CONNECTION_FIELDS.has(name) || name.includes(':')) return false;
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

  /** Writes the handshake of RFC 6455 instead of extended CONNECT (RFC 8441): the pod gets a request of HTTP/1.1. */
  #writeHandshake(ended: boolean, transport: Http2Transport, websocketKey: () => string): boolean {
    if (this.#method !== 'CONNECT') return this.#refuse('bad-request-line');
    if (this.#protocol !== 'websocket') return this.#refuse('unknown-protocol');
    // A stream on which the client has ended its side cannot carry a WebSocket.
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
   * The request target. It is in absolute form if `:authority` and `host` differ, or if the scheme is not the connection's: then
   * `decide` compares them, as it does for HTTP/1.1. Undefined: see `error`.
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
    // On TLS too, `http` in the text stands for the connection's scheme: the parser accepts `https` from trusted peers only.
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
