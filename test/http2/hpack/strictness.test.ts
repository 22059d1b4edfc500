import assert from 'node:assert/strict';
import { test } from 'node:test';
import { HpackDecoder } from '../../../src/http2/hpack/decoder.ts';
import { decodeBlock, fieldsOf, octets, tableOf, UNLIMITED } from './blocks.ts';

interface Row {
  readonly name: string;
  /** Blocks in hexadecimal digits. All except the last one must be valid. */
  readonly blocks: readonly string[];
  /** The fields of the last block; undefined for an error. */
  readonly fields?: string;
  /** The dynamic table after the last block. */
  readonly table?: string;
  readonly tableSize?: number;
}

function check({ name, blocks, fields, table, tableSize }: Row): void {
  test(`${name}: ${fields === undefined ? 'an error' : 'right'}`, () => {
    const decoder = new HpackDecoder(UNLIMITED, tableSize);
    for (const block of blocks.slice(0, -1)) assert.ok(decodeBlock(decoder, octets(block)) !== undefined);
    const last = decodeBlock(decoder, octets(blocks.at(-1) ?? ''));
    assert.deepEqual(last, fields === undefined ? undefined : fieldsOf(fields));
    if (table !== undefined) assert.deepEqual(tableOf(decoder), fieldsOf(table));
  });
}

/** A literal with indexing: `a: b`. */
const ENTRY = '40 01 61 01 62';
const OTHER = '40 01 63 01 64';
/** Updates of the table size. */
const TO_0 = '20';
const TO_30 = '3e';
const TO_40 = '3f 09';
const TO_4096 = '3f e1 1f';
const TO_4097 = '3f e2 1f';

const INDICES: readonly Row[] = [
  { name: 'an empty block', blocks: [''], fields: '' },
  { name: 'index 0', blocks: ['80'] },
  { name: 'the last index of the static table', blocks: ['bd'], fields: 'www-authenticate: ' },
  { name: 'an index above it, with an empty dynamic table', blocks: ['be'] },
  { name: 'the only entry', blocks: [ENTRY, 'be'], fields: 'a: b' },
  { name: 'an entry in the block that makes it', blocks: [`${ENTRY} be`], fields: 'a: b\na: b' },
  { name: 'an index after the only entry', blocks: [ENTRY, 'bf'] },
  { name: 'a much larger index', blocks: [ENTRY, 'ff ff ff ff 07'] },
  { name: 'a name with an index above the table, for an entry', blocks: ['7f 00 01 62'] },
  { name: 'a name with an index above the table, for a literal', blocks: ['0f 2f 01 62'] },
  { name: 'a name with an index above the table, never indexed', blocks: ['1f 2f 01 62'] },
  { name: 'a name of the dynamic table', blocks: [ENTRY, '0f 2f 01 63'], fields: 'a: c' },
  { name: 'never indexed, with a name of the dynamic table', blocks: [ENTRY, '1f 2f 01 63'], fields: 'a: c' },
];

const INTEGERS: readonly Row[] = [
  { name: 'an index without its other octets', blocks: ['ff'] },
  { name: 'an index without its last octet', blocks: ['ff 80'] },
  {
    name: 'a number with zeros at its end, five octets long',
    blocks: [`${ENTRY} 1f af 80 80 80 00 01 63`],
    fields: 'a: b\na: c',
  },
  {
    name: 'a number with zeros at its end, six octets long',
    blocks: [`${ENTRY} 1f af 80 80 80 80 00 01 63`],
  },
  { name: 'an index of 2^32 and 2, which is not 2', blocks: ['ff 83 ff ff ff 0f'] },
  { name: 'an index of 2^35', blocks: ['ff ff ff ff ff 7f'] },
  { name: 'a length of 2^32 and 1, which is not 1', blocks: ['04 7f 82 ff ff ff 0f 62'] },
  { name: 'a number without an end', blocks: [`ff ${'ff '.repeat(40)}`] },
];

