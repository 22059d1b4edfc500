import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ChunkedDecoder } from '../../src/http1/chunked-decoder.ts';
import { everyByte } from './read-request.ts';

type Outcome =
  | { readonly data: string; readonly rest: string; readonly trailers: string }
  | 'more'
  | 'refused';

/** Feeds `text` split after each of `cuts`. Every piece is at another place of its buffer. */
function decode(text: string, cuts: readonly number[], reading: 'strict' | 'lenient' = 'strict'): Outcome {
  const decoder = new ChunkedDecoder(reading);
  let data = '';
  let fed = 0;
  for (const cut of [...cuts, text.length]) {
    if (cut === fed && cut !== 0) continue;
    const start = cut % 4;
    const bytes = Buffer.from(`${'@'.repeat(start)}${text.slice(fed, cut)}@@@`, 'latin1');
    const end = bytes.length - 3;
    const size = decoder.decode(bytes, start, end);
    if (size < 0) return 'refused';
    data += bytes.toString('latin1', decoder.dataStart, decoder.dataStart + size);
    assert.equal(
      bytes.toString('latin1', 0, start) + bytes.toString('latin1', end),
      `${'@'.repeat(start)}@@@`,
    );
    if (decoder.done) {
      const rest = bytes.toString('latin1', decoder.consumed, end) + text.slice(cut);
      return { data, rest, trailers: decoder.trailers };
    }
    assert.equal(decoder.consumed, end);
    fed = cut;
  }
  return 'more';
}

function check(text: string, expected: Outcome, reading: 'strict' | 'lenient' = 'strict'): void {
  const name = JSON.stringify(text.slice(0, 200));
  assert.deepEqual(decode(text, [], reading), expected, name);
  assert.deepEqual(decode(text, everyByte(text), reading), expected, `byte by byte ${name}`);
  if (text.length > 2_000) return;
  for (let cut = 1; cut < text.length; cut++) {
    assert.deepEqual(decode(text, [cut], reading), expected, `cut at ${cut} ${name}`);
  }
}

const abc = (trailers = '', rest = ''): Outcome => ({ data: 'abc', rest, trailers });

