/**
 * The content of a request head, and where its lines are, for the writer. The exchange keeps it. Requests of one peer
 * with the same octets and no body share one object (see LastHead).
 */
export class RequestHead {
  /** The head as received, one character for each octet (latin1). */
  text = '';
  /** FIELD_STRIDE offsets into `text` for every field line. */
  fields: number[] = [];
  /** Where the field lines begin in `text`. */
  fieldsStart = 0;

  method = '';
  /** As received, except that 8-bit octets are percent-encoded, here and in the parts of it. */
  target = '';
  /** `authority` means CONNECT, with any target. */
  form: TargetForm = 'origin';
  /** Host and port of an absolute target; '' for the other forms. */
  authority = '';
  /** True for an absolute target with `https:`. */
  secure = false;
  /**
   * The path: the target up to the first `?`, without the authority. Never empty. Several slashes at its start become
   * one.
   */
  path = '';
  /** The query: the target from the first `?` on; '' without one. */
  query = '';
  /** `path` or `query` differs from what was received. */
  retargeted = false;
  /** `query` was received as a part of the path (see queryargs.ts). */
  decomposed = false;
  minor: 0 | 1 = 1;
  /** The version of HTTP. With 2, `minor` is that of the HTTP/1.1 head into which podway converted it. */
  version: 1 | 2 = 1;

  hasHost = false;
  /** Value of the only Host line, not validated. HTTP/1.0 may omit it; an absolute target names the host then. */
  host = '';
  /** How the client names the host, if differently (see rename-host.ts). */
  renamedFrom: ClientSpelling | undefined = undefined;
  /** Field lines, each with its CRLF, in place of lines that were missing or received with another value. */
  madeLines = '';
  framing: 'none' | 'length' | 'chunked' = 'none';
  /** 0 unless `framing` is `length`. */
  contentLength = 0;
  /** The client keeps the connection open after this request. */
  keepAlive = true;
  expect: 'none' | 'continue' | 'other' = 'none';
  /** All lines of Upgrade joined by `, `; '' unless the request is HTTP/1.1 with `Connection: upgrade`. */
  upgrade = '';
  /** Number of lines of Sec-WebSocket-Key. */
  websocketKeys = 0;
  /**
   * The value of Sec-WebSocket-Accept that a pod must send for a handshake that podway makes for its client; '' for
   * none.
   */
  websocketAccept = '';
  /** Authorization authenticates the connection and not the request (see login.ts). */
  login = false;
  /** TE lists `trailers`. */
  trailers = false;
  /** Number of lines of the API key field. */
  keyLines = 0;
  /** Value of the first such line. */
  key = '';

  /** Sent by the client, used only for trusted peers: all lines joined by `, `. */
  forwardedFor = '';
  /** Sent by the client, used only for trusted peers, like the next three: the first value that is not empty. */
  forwardedProto = '';
  forwardedHost = '';
  forwardedPort = '';
  requestId = '';

  /** All lines of X-Podway-Hops joined by `, `: the podway instances through which the request came. */
  hops = '';

  /**
   * Names of fields that an HTTP/2 client has marked as never indexed. The mark must be forwarded (RFC 7541 section
   * 6.2.3).
   */
  neverIndexed: ReadonlySet<string> | undefined = undefined;

  /** See LastHead. When true, the results in the fields below are worth keeping. */
  repeated = false;
  /** SHA-256 of `key`; undefined until it is needed. */
  keyDigest: Uint8Array | undefined = undefined;
  /** The network of the client that a trusted peer reports, '' if it reports none; undefined until it is needed. */
  reportedNetwork: string | undefined = undefined;
  /** The lines that the writer wrote for it. */
  written: WrittenRequest | undefined = undefined;
}

/** The lines that podway sends to a pod, except those of the trace and of the request id. */
export interface WrittenRequest {
  /** `text` is valid only for these values. */
  readonly forwarded: object;
  readonly hop: string;
  readonly forwardKey: boolean;
  readonly connection: 'keep-alive' | 'close';
  readonly edits: object | undefined;
  readonly route: string;
  readonly text: string;
}

/** How a client names hosts that have another name for pods. */
export interface ClientSpelling {
  /** The scheme of its requests. */
  readonly scheme: 'http' | 'https';
  /** What the client appends to a host: the suffix and the port, in lower case, without the port of http. */
  readonly tail: string;
}

export type TargetForm = 'origin' | 'absolute' | 'asterisk' | 'authority';
