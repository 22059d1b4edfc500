import { test } from 'node:test';
import { checkRequest, type Expected } from './check-request.ts';

const OK_LENGTH: Expected = { framing: 'length', contentLength: 5 };
const CHUNKED: Expected = { framing: 'chunked', contentLength: 0 };

/** Rows of the hazards SM: field lines after `Host`, for POST and HTTP/1.1. */
const CASES: readonly (readonly [string, string, Expected])[] = [
  ['none', '', { framing: 'none', contentLength: 0 }],
  ['length', 'Content-Length: 5\r\n', OK_LENGTH],
  ['chunked', 'Transfer-Encoding: chunked\r\n', CHUNKED],
  ['chunked in capitals', 'TRANSFER-ENCODING: CHUNKED\r\n', CHUNKED],
  [
    'length, then chunked (SM-01)',
    'Content-Length: 6\r\nTransfer-Encoding: chunked\r\n',
    '400 length-and-chunked',
  ],
  [
    'chunked, then length (SM-02)',
    'Transfer-Encoding: chunked\r\nContent-Length: 6\r\n',
    '400 length-and-chunked',
  ],
  ['two equal lengths (SM-04)', 'Content-Length: 5\r\nContent-Length: 5\r\n', '400 bad-length'],
  ['list of equal lengths (SM-04)', 'Content-Length: 5, 5\r\n', '400 bad-length'],
  ['list of lengths (SM-04)', 'Content-Length: 5,6\r\n', '400 bad-length'],
  ...['+5', '-5', '0x5', '5.0', '5e0', '5Z', '1_0', '"5"', '0 5', '5 0', '\x805', '\xb2'].map(
    (value) => [`${value} (SM-05)`, `Content-Length: ${value}\r\n`, '400 bad-length'] as const,
  ),
  ['empty (SM-06)', 'Content-Length:\r\n', '400 bad-length'],
  ['empty, then 5 (SM-06)', 'Content-Length:\r\nContent-Length: 5\r\n', '400 bad-length'],
  ['tabs (SM-06)', 'Content-Length:\t5\t\r\n', OK_LENGTH],
  ['leading zeros (SM-07)', 'Content-Length: 00000000005\r\n', OK_LENGTH],
  ['17 digits (SM-07)', 'Content-Length: 00000000000000005\r\n', '400 bad-length'],
  ['largest (SM-08)', 'Content-Length: 9007199254740991\r\n', { contentLength: 9_007_199_254_740_991 }],
  ['one more (SM-08)', 'Content-Length: 9007199254740992\r\n', '400 bad-length'],
  ['2^53+1 (SM-08)', 'Content-Length: 9007199254740993\r\n', '400 bad-length'],
  ['2^64+1 (SM-08)', 'Content-Length: 18446744073709551617\r\n', '400 bad-length'],
  ['gzip, chunked (SM-12)', 'Transfer-Encoding: gzip, chunked\r\n', '501 unknown-coding'],
  ['deflate,chunked (SM-12)', 'Transfer-Encoding: deflate,chunked\r\n', '501 unknown-coding'],
  [
    'tab after chunked, which llhttp reads as another coding',
    'Transfer-Encoding: chunked \t\r\n',
    '501 unknown-coding',
  ],
  ['space after chunked', 'Transfer-Encoding:\tchunked  \r\n', CHUNKED],
  ['gzip', 'Transfer-Encoding: gzip\r\n', '501 unknown-coding'],
  ['identity', 'Transfer-Encoding: identity\r\n', '501 unknown-coding'],
  ['xchunked', 'Transfer-Encoding: xchunked\r\n', '501 unknown-coding'],
  ['chunked, gzip', 'Transfer-Encoding: chunked, gzip\r\n', '400 bad-coding'],
  ['chunked, chunked', 'Transfer-Encoding: chunked, chunked\r\n', '400 bad-coding'],
  ['chunked;q=1', 'Transfer-Encoding: chunked;q=1\r\n', '400 bad-coding'],
  ['"chunked"', 'Transfer-Encoding: "chunked"\r\n', '400 bad-coding'],
  ['chunked foo', 'Transfer-Encoding: chunked foo\r\n', '400 bad-coding'],
  ['chunked and 8-bit', 'Transfer-Encoding: chunked\xa0\r\n', '400 bad-coding'],
  ['8-bit and chunked', 'Transfer-Encoding: \x85chunked\r\n', '400 bad-coding'],
  ['vertical tab', 'Transfer-Encoding:\x0bchunked\r\n', '400 bad-header'],
  ['chunked twice (SM-14)', 'Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n', '400 bad-coding'],
  [
    'identity, then chunked (SM-15)',
    'Transfer-Encoding: identity\r\nTransfer-Encoding: chunked\r\n',
    '400 bad-coding',
  ],
  [',chunked (SM-16)', 'Transfer-Encoding: ,chunked\r\n', '400 bad-coding'],
  ['chunked, (SM-16)', 'Transfer-Encoding: chunked,\r\n', '400 bad-coding'],
  [
    'empty coding and length (SM-17)',
    'Transfer-Encoding:\r\nContent-Length: 5\r\n',
    '400 length-and-chunked',
  ],
  ['empty coding (SM-17)', 'Transfer-Encoding:\r\n', '400 bad-coding'],
  ['space before the colon (SM-19)', 'Transfer-Encoding : chunked\r\n', '400 bad-header'],
  ['space first (SM-19)', ' Transfer-Encoding: chunked\r\n', '400 bad-header'],
  ['CR in the name (SM-19)', 'Transfer\r-Encoding: chunked\r\n', '400 bad-header'],
  ['CRLF in the name (SM-19)', 'Transfer-\r\nEncoding: chunked\r\n', '400 bad-header'],
  ['8-bit in the name (SM-19)', 'Transf\x82r-Encoding: chunked\r\n', '400 bad-header'],
  ['space in the name (SM-19)', 'Transfer Encoding: chunked\r\n', '400 bad-header'],
  ['escaped name (SM-20)', 'Transfer-%45ncoding: chunked\r\n', { framing: 'none' }],
  ['backslash in the name (SM-20)', 'Transfer\\Encoding: chunked\r\n', '400 bad-header'],
  ['underscore (SM-20)', 'Transfer_Encoding: chunked\r\n', { framing: 'none' }],
  ['another name (SM-20)', 'Content-Encoding: chunked\r\n', { framing: 'none' }],
  ['LF hides a line (SM-21)', 'X: X\nTransfer-Encoding: chunked\r\n', '400 bad-header'],
  ['CR hides a line (SM-21)', 'X: X\rTransfer-Encoding: chunked\r\n', '400 bad-header'],
  ['CRLF CR (SM-21)', 'X: a\r\n\rTransfer-Encoding: chunked\r\n', '400 bad-header'],
];

for (const [name, lines, expected] of CASES) {
  test(name, () => checkRequest(`POST / HTTP/1.1\r\nHost: t.local\r\n${lines}\r\n`, expected));
}

test('Transfer-Encoding on HTTP/1.0', () => {
  checkRequest('POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n', '400 bad-coding');
  checkRequest('POST / HTTP/1.0\r\nTransfer-Encoding: gzip\r\n\r\n', '400 bad-coding');
});
