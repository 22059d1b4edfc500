import { test } from 'node:test';
import { checkRequest, type Expected } from './check-request.ts';

const OK_LENGTH: Expected = { framing: 'length', contentLength: 5 };
const CHUNKED: Expected = { framing: 'chunked', contentLength: 0 };

/** hazards: SM. Field lines behind `Host`, on POST and HTTP/1.1. */
const CASES: readonly (readonly [string, string, Expected])[] = [
  ['none', '', { framing: 'none', contentLength: 0 }],
  ['length', 'Content-Length: 5\r\n', OK_LENGTH],
  ['chunked', 'Transfer-Encoding: chunked\r\n', CHUNKED],
  ['chunked in capitals', 'TRANSFER-ENCODING: CHUNKED\r\n', CHUNKED],
  [
    'SM-01 length, then chunked',
    'Content-Length: 6\r\nTransfer-Encoding: chunked\r\n',
    '400 length-and-chunked',
  ],
  [
    'SM-02 chunked, then length',
    'Transfer-Encoding: chunked\r\nContent-Length: 6\r\n',
    '400 length-and-chunked',
  ],
  ['SM-04 two equal lengths', 'Content-Length: 5\r\nContent-Length: 5\r\n', '400 bad-length'],
  ['SM-04 list of equal lengths', 'Content-Length: 5, 5\r\n', '400 bad-length'],
  ['SM-04 list of lengths', 'Content-Length: 5,6\r\n', '400 bad-length'],
  ...['+5', '-5', '0x5', '5.0', '5e0', '5Z', '1_0', '"5"', '0 5', '5 0', '\x805', '\xb2'].map(
    (value) => [`SM-05 ${value}`, `Content-Length: ${value}\r\n`, '400 bad-length'] as const,
  ),
  ['SM-06 empty', 'Content-Length:\r\n', '400 bad-length'],
  ['SM-06 empty, then 5', 'Content-Length:\r\nContent-Length: 5\r\n', '400 bad-length'],
  ['SM-06 tabs', 'Content-Length:\t5\t\r\n', OK_LENGTH],
  ['SM-07 leading zeros', 'Content-Length: 00000000005\r\n', OK_LENGTH],
  ['SM-07 17 digits', 'Content-Length: 00000000000000005\r\n', '400 bad-length'],
  ['SM-08 largest', 'Content-Length: 9007199254740991\r\n', { contentLength: 9_007_199_254_740_991 }],
  ['SM-08 one more', 'Content-Length: 9007199254740992\r\n', '400 bad-length'],
  ['SM-08 2^53+1', 'Content-Length: 9007199254740993\r\n', '400 bad-length'],
  ['SM-08 2^64+1', 'Content-Length: 18446744073709551617\r\n', '400 bad-length'],
  ['SM-12 gzip, chunked', 'Transfer-Encoding: gzip, chunked\r\n', '501 unknown-coding'],
  ['SM-12 deflate,chunked', 'Transfer-Encoding: deflate,chunked\r\n', '501 unknown-coding'],
  [
    'tab behind chunked, which llhttp takes for another coding',
    'Transfer-Encoding: chunked \t\r\n',
    '501 unknown-coding',
  ],
  ['space behind chunked', 'Transfer-Encoding:\tchunked  \r\n', CHUNKED],
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
  ['SM-14 chunked twice', 'Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n', '400 bad-coding'],
  [
    'SM-15 identity, then chunked',
    'Transfer-Encoding: identity\r\nTransfer-Encoding: chunked\r\n',
    '400 bad-coding',
  ],
  ['SM-16 ,chunked', 'Transfer-Encoding: ,chunked\r\n', '400 bad-coding'],
  ['SM-16 chunked,', 'Transfer-Encoding: chunked,\r\n', '400 bad-coding'],
  ['SM-17 empty coding and length', 'Transfer-Encoding:\r\nContent-Length: 5\r\n', '400 length-and-chunked'],
  ['SM-17 empty coding', 'Transfer-Encoding:\r\n', '400 bad-coding'],
  ['SM-19 space before the colon', 'Transfer-Encoding : chunked\r\n', '400 bad-header'],
  ['SM-19 space first', ' Transfer-Encoding: chunked\r\n', '400 bad-header'],
  ['SM-19 CR in the name', 'Transfer\r-Encoding: chunked\r\n', '400 bad-header'],
  ['SM-19 CRLF in the name', 'Transfer-\r\nEncoding: chunked\r\n', '400 bad-header'],
  ['SM-19 8-bit in the name', 'Transf\x82r-Encoding: chunked\r\n', '400 bad-header'],
  ['SM-19 space in the name', 'Transfer Encoding: chunked\r\n', '400 bad-header'],
  ['SM-20 escaped name', 'Transfer-%45ncoding: chunked\r\n', { framing: 'none' }],
  ['SM-20 backslash in the name', 'Transfer\\Encoding: chunked\r\n', '400 bad-header'],
  ['SM-20 underscore', 'Transfer_Encoding: chunked\r\n', { framing: 'none' }],
  ['SM-20 another name', 'Content-Encoding: chunked\r\n', { framing: 'none' }],
  ['SM-21 LF hides a line', 'X: X\nTransfer-Encoding: chunked\r\n', '400 bad-header'],
  ['SM-21 CR hides a line', 'X: X\rTransfer-Encoding: chunked\r\n', '400 bad-header'],
  ['SM-21 CRLF CR', 'X: a\r\n\rTransfer-Encoding: chunked\r\n', '400 bad-header'],
];

for (const [name, lines, expected] of CASES) {
  test(name, () => checkRequest(`POST / HTTP/1.1\r\nHost: t.local\r\n${lines}\r\n`, expected));
}

test('Transfer-Encoding on HTTP/1.0', () => {
  checkRequest('POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n', '400 bad-coding');
  checkRequest('POST / HTTP/1.0\r\nTransfer-Encoding: gzip\r\n\r\n', '400 bad-coding');
});
