/** One rule of HTTP, or one limit, that a pod's response can break. */
interface ResponseRuleRow {
  /** The reason with which the exchange ends: a value of X-Podway-Reason. */
  readonly reason: 'bad-response' | 'bad-upgrade-response' | 'too-many-interim-responses';
  readonly part: 'head' | 'chunks' | 'end' | 'switch' | 'interim';
  /** One sentence: what the pod sent. */
  readonly meaning: string;
  /** The setting that limits it; '' if it is not a limit, or a fixed one. */
  readonly setting: string;
}

/** The rules by name: `detail` in the access log, and label `rule` of podway_upstream_bad_responses_total. */
export const RESPONSE_RULES = {
  'bad-status-line': {
    reason: 'bad-response',
    part: 'head',
    meaning:
      'The response does not begin with `HTTP/1.0` or `HTTP/1.1` and a status of three digits, or it is a 1xx of HTTP/1.0.',
    setting: '',
  },
  'bad-header': {
    reason: 'bad-response',
    part: 'head',
    meaning:
      'A field line is malformed: a bad name, a space before the colon, a control character, a folded line or a bare CR.',
    setting: '',
  },
  'bad-length': {
    reason: 'bad-response',
    part: 'head',
    meaning: '`Content-Length` is not a decimal number, or the response has more than one.',
    setting: '',
  },
  'bad-coding': {
    reason: 'bad-response',
    part: 'head',
    meaning: '`Transfer-Encoding` is not exactly `chunked`, once.',
    setting: '',
  },
  'length-and-chunked': {
    reason: 'bad-response',
    part: 'head',
    meaning: 'The response has both `Content-Length` and `Transfer-Encoding`.',
    setting: '',
  },
  'head-too-large': {
    reason: 'bad-response',
    part: 'head',
    meaning: 'The response head is too long.',
    setting: 'MAX_RESPONSE_HEAD',
  },
  'too-many-headers': {
    reason: 'bad-response',
    part: 'head',
    meaning: 'The response head has too many fields.',
    setting: 'MAX_RESPONSE_FIELDS',
  },
  'head-cut': {
    reason: 'bad-response',
    part: 'end',
    meaning:
      'The pod closed the connection before the response head was complete, or between an interim response and the final one.',
    setting: '',
  },
  'bad-chunk': {
    reason: 'bad-response',
    part: 'chunks',
    meaning:
      'The framing of a chunked body is wrong: a bad size, a chunk longer than its size, or a bad extension.',
    setting: '',
  },
  'chunk-overhead': {
    reason: 'bad-response',
    part: 'chunks',
    meaning: 'The chunk extensions and padding of one body exceed 16 KiB.',
    setting: '',
  },
  'bad-trailers': {
    reason: 'bad-response',
    part: 'chunks',
    meaning: 'The trailer section is malformed, contains framing fields, or exceeds 8 KiB or 64 fields.',
    setting: '',
  },
  'switch-not-requested': {
    reason: 'bad-upgrade-response',
    part: 'switch',
    meaning: 'The pod answered 101 to a request that did not ask for another protocol.',
    setting: '',
  },
  'other-protocol': {
    reason: 'bad-upgrade-response',
    part: 'switch',
    meaning: '`Upgrade` in the 101 does not name the protocol that the request asked for.',
    setting: '',
  },
  'no-websocket-accept': {
    reason: 'bad-upgrade-response',
    part: 'switch',
    meaning: 'The 101 to a WebSocket request has no `Sec-WebSocket-Accept`.',
    setting: '',
  },
  'wrong-websocket-accept': {
    reason: 'bad-upgrade-response',
    part: 'switch',
    meaning:
      '`Sec-WebSocket-Accept` in the 101 does not match the key that podway sent for an HTTP/2 client.',
    setting: '',
  },
  'not-switched': {
    reason: 'bad-upgrade-response',
    part: 'switch',
    meaning:
      'The pod answered 2xx to the WebSocket handshake of an HTTP/2 client, which would interpret it as a switch (RFC 8441 section 5).',
    setting: '',
  },
  'too-many-interim-responses': {
    reason: 'too-many-interim-responses',
    part: 'interim',
    meaning: 'The pod sent too many 1xx responses before the final one.',
    setting: 'MAX_INTERIM_RESPONSES',
  },
} as const satisfies Readonly<Record<string, ResponseRuleRow>>;

export type ResponseRule = keyof typeof RESPONSE_RULES;

/** The rules about one part of a response. */
export type RuleOf<Part extends ResponseRuleRow['part']> = {
  [R in ResponseRule]: (typeof RESPONSE_RULES)[R]['part'] extends Part ? R : never;
}[ResponseRule];
