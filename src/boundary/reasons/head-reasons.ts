import type { ReasonRow } from './reason-row.ts';

const CLIENT = { fault: 'client', close: true, reportedBy: ['head'] } as const;

/** Requests whose head podway refuses, or whose head does not become complete. */
export const HEAD_REASONS = {
  'bad-request-line': {
    status: 400,
    ...CLIENT,
    meaning: 'The request does not begin with a method, a target and a version, each separated by one space.',
    action: 'Find out which client connects: it often sends TLS or another protocol to the HTTP port.',
  },
  'bad-target': {
    status: 400,
    ...CLIENT,
    meaning:
      'The request target contains an octet that a URI must not contain, or has a form that the method does not allow.',
    action: 'Escape the target as RFC 3986 requires.',
  },
  'bad-version': {
    status: 400,
    ...CLIENT,
    meaning: 'The request line does not end with `HTTP/` and two digits.',
    action: 'Escape the spaces in the target.',
  },
  'bad-header': {
    status: 400,
    ...CLIENT,
    meaning:
      'A field line is malformed: a bad name, a space before the colon, a control character, a folded line or a bare LF.',
    action: 'Fix the client, or the proxy in front of podway that writes the field.',
  },
  'bad-length': {
    status: 400,
    ...CLIENT,
    meaning: '`Content-Length` is not a decimal number, or the request has more than one.',
    action: 'Fix the client: two readers of this request could see two different bodies.',
  },
  'bad-coding': {
    status: 400,
    ...CLIENT,
    meaning: '`Transfer-Encoding` is malformed, repeated, or in a request of HTTP/1.0.',
    action: 'Fix the client: two readers of this request could see two different bodies.',
  },
  'length-and-chunked': {
    status: 400,
    ...CLIENT,
    meaning: 'The request has both `Content-Length` and `Transfer-Encoding`.',
    action: 'Fix the client: such requests are used for request smuggling (RFC 9112 section 6.1).',
  },
  'no-host': {
    status: 400,
    ...CLIENT,
    meaning: 'An HTTP/1.1 request has no `Host`.',
    action: 'Send `Host`, also in health checks of load balancers.',
  },
  'two-hosts': {
    status: 400,
    ...CLIENT,
    meaning: 'The request has more than one `Host`.',
    action: 'Send one.',
  },
  'line-too-long': {
    status: 414,
    ...CLIENT,
    meaning: 'The request line exceeds `MAX_REQUEST_LINE`.',
    action: 'Shorten the URL, or raise the limit.',
  },
  'head-too-large': {
    status: 431,
    ...CLIENT,
    meaning: 'The request head exceeds `MAX_REQUEST_HEAD`.',
    action: 'Look for cookies that accumulate, or raise the limit.',
  },
  'too-many-headers': {
    status: 431,
    ...CLIENT,
    meaning: 'The request head has more than `MAX_REQUEST_FIELDS` fields.',
    action: 'Send fewer fields, or raise the limit.',
  },
  'https-target': {
    status: 421,
    ...CLIENT,
    meaning:
      'The peer is not a trusted proxy, and the target begins with `https://`, or `:scheme` of HTTP/2 is `https` on a connection without TLS.',
    action: 'Add the proxy that ends TLS to `TRUSTED_PROXIES`.',
  },
  'unknown-coding': {
    status: 501,
    ...CLIENT,
    meaning: '`Transfer-Encoding` names a coding other than `chunked`.',
    action: 'Send the body chunked or with a `Content-Length`.',
  },
  'unknown-protocol': {
    status: 501,
    ...CLIENT,
    meaning: 'An extended `CONNECT` of HTTP/2 asks for a protocol other than `websocket`.',
    action: 'Nothing: podway forwards only WebSockets.',
  },
  'connection-login': {
    status: 0,
    fault: 'client',
    close: true,
    reportedBy: ['connection'],
    meaning:
      'The client tried NTLM or Negotiate, which authenticate a connection, over HTTP/2; podway reset the stream with `HTTP_1_1_REQUIRED`.',
    action: 'Nothing: clients repeat the request over HTTP/1.1.',
  },
  'unknown-version': {
    status: 505,
    ...CLIENT,
    meaning: 'The version is neither HTTP/1.0 nor HTTP/1.1.',
    action: 'Send HTTP/1.1, also from a proxy in front of podway.',
  },
  'bad-queryargs': {
    status: 400,
    ...CLIENT,
    meaning:
      'With `DECOMPOSE_QUERYARGS=on`, the `queryargs` segment of a WebSocket handshake is not in its plain form, occurs twice, comes with a query, or is not followed by the canonical base64url of a query.',
    action: 'Fix the client, or the proxy in front of podway that rewrites the path.',
  },
  'plain-http': {
    status: 400,
    fault: 'client',
    close: true,
    reportedBy: ['connection'],
    meaning: 'The client speaks HTTP without TLS on `TLS_PORT`.',
    action: 'Use `https://`, or the port without TLS (`PORT`).',
  },
  'head-cut': {
    status: 400,
    fault: 'client',
    close: true,
    reportedBy: ['connection'],
    meaning: 'The client closed its side of the connection before the request head was complete.',
    action: '',
  },
} as const satisfies Readonly<Record<string, ReasonRow>>;
