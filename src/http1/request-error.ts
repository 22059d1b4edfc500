/** Why a request head is refused, in one word for log, metric and answer. */
export type HeadReason =
  | 'bad-request-line'
  | 'bad-target'
  | 'bad-version'
  | 'bad-header'
  | 'bad-length'
  | 'bad-coding'
  | 'length-and-chunked'
  | 'no-host'
  | 'two-hosts'
  | 'line-too-long'
  | 'head-too-large'
  | 'too-many-headers'
  | 'https-target'
  | 'unknown-coding'
  | 'unknown-version';

/** `status` is the answer's; the connection cannot go on after it. */
export interface HeadError {
  readonly status: 400 | 414 | 421 | 431 | 501 | 505;
  readonly reason: HeadReason;
}

/** Every error there is: one object each, so that refusing a flood of them allocates nothing. */
export const HEAD_ERROR: { readonly [R in HeadReason]: HeadError & { readonly reason: R } } = {
  'bad-request-line': { status: 400, reason: 'bad-request-line' },
  'bad-target': { status: 400, reason: 'bad-target' },
  'bad-version': { status: 400, reason: 'bad-version' },
  'bad-header': { status: 400, reason: 'bad-header' },
  'bad-length': { status: 400, reason: 'bad-length' },
  'bad-coding': { status: 400, reason: 'bad-coding' },
  'length-and-chunked': { status: 400, reason: 'length-and-chunked' },
  'no-host': { status: 400, reason: 'no-host' },
  'two-hosts': { status: 400, reason: 'two-hosts' },
  'line-too-long': { status: 414, reason: 'line-too-long' },
  'head-too-large': { status: 431, reason: 'head-too-large' },
  'too-many-headers': { status: 431, reason: 'too-many-headers' },
  'https-target': { status: 421, reason: 'https-target' },
  'unknown-coding': { status: 501, reason: 'unknown-coding' },
  'unknown-version': { status: 505, reason: 'unknown-version' },
};
