/**
 * Where an API server is and what authenticates there, for connections that are not made by undici. Plain data, so that it
 * can be handed to another thread (where buffers arrive as Uint8Array: see `revived`); holds secrets.
 */
export interface StreamAccess {
  /** The URL of the API server; it may have a path. */
  readonly server: string;
  /** What authenticates; a list is a field line each. */
  readonly headers: Readonly<Record<string, string | string[]>>;
  readonly tls: StreamTls;
  /** URL of an HTTP, HTTPS or SOCKS proxy. */
  readonly proxy: string | undefined;
  /** Milliseconds that the server may take to answer a handshake. */
  readonly timeout: number;
}

type Pem = string | Buffer;

/** Options of tls.connect. What is not set is left out: Node would take `undefined` for a value. */
export interface StreamTls {
  readonly ca?: Pem;
  readonly cert?: Pem;
  readonly key?: Pem;
  readonly servername?: string;
  readonly rejectUnauthorized?: boolean;
}
