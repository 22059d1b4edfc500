/**
 * What a request head said, and where its lines are, for the writer. The exchange keeps it. Requests of one peer with the same
 * octets and no body share one object (see LastHead).
 */
export class RequestHead {
  /** The head as received, octets as characters (latin1). */
  text = '';
  /** FIELD_STRIDE offsets into `text` for every field line. */
  fields: number[] = [];
  /** Where the field lines begin in `text`. */
  fieldsStart = 0;

  method = '';
  /** As received, but for 8-bit octets, which are percent-encoded here and in what is cut out of it. */
  target = '';
  /** `authority` is CONNECT, with any target. */
  form: TargetForm = 'origin';
  /** Host and port of an absolute target, '' for the other forms. */
  authority = '';
  /** An absolute target of `https:`. */
  secure = false;
  /** Of the origin-form target: up to the first `?`, never empty; several slashes at its start are one. */
  path = '';
  /** Of the origin-form target: from the first `?` on, '' without one. */
  query = '';
  /** `path` or `query` is not as received. */
  retargeted = false;
  /** `query` came as a part of the path (see queryargs.ts). */
  decomposed = false;
  minor: 0 | 1 = 1;
  /** Of HTTP; with 2, `minor` is that of the HTTP/1.1 it was written as. */
  version: 1 | 2 = 1;

  hasHost = false;
  /** Value of the one Host line, not validated. HTTP/1.0 may leave it out, and an absolute target then says it. */
  host = '';
  /** How the client itself spells the host, if not so (see rename-host.ts). */
  renamedFrom: ClientSpelling | undefined = undefined;
  /** Field lines, each with its CRLF, that are written for ones that were not received, or not so. */
  madeLines = '';
  framing: 'none' | 'length' | 'chunked' = 'none';
  /** 0 unless `framing` is `length`. */
  contentLength = 0;
  /** The client wants to go on with this connection. */
  keepAlive = true;
  expect: 'none' | 'continue' | 'other' = 'none';
  /** All lines of Upgrade joined by `, `; '' unless it is HTTP/1.1 with `Connection: upgrade`. */
  upgrade = '';
  /** Lines of Sec-WebSocket-Key. */
  websocketKeys = 0;
  /** What a pod has to answer in Sec-WebSocket-Accept to a handshake that the router makes for its client; '' for none. */
  websocketAccept = '';
  /** Authorization logs the connection in, not the request (see login.ts). */
  login = false;
  /** TE lists `trailers`. */
  trailers = false;
  /** Lines of the API key field. */
  keyLines = 0;
  /** Value of the first of them. */
  key = '';

  /** Client-sent, for trusted peers only: all lines joined by `, `. */
  forwardedFor = '';
  /** Client-sent, for trusted peers only: value of the first line. */
  forwardedProto = '';
  forwardedHost = '';
  forwardedPort = '';
  requestId = '';

  /** Lines of X-Podway-Hops joined by `, `: the podways that it came through. */
  hops = '';

  /** Names of fields that a client of HTTP/2 has marked as never indexed: the mark must be forwarded (RFC 7541 section 6.2.3). */
  neverIndexed: ReadonlySet<string> | undefined = undefined;

  /** See LastHead: what is found out about this head is worth to be kept in the fields below. */
  repeated = false;
  /** SHA-256 of `key`. */
  keyDigest: Uint8Array | undefined = undefined;
  /** What the writer wrote for it. */
  written: WrittenRequest | undefined = undefined;
}

/** A head as it is sent to pods, up to the lines of a trace and the request's id. */
export interface WrittenRequest {
  /** What else it depends on. */
  readonly forwarded: object;
  readonly hop: string;
  readonly forwardKey: boolean;
  readonly connection: 'keep-alive' | 'close';
  readonly edits: object | undefined;
  readonly route: string;
  readonly text: string;
}

/** How a client spells hosts that have another name for pods. */
export interface ClientSpelling {
  /** Of its requests. */
  readonly scheme: 'http' | 'https';
  /** What it puts behind a host: suffix and port, in lower case; without the port of http. */
  readonly tail: string;
}

export type TargetForm = 'origin' | 'absolute' | 'asterisk' | 'authority';
