/** Header compression: indices, numbers and strings (RFC 7541 sections 2.3.3 and 5). */
import { type ConformanceRow, rowsOf, type ShortRow } from '../../fixtures/http2/conformance.ts';
import { block, ECHO, echo, FAILS, kept, NEWEST, valued } from '../../fixtures/http2/echo-blocks.ts';
import { encodeNumber, huffmanCodes } from '../../fixtures/http2/hpack.ts';
import { coded, huffman, indexed, literal, text } from '../../fixtures/http2/hpack-forms.ts';

/** A field whose name and value are in Huffman code. */
const inHuffman = (name: string, value: string) =>
  Buffer.concat([Buffer.of(0), coded(huffman(name)), coded(huffman(value))]);
/** All octets that a field value may contain, except the space. */
const VISIBLE = Buffer.from(
  Array.from({ length: 256 }, (_, octet) => octet).filter((it) => it > 0x20 && it !== 0x7f),
).toString('latin1');

const INDICES: readonly ShortRow[] = [
  ['7541 6.1: the index 0', [echo(1, indexed(0))], FAILS],
  ['7541 2.3.3: an index above the tables', [echo(1, indexed(NEWEST))], FAILS],
  ['7541 2.3.3: an index far above the tables', [echo(1, indexed(2 ** 31))], FAILS],
  ['7541 2.3.3: a name above the tables, with indexing', [echo(1, kept(NEWEST, '1'))], FAILS],
  ['7541 2.3.3: a name above the tables, without indexing', [echo(1, literal('plain', NEWEST, '1'))], FAILS],
  ['7541 2.3.3: a name above the tables, never indexed', [echo(1, literal('never', NEWEST, '1'))], FAILS],
  [
    '7541 2.3.3: an index one above the newest block',
    [echo(1, kept('t-a', '1')), echo(3, indexed(NEWEST + 1))],
    FAILS,
  ],
];

const NUMBERS: readonly ShortRow[] = [
  ['7541 5.1: an index of 2^35', [echo(1, Buffer.of(0xff, 0x81, 0xff, 0xff, 0xff, 0x7f))], FAILS],
  ['7541 5.1: an index of 2^70', [echo(1, Buffer.concat([Buffer.alloc(11, 0xff), Buffer.of(1)]))], FAILS],
  [
    '7541 5.1: a length slightly above 2^32',
    [echo(1, valued(Buffer.concat([Buffer.of(0x7f, 0x84, 0xff, 0xff, 0xff, 0x0f), Buffer.from('xx')])))],
    FAILS,
  ],
  [
    '7541 5.1: a length slightly above 2^64',
    [
      echo(
        1,
        valued(
          Buffer.concat([
            Buffer.of(0x7f, 0x82, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01),
            Buffer.from('x'),
          ]),
        ),
      ),
    ],
    FAILS,
  ],
  [
    '7541 5.1: a table size slightly above 2^64',
    [block(1, Buffer.of(0x3f, 0x82, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01), ...ECHO)],
    FAILS,
  ],
  ['7541 5.1: a number that the block cuts off', [echo(1, Buffer.of(0xff, 0xff))], FAILS],
  [
    '7541 5.1: a number of 2,000 octets',
    [echo(1, Buffer.concat([Buffer.of(0xff), Buffer.alloc(2_000, 0x80), Buffer.of(0)]))],
    FAILS,
  ],
  ['7541 5.1: a number without its further octets', [echo(1, Buffer.of(0x7f))], FAILS],
];

const STRINGS: readonly ShortRow[] = [
  [
    '7541 5.2: a value longer than its block',
    [echo(1, Buffer.concat([Buffer.of(0), text('t-a'), encodeNumber(5, 7), Buffer.from('1234')]))],
    FAILS,
  ],
  [
    '7541 5.2: a name longer than its block',
    [echo(1, Buffer.concat([Buffer.of(0), encodeNumber(5, 7), Buffer.from('t-a')]))],
    FAILS,
  ],
  ['7541 5.2: a name without a value', [echo(1, Buffer.concat([Buffer.of(0), text('t-a')]))], FAILS],
  ['7541 5.2: a literal without a name', [echo(1, Buffer.of(0))], FAILS],
  ['7541 5.2: an index of a name without a value', [echo(1, Buffer.of(0x41))], FAILS],
  ['7541 5.2: Huffman code', [echo(1, inHuffman('t-a', 'x-1'))], ['1: 200 t-a=x-1']],
  [
    '7541 5.2: Huffman code in a literal with indexing',
    [
      echo(
        1,
        literal('kept', 't-a', 'y'),
        Buffer.concat([Buffer.of(0x40), coded(huffman('t-b')), coded(huffman('zz'))]),
        indexed(NEWEST),
      ),
    ],
    ['1: 200 t-a=y t-b=zz t-b=zz'],
  ],
  ['7541 B: Huffman code of every octet', [echo(1, inHuffman('t-a', VISIBLE))], [`1: 200 t-a=${VISIBLE}`]],
  ['7541 5.2: an empty string in Huffman code', [echo(1, valued(coded(Buffer.alloc(0))))], ['1: 200 t-a=']],
  ['7541 5.2: padding of seven bits', [echo(1, inHuffman('t-a', '?i'))], ['1: 200 t-a=?i']],
  [
    '7541 5.2: padding of eight bits',
    [echo(1, valued(coded(Buffer.concat([huffman('&'), Buffer.of(0xff)]))))],
    FAILS,
  ],
  ['7541 5.2: only padding, of eight bits', [echo(1, valued(coded(Buffer.of(0xff))))], FAILS],
  ['7541 5.2: padding of zeros', [echo(1, valued(coded(huffman('0', '0000000'))))], FAILS],
  ['7541 5.2: padding whose last bit is zero', [echo(1, valued(coded(huffman('0', '110'))))], FAILS],
  ['7541 5.2: EOS', [echo(1, valued(coded(huffman('', `${huffmanCodes()[256]}11`))))], FAILS],
  [
    '7541 5.2: EOS among letters',
    [echo(1, valued(coded(huffman('', `00011${huffmanCodes()[256]}0001111111`.slice(0, 40)))))],
    FAILS,
  ],
  [
    '7541 5.2: Huffman code cut within a letter',
    [echo(1, valued(coded(huffman('\x01').subarray(0, 2))))],
    FAILS,
  ],
  [
    '7541 5.2: Huffman code of a name that is malformed',
    [echo(1, Buffer.concat([Buffer.of(0), coded(huffman('T-A')), text('1')]))],
    ['1: protocolError'],
  ],
];

export const STRING_ROWS: readonly ConformanceRow[] = rowsOf([...INDICES, ...NUMBERS, ...STRINGS]);