/** Rows of the hazards SM-23 to SM-31. */
const CASES: readonly (readonly [string, string, Outcome])[] = [
  ['one chunk', '3\r\nabc\r\n0\r\n\r\n', abc()],
  ['several chunks', '1\r\na\r\n1\r\nb\r\n1\r\nc\r\n0\r\n\r\n', abc()],
  ['no data', '0\r\n\r\n', { data: '', rest: '', trailers: '' }],
  [
    'hexadecimal',
    `0A\r\n0123456789\r\nb\r\n0123456789A\r\n000\r\n\r\n`,
    { data: '01234567890123456789A', rest: '', trailers: '' },
  ],
  [
    'bytes after the body are not touched',
    '3\r\nabc\r\n0\r\n\r\nGET / HTTP/1.1\r\n',
    abc('', 'GET / HTTP/1.1\r\n'),
  ],
  [
    'data that looks like framing',
    '7\r\n\r\n0\r\n\r\n\r\n0\r\n\r\n',
    { data: '\r\n0\r\n\r\n', rest: '', trailers: '' },
  ],
  ...[
    '0x3',
    '+3',
    '-3',
    '0_3',
    '3 ',
    ' 3',
    '',
    'Z',
    '10000000000000003',
    '20000000000000',
    '3\t',
    '\x003',
    '3,3',
    '3.',
  ].map(
    (size) => [`size ${JSON.stringify(size)} (SM-23)`, `${size}\r\nabc\r\n0\r\n\r\n`, 'refused'] as const,
  ),
  ['largest size (SM-23)', '1fffffffffffff\r\nabc', 'more'],
  ['16 digits (SM-24)', '0000000000000003\r\nabc\r\n0\r\n\r\n', abc()],
  ['17 digits (SM-24)', '00000000000000003\r\nabc\r\n0\r\n\r\n', 'refused'],
  ['extension (SM-25)', '3;a=b\r\nabc\r\n0\r\n\r\n', abc()],
  ['quoted extension (SM-25)', '3;a="x;\\"\\\\\r\n"\r\nabc\r\n0\r\n\r\n', 'refused'],
  ['quoted extension with a semicolon (SM-25)', '3;a="x;y\t \\"\xe9"\r\nabc\r\n0;z\r\n\r\n', abc()],
  ['several extensions (SM-25)', '3;a;b=c;d="e";f\r\nabc\r\n0\r\n\r\n', abc()],
  ['blank before the extension (SM-25)', '3 ;a\r\nabc\r\n0\r\n\r\n', 'refused'],
  ['blank in the extension', '3;a = b\r\nabc\r\n0\r\n\r\n', 'refused'],
  ['empty extension', '3;\r\nabc\r\n0\r\n\r\n', 'refused'],
  ['extension without a value', '3;a=\r\nabc\r\n0\r\n\r\n', 'refused'],
  ['a token after the quotes', '3;a="b"c\r\nabc\r\n0\r\n\r\n', 'refused'],
  ['LF in the extension (SM-26)', '3;a\nX\r\nabc\r\n0\r\n\r\n', 'refused'],
  ['CR in the extension (SM-26)', '3;a\rX\r\nabc\r\n0\r\n\r\n', 'refused'],
  ['CR CR (SM-26)', '5\r\r;ABCD', 'refused'],
  ['CR CR again (SM-26)', '2\r\r;a', 'refused'],
  ['control in the quotes', '3;a="\x01"\r\nabc\r\n0\r\n\r\n', 'refused'],
  ['extension of 20 KB (SM-27)', `3;${'a'.repeat(20_000)}\r\nabc\r\n0\r\n\r\n`, 'refused'],
  ['many small extensions (SM-27)', `${'1;a\r\nx\r\n'.repeat(10_000)}0\r\n\r\n`, 'refused'],
  ['LF only (SM-28)', '3\nabc\n0\n\n', 'refused'],
  ['LF after the data (SM-28)', '3\r\nabc\n0\r\n\r\n', 'refused'],
  ['data too long (SM-28)', '3\r\nabcXX0\r\n\r\n', 'refused'],
  ['data too short (SM-28)', '3\r\nab\r\n0\r\n\r\n', 'refused'],
  ['last chunk without its end (SM-28)', '3\r\nabc\r\n0\r\nX', 'more'],
  ['bare CR at the end', '3\r\nabc\r\n0\r\n\rX', 'refused'],
  ['cut (SM-31)', '3\r\nabc\r\n0\r\n', 'more'],
  ['trailers (UF-29)', '3\r\nabc\r\n0\r\nX-T:v\r\nx-u:  w \r\n\r\nrest', abc('X-T: v\r\nx-u: w\r\n', 'rest')],
  [
    'trailers that would have a meaning in a head',
    '3\r\nabc\r\n0\r\nHost: evil\r\nX-Accel-Redirect: /\r\nSet-Cookie: a\r\nX_Forwarded_For: 1\r\nX-T: v\r\n\r\n',
    abc('X-T: v\r\n'),
  ],
  ['length in the trailers', '3\r\nabc\r\n0\r\nContent-Length: 5\r\n\r\n', 'refused'],
  ['coding in the trailers', '3\r\nabc\r\n0\r\nA: b\r\ntransfer-encoding: chunked\r\n\r\n', 'refused'],
  ['folded trailer', '3\r\nabc\r\n0\r\nA: b\r\n c\r\n\r\n', 'refused'],
  ['bad trailer', '3\r\nabc\r\n0\r\nA b\r\n\r\n', 'refused'],
  ['LF-only trailer', '3\r\nabc\r\n0\r\nA: b\n\r\n', 'refused'],
  ['trailer too large', `3\r\nabc\r\n0\r\nA: ${'b'.repeat(9_000)}\r\n\r\n`, 'refused'],
  ['endless trailer', `3\r\nabc\r\n0\r\nA: ${'b'.repeat(9_000)}`, 'refused'],
  ['too many trailers', `3\r\nabc\r\n0\r\n${'A: b\r\n'.repeat(65)}\r\n`, 'refused'],
];

for (const [name, text, expected] of CASES) test(name, () => check(text, expected));

