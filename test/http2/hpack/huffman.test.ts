import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { huffmanCodes } from '../../../src/http2/hpack/huffman-code.ts';
import { decodeHuffman, huffmanRoom } from '../../../src/http2/hpack/huffman-decoder.ts';
import { reducedCount } from '../../fixtures/wide.ts';
import { bitsToOctets, encodeHuffman, HUFFMAN_TABLE } from './huffman-table.ts';

const EOS = HUFFMAN_TABLE[256]!;

/** The decoded octets; undefined for an error. The code lies between other octets, which the decoder must not read. */
function decode(coded: Buffer): Buffer | undefined {
  const buf = Buffer.concat([Buffer.of(0x55), coded, Buffer.of(0xaa)]);
  const into = Buffer.alloc(huffmanRoom(coded.length));
  const length = decodeHuffman(buf, 1, buf.length - 1, into);
  assert.ok(length < into.length);
  return length < 0 ? undefined : into.subarray(0, length);
}

test('the canonical code is the table of RFC 7541', () => {
  const codes = huffmanCodes();
  assert.equal(codes.length, 257);
  for (const { symbol, code, bits } of codes)
    assert.equal(code.toString(2).padStart(bits, '0'), HUFFMAN_TABLE[symbol], `symbol ${symbol}`);
});

test('every octet decodes, alone and before and after every other', () => {
  for (let first = 0; first < 256; first++) {
    assert.deepEqual(decode(encodeHuffman([first])), Buffer.of(first));
    for (let second = 0; second < 256; second++) {
      const octets = [first, second, first];
      assert.deepEqual(decode(encodeHuffman(octets)), Buffer.from(octets), `${first} ${second}`);
    }
  }
});

test('any octets decode', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), (octets) => {
      assert.deepEqual(decode(encodeHuffman(octets)), Buffer.from(octets));
    }),
    { numRuns: reducedCount(1000), seed: 1 },
  );
});

test('any bits decode as the table of the RFC says, or are an error', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 12 }), fc.nat({ max: 12 }), (octets, ones) => {
      const coded = Buffer.concat([octets, Buffer.alloc(ones, 0xff)]);
      assert.deepEqual(decode(coded), decodeByDigits(coded));
    }),
    { numRuns: reducedCount(5000), seed: 1 },
  );
});

/** A slow decoder that searches the table of the RFC. */
function decodeByDigits(coded: Buffer): Buffer | undefined {
  let digits = Array.from(coded, (octet) => octet.toString(2).padStart(8, '0')).join('');
  const octets: number[] = [];
  for (;;) {
    const symbol = HUFFMAN_TABLE.findIndex((code) => digits.startsWith(code));
    if (symbol < 0) return /^1{0,7}$/.test(digits) ? Buffer.from(octets) : undefined;
    if (symbol === 256) return undefined;
    octets.push(symbol);
    digits = digits.slice(HUFFMAN_TABLE[symbol]!.length);
  }
}

interface Row {
  readonly name: string;
  readonly bits: string;
  /** The decoded text; undefined for an error. */
  readonly text?: string;
}

const A = HUFFMAN_TABLE['a'.charCodeAt(0)]!;
const AMPERSAND = HUFFMAN_TABLE['&'.charCodeAt(0)]!;

const ROWS: readonly Row[] = [
  { name: 'no bits', bits: '', text: '' },
  { name: 'no padding', bits: AMPERSAND, text: '&' },
  { name: 'three bits of padding', bits: `${A}111`, text: 'a' },
  { name: 'seven bits of padding', bits: `${A.repeat(5)}1111111`, text: 'aaaaa' },
  { name: 'eight bits of padding', bits: `${AMPERSAND}${'1'.repeat(8)}` },
  { name: 'eleven bits of padding', bits: `${A}111${'1'.repeat(8)}` },
  { name: 'an octet of padding alone', bits: '1'.repeat(8) },
  { name: 'three octets of padding alone', bits: '1'.repeat(24) },
  { name: 'padding of zeros', bits: `${A}000` },
  { name: 'padding that ends with a zero', bits: `${A}110` },
  { name: 'padding that starts with a zero', bits: `${A}011` },
  { name: 'EOS', bits: `${EOS}11` },
  { name: 'EOS after a character', bits: `${AMPERSAND}${EOS}11` },
  { name: 'EOS before a character', bits: `${EOS}${A}11111` },
  {
    name: 'a code of 30 bits and no padding after another',
    bits: `${A}${HUFFMAN_TABLE[10]}${A}`,
    text: 'a\na',
  },
  { name: 'a code of 30 bits cut after 24', bits: HUFFMAN_TABLE[10]!.slice(0, 24) },
];

for (const { name, bits, text } of ROWS) {
  test(`${name}: ${text === undefined ? 'an error' : 'right'}`, () => {
    assert.equal(bits.length % 8, 0);
    assert.equal(decode(bitsToOctets(bits))?.toString('latin1'), text);
  });
}