const STRINGS: readonly Row[] = [
  { name: 'a field without a value', blocks: ['04'] },
  { name: 'an entry without a name', blocks: ['40'] },
  { name: 'a name and no value', blocks: ['40 01 61'] },
  { name: 'a value that ends early', blocks: ['04 03 61 62'] },
  { name: 'a name that ends early', blocks: ['00 03 61 62'] },
  { name: 'a length without its other octets', blocks: ['04 7f'] },
  { name: 'an empty value', blocks: ['04 00'], fields: ':path: ' },
  { name: 'an empty value, Huffman coded', blocks: ['04 80'], fields: ':path: ' },
  { name: 'octets above 127', blocks: ['04 02 e9 ff'], fields: ':path: \xe9\xff' },
  { name: 'a Huffman code that ends early', blocks: ['04 82 1f'] },
  { name: 'a Huffman code with eight bits of padding', blocks: ['04 82 f8 ff'] },
  { name: 'a Huffman code with padding of zeros', blocks: ['04 81 18'] },
  { name: 'EOS in a Huffman code', blocks: ['04 84 ff ff ff ff'] },
  { name: 'a valid Huffman code', blocks: ['04 81 1f'], fields: ':path: a' },
];

const SIZES: readonly Row[] = [
  { name: 'a block of one update', blocks: [TO_0], fields: '' },
  { name: 'an update before fields', blocks: [`${TO_30} 82`], fields: ':method: GET' },
  { name: 'two updates', blocks: [`${TO_0} ${TO_4096} 82`], fields: ':method: GET' },
  { name: 'three updates', blocks: [`${TO_0} ${TO_30} ${TO_4096} 82`] },
  { name: 'an update after a field', blocks: [`82 ${TO_0}`] },
  { name: 'an update between fields', blocks: [`82 ${TO_0} 82`] },
  { name: 'an update to the allowed size', blocks: [TO_4096], fields: '' },
  { name: 'an update above the allowed size', blocks: [TO_4097] },
  {
    name: 'an update above the initial size, within the allowed size',
    blocks: [TO_4097],
    tableSize: 5000,
    fields: '',
  },
  { name: 'an update without its other octets', blocks: ['3f'] },
  { name: 'an update of 2^32 and 30', blocks: ['3f ff ff ff ff 0f'] },
  { name: 'an update to 0 removes all entries', blocks: [ENTRY, `${TO_0} be`] },
  { name: 'an update to 0 and back removes all entries', blocks: [ENTRY, `${TO_0} ${TO_4096} be`] },
  {
    name: 'an update to the size of one entry keeps the newest',
    blocks: [ENTRY, OTHER, TO_40],
    fields: '',
    table: 'c: d',
  },
  {
    name: 'an update to the same size keeps all entries',
    blocks: [ENTRY, `${TO_4096} be`],
    fields: 'a: b',
    table: 'a: b',
  },
  {
    name: 'an entry larger than the table',
    blocks: [ENTRY, `${TO_40} 40 01 61 08 ${'62'.repeat(8)}`],
    fields: 'a: bbbbbbbb',
    table: '',
  },
  {
    name: 'an entry as large as the table',
    blocks: [ENTRY, `${TO_40} 40 01 61 07 ${'62'.repeat(7)}`],
    fields: 'a: bbbbbbb',
    table: 'a: bbbbbbb',
  },
  {
    name: 'a reference to the name of the entry that it evicts',
    blocks: [`${TO_40} ${ENTRY} 7e 01 63`],
    fields: 'a: b\na: c',
    table: 'a: c',
  },
];

for (const row of [...INDICES, ...INTEGERS, ...STRINGS, ...SIZES]) check(row);

test('every block cut at any octet is an error or a shorter list', () => {
  const block = octets(`${TO_0} ${TO_4096} 82 ${ENTRY} 0f 2f 01 63 04 81 1f 1f 2f 83 1f 1f 1f be`);
  for (let end = 0; end <= block.length; end++) {
    const all = decodeBlock(new HpackDecoder(UNLIMITED), block)!;
    const cut = decodeBlock(new HpackDecoder(UNLIMITED), block.subarray(0, end));
    if (cut !== undefined) assert.deepEqual(cut, all.slice(0, cut.length), `cut at ${end}`);
  }
});
