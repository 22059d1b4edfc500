/**
 * Where an API server is, and what authenticates there, for connections that undici does not make. Plain data for
 * another thread (where buffers arrive as Uint8Array: see `revived`). Contains secrets.
 */
export interface StreamAccess {
  /** The URL of the API server; it may have a path. */
  readonly server: string;
  /** Fields that authenticate podway; a list is one field line per value. */
  readonly headers: Readonly<Record<string, string | string[]>>;
  readonly tls: StreamTls;
  /** URL of an HTTP, HTTPS or SOCKS proxy. */
  readonly proxy: string | undefined;
  /** Milliseconds that the server has to answer a handshake. */
  readonly timeout: number;
}

type Pem = string | Buffer;

/** Options of tls.connect. Unset options are absent, because Node would treat `undefined` as a value. */
export interface StreamTls {
  readonly ca?: Pem;
  readonly cert?: Pem;
  readonly key?: Pem;
  readonly servername?: string;
  readonly rejectUnauthorized?: boolean;
}
