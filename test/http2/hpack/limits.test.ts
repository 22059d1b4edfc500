import assert from 'node:assert/strict';
import { test } from 'node:test';
import { HpackDecoder } from '../../../src/http2/hpack/decoder.ts';
import { decodeBlock, fieldsOf, octets, tableOf, UNLIMITED } from './blocks.ts';

/** A literal with indexing: `a: b`. Its size as an entry is 34 octets. */
const ENTRY = '40 01 61 01 62';

interface Row {
  readonly name: string;
  readonly size?: number;
  readonly count?: number;
  readonly block: string;
  readonly fields: string;
  readonly exceeded: boolean;
  readonly table?: string;
}

const ROWS: readonly Row[] = [
  {
    name: 'as many fields as allowed',
    count: 2,
    block: '82 84',
    fields: ':method: GET\n:path: /',
    exceeded: false,
  },
  { name: 'one field more', count: 2, block: '82 84 87', fields: ':method: GET\n:path: /', exceeded: true },
  {
    name: 'fields as large as allowed',
    size: 68,
    block: `${ENTRY} be`,
    fields: 'a: b\na: b',
    exceeded: false,
    table: 'a: b',
  },
  {
    name: 'fields larger by an octet',
    size: 67,
    block: `${ENTRY} be`,
    fields: 'a: b',
    exceeded: true,
    table: 'a: b',
  },
  {
    name: 'entries after the limit are in the table, fields are not kept',
    size: 34,
    block: `${ENTRY} 40 01 63 01 64 bf`,
    fields: 'a: b',
    exceeded: true,
    table: 'c: d\na: b',
  },
  {
    name: 'a field that would fit after one that did not',
    size: 70,
    block: `${ENTRY} 04 0a ${'2f'.repeat(10)} be`,
    fields: 'a: b',
    exceeded: true,
    table: 'a: b',
  },
  { name: 'no field at all', count: 0, block: '82', fields: '', exceeded: true },
];

for (const { name, size = 1e6, count = 1e6, block, fields, exceeded, table = '' } of ROWS) {
  test(`${name}: ${exceeded ? 'exceeded' : 'all'}`, () => {
    const decoder = new HpackDecoder({ size, fields: count });
    assert.deepEqual(decodeBlock(decoder, octets(block)), fieldsOf(fields));
    assert.equal(decoder.exceeded, exceeded);
    const whole = new HpackDecoder(UNLIMITED);
    decodeBlock(whole, octets(block));
    assert.deepEqual(tableOf(whole), fieldsOf(table));
    if (count > 0 && size > 33) assert.deepEqual(tableOf(decoder), fieldsOf(table));
  });
}

for (const wrong of ['80', 'bf', '04 83 1f', '04 81 18', '20', '00 01', '7f 00 01 62']) {
  test(`${wrong} is an error after the limit, too`, () => {
    const decoder = new HpackDecoder({ size: 34, fields: 100 });
    assert.equal(decodeBlock(decoder, octets(`${ENTRY} be ${wrong}`)), undefined);
  });
}

test('after a block above the limits, the next block is decoded from its start', () => {
  const decoder = new HpackDecoder({ size: 60, fields: 100 });
  decodeBlock(decoder, octets(`${ENTRY} be be be`));
  assert.equal(decoder.exceeded, true);
  assert.deepEqual(decodeBlock(decoder, octets('be')), ['a', 'b']);
  assert.equal(decoder.exceeded, false);
});

test('references to a large entry keep one string and stop at the limit', () => {
  const decoder = new HpackDecoder({ size: 65536, fields: 1000 });
  const value = Buffer.alloc(4000, 0x62);
  decodeBlock(decoder, Buffer.concat([octets('40 01 61 7f a1 1e'), value]));
  assert.equal(decoder.fields[1]?.length, 4000);
  decodeBlock(decoder, Buffer.alloc(65536, 0xbe));
  assert.equal(decoder.exceeded, true);
  assert.equal(decoder.fields.length / 2, Math.floor(65536 / 4033));
});

test('each block has its own array', () => {
  const decoder = new HpackDecoder(UNLIMITED);
  const first = decodeBlock(decoder, octets('82'));
  decodeBlock(decoder, octets('84'));
  assert.deepEqual(first, [':method', 'GET']);
});

test('decoded strings do not change when their buffer is overwritten', () => {
  const decoder = new HpackDecoder(UNLIMITED);
  const buf = octets(`${ENTRY} 00 01 63 01 64 04 81 1f`);
  assert.ok(decoder.decode(buf, 0, buf.length));
  const { fields } = decoder;
  buf.fill(0);
  assert.deepEqual(fields, ['a', 'b', 'c', 'd', ':path', 'a']);
  assert.deepEqual(tableOf(decoder), ['a', 'b']);
});
