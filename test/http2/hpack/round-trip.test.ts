import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { HpackDecoder } from '../../../src/http2/hpack/decoder.ts';
import { HpackEncoder } from '../../../src/http2/hpack/encoder.ts';
import { reducedCount } from '../../fixtures/wide.ts';
import { decodeBlock, entriesIn, octets, UNLIMITED } from './blocks.ts';
import { someFields } from './some-fields.ts';

type Step = { readonly resize: number } | { readonly fields: readonly (readonly [string, string])[] };

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 1, arbitrary: fc.record({ resize: fc.constantFrom(0, 31, 64, 100, 300, 1000, 4096, 65536) }) },
  { weight: 8, arbitrary: fc.record({ fields: someFields }) },
);

function encoded(encoder: HpackEncoder, fields: readonly string[]): Buffer {
  const block = encoder.encode(fields);
  const octets = Buffer.from(block, 'latin1');
  assert.equal(octets.toString('latin1'), block, 'octets only');
  return octets;
}

test('the decoder reads what the encoder writes, through changes of the table size', () => {
  let [blocks, entries] = [0, 0];
  fc.assert(
    fc.property(fc.array(step, { maxLength: 120, size: 'max' }), (steps) => {
      const encoder = new HpackEncoder();
      const decoder = new HpackDecoder(UNLIMITED);
      for (const it of steps) {
        if ('resize' in it) {
          encoder.resize(it.resize);
          continue;
        }
        const fields = it.fields.flat();
        const block = encoded(encoder, fields);
        assert.deepEqual(decodeBlock(decoder, block), fields);
        blocks += 1;
        entries += entriesIn(block);
      }
    }),
    { numRuns: reducedCount(300), seed: 1 },
  );
  assert.ok(entries > blocks, `${entries} entries in ${blocks} blocks`);
});

test('marks of fields that are never indexed survive decoding and encoding, and add no entry', () => {
  const marked = new Set(['x-pin', 'user-agent', ':path', ':status']);
  const fields = [
    ':status',
    '200',
    ':path',
    '/',
    'user-agent',
    'a',
    'server',
    'b',
    'x-pin',
    '1',
    'cookie',
    'c',
  ];
  const encoder = new HpackEncoder();
  const decoder = new HpackDecoder(UNLIMITED);
  for (const entries of [1, 0]) {
    const block = Buffer.from(encoder.encode(fields, marked), 'latin1');
    assert.deepEqual(decodeBlock(decoder, block), fields);
    assert.deepEqual(decoder.neverIndexed, new Set([':status', ':path', 'user-agent', 'x-pin']));
    assert.equal(entriesIn(block), entries);
  }
  assert.equal(entriesIn(encoded(encoder, fields)), 1);
  decodeBlock(decoder, encoded(new HpackEncoder(), fields));
  assert.equal(decoder.neverIndexed, undefined);
});

interface Row {
  readonly name: string;
  readonly resizes?: readonly number[];
  readonly fields: readonly string[];
  /** The fields encoded as the first block, and as the second block. */
  readonly first: string;
  readonly second: string;
}

const ROWS: readonly Row[] = [
  { name: 'a field of the static table', fields: [':status', '404'], first: '8d', second: '8d' },
  { name: 'a value that repeats', fields: ['server', 'a'], first: '76 01 61', second: 'be' },
  {
    name: 'a name that is not in the static table',
    fields: ['te', 'a'],
    first: '40 02 74 65 01 61',
    second: 'be',
  },
  { name: 'an empty value', fields: ['accept', ''], first: '53 00', second: 'be' },
  { name: 'a path', fields: [':path', '/a'], first: '04 02 2f 61', second: '04 02 2f 61' },
  { name: 'a length', fields: ['content-length', '5'], first: '0f 0d 01 35', second: '0f 0d 01 35' },
  {
    name: 'a name that the encoder does not know',
    fields: ['q', 'a'],
    first: '00 01 71 01 61',
    second: '00 01 71 01 61',
  },
  { name: 'a cookie', fields: ['cookie', 'a'], first: '1f 11 01 61', second: '1f 11 01 61' },
  { name: 'credentials', fields: ['authorization', 'a'], first: '1f 08 01 61', second: '1f 08 01 61' },
  {
    name: 'a key',
    fields: ['x-api-key', 'a'],
    first: '10 09 782d6170692d6b6579 01 61',
    second: '10 09 782d6170692d6b6579 01 61',
  },
  {
    name: 'a long value',
    fields: ['server', 'a'.repeat(201)],
    first: `0f 27 7f 4a ${'61'.repeat(201)}`,
    second: `0f 27 7f 4a ${'61'.repeat(201)}`,
  },
  {
    name: 'a table of 0 octets',
    resizes: [0],
    fields: ['server', 'a'],
    first: '20 0f 27 01 61',
    second: '0f 27 01 61',
  },
  {
    name: 'a table of 0 octets, and the initial size again',
    resizes: [0, 4096],
    fields: ['server', 'a'],
    first: '20 3f e1 1f 76 01 61',
    second: 'be',
  },
  {
    name: 'a larger table, which the encoder does not use',
    resizes: [65536],
    fields: ['server', 'a'],
    first: '76 01 61',
    second: 'be',
  },
  {
    name: 'a table as large as the field',
    resizes: [39],
    fields: ['server', 'a'],
    first: '3f 08 76 01 61',
    second: 'be',
  },
  {
    name: 'a table smaller by an octet',
    resizes: [38],
    fields: ['server', 'a'],
    first: '3f 07 0f 27 01 61',
    second: '0f 27 01 61',
  },
  {
    name: 'several sizes, the last one larger',
    resizes: [100, 50, 60],
    fields: [],
    first: '3f 13 3f 1d',
    second: '',
  },
];

for (const { name, resizes = [], fields, first, second } of ROWS) {
  test(`written: ${name}`, () => {
    const encoder = new HpackEncoder();
    for (const size of resizes) encoder.resize(size);
    assert.equal(encoded(encoder, fields).toString('hex'), octets(first).toString('hex'));
    assert.equal(encoded(encoder, fields).toString('hex'), octets(second).toString('hex'));
  });
}

test('a name whose values never repeat evicts other entries only at first', () => {
  const encoder = new HpackEncoder();
  const decoder = new HpackDecoder(UNLIMITED);
  let entries = 0;
  for (let count = 0; count < 1000; count++) {
    const fields = ['x-forwarded-for', `10.0.${count >> 8}.${count & 255}`];
    const block = encoded(encoder, count === 0 ? ['server', 'a', ...fields] : fields);
    assert.deepEqual(decodeBlock(decoder, block)?.slice(-2), fields);
    entries += entriesIn(block);
  }
  assert.ok(entries < 100, `${entries} entries`);
  assert.equal(encoded(encoder, ['server', 'a']).length, 1);
});

test('a value that repeats at once becomes an entry after many values that did not repeat', () => {
  const encoder = new HpackEncoder();
  for (let count = 0; count < 100; count++) encoder.encode(['via', `value ${count}`]);
  encoder.encode(['via', 'again']);
  encoder.encode(['via', 'again']);
  assert.equal(encoded(encoder, ['via', 'again']).length, 1);
});