/** Forms that are refused from clients and accepted from pods. */
const LENIENT: readonly (readonly [string, string, Outcome])[] = [
  ['LF only', '3\nabc\n0\n\n', abc()],
  ['LF here and there', '1\na\r\n2\r\nbc\n0\r\n\n', abc()],
  ['LF, and bytes after it', '3\nabc\n0\n\nHTTP/1.1', abc('', 'HTTP/1.1')],
  ['LF after extensions', '3;a\nabc\n0;b="c"\n\n', abc()],
  ['LF in trailers', '3\r\nabc\r\n0\r\nX-T:v\nx-u:  w \n\nrest', abc('X-T: v\r\nx-u: w\r\n', 'rest')],
  ['LF as the end of trailers', '3\r\nabc\r\n0\r\nX-T:v\r\n\nrest', abc('X-T: v\r\n', 'rest')],
  ['blanks after', '3 \t \r\nabc\r\n0 \r\n\r\n', abc()],
  ['blanks before', ' 3\r\nabc\r\n\t0\r\n\r\n', abc()],
  ['blanks around extensions', '3 ; a = b ; c\t\r\nabc\r\n0 ;d \n\r\n', abc()],
  ['17 zeros', `${'0'.repeat(17)}3\r\nabc\r\n0\r\n\r\n`, abc()],
  ['10,000 zeros', `${'0'.repeat(10_000)}3\r\nabc\r\n${'0'.repeat(5_000)}\r\n\r\n`, abc()],
];

for (const [name, text, expected] of LENIENT) {
  test(`from pods only: ${name}`, () => {
    check(text, expected, 'lenient');
    check(text, 'refused');
    const decoder = new ChunkedDecoder('lenient');
    const bytes = Buffer.from(text, 'latin1');
    decoder.decode(bytes, 0, bytes.length);
    assert.ok(decoder.loose);
  });
}

const SEVEN_ZEROS = '0'.repeat(7);
const NOT_EVEN: readonly (readonly [string, string])[] = [
  ['0x', '0x3\r\nabc\r\n0\r\n\r\n'],
  ['a blank within the size', '1 0\r\nabc\r\n0\r\n\r\n'],
  ['no size', ' \r\nabc\r\n0\r\n\r\n'],
  ['an empty line', '\n3\r\nabc\r\n0\r\n\r\n'],
  ['bare CR', '3\rabc\r0\r\r'],
  ['bare CR after the data', '3\r\nabc\r0\r\n\r\n'],
  ['CR CR LF', '3\r\r\nabc\r\n0\r\n\r\n'],
  ['a comma', '3,3\r\nabc\r\n0\r\n\r\n'],
  ['too large', `1${SEVEN_ZEROS}${SEVEN_ZEROS}${SEVEN_ZEROS}\r\nabc`],
  ['too large, as a safe integer', '20000000000000\r\nabc'],
  ['20,000 zeros', '0'.repeat(20_000)],
  ['20,000 blanks', ' '.repeat(20_000)],
  ['20,000 blanks after a size', `3${' '.repeat(20_000)}`],
  ['LF within quotes', '3;a="b\nc"\r\nabc\r\n0\r\n\r\n'],
  ['LF after half an extension', '3;\nabc\r\n0\r\n\r\n'],
  ['data too long', '3\nabcd\n0\n\n'],
  ['length in the trailers', '3\nabc\n0\nContent-Length: 5\n\n'],
];

for (const [name, text] of NOT_EVEN)
  test(`not even from pods: ${name}`, () => check(text, 'refused', 'lenient'));

test('a correct body is read in the same way, and is not marked as loose', () => {
  for (const [, text, expected] of CASES) {
    if (expected === 'refused') continue;
    check(text, expected, 'lenient');
    const decoder = new ChunkedDecoder('lenient');
    const bytes = Buffer.from(text, 'latin1');
    decoder.decode(bytes, 0, bytes.length);
    assert.equal(decoder.loose, false, text);
  }
});

test('a read with data of one chunk is not moved', () => {
  const decoder = new ChunkedDecoder();
  const bytes = Buffer.from('6\r\nabcdef\r\n');
  assert.equal(decoder.decode(bytes, 0, 6), 3);
  assert.equal(decoder.dataStart, 3);
  assert.equal(decoder.decode(bytes, 6, 11), 3);
  assert.equal(decoder.dataStart, 6);
  assert.equal(bytes.toString(), '6\r\nabcdef\r\n');
});
