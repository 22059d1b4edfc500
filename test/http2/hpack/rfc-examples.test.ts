/** The examples of RFC 7541 appendix C. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BlockReader } from '../../../src/http2/hpack/block-reader.ts';
import { HpackDecoder } from '../../../src/http2/hpack/decoder.ts';
import { HpackEncoder } from '../../../src/http2/hpack/encoder.ts';
import { integerOctets } from '../../../src/http2/hpack/octets.ts';
import { decodeBlock, fieldsOf, octets, tableOf, UNLIMITED } from './blocks.ts';

/** The examples of section C.1. */
const INTEGERS: readonly (readonly [value: number, bits: number, hex: string])[] = [
  [10, 5, '0a'],
  [1337, 5, '1f9a0a'],
  [42, 8, '2a'],
];

for (const [value, bits, hex] of INTEGERS) {
  test(`C.1: ${value} with a prefix of ${bits} bits`, () => {
    assert.equal(Buffer.from(integerOctets({ first: 0, bits }, value), 'latin1').toString('hex'), hex);
    const reader = new BlockReader();
    reader.open(octets(hex), 0, hex.length / 2);
    assert.equal(reader.integer(2 ** bits - 1), value);
    assert.equal(reader.at, reader.end);
  });
}

interface Example {
  readonly hex: string;
  readonly fields: string;
  /** The dynamic table after the block, newest entry first. */
  readonly table: string;
  /** Whether podway's encoder writes the same block. It uses no Huffman code and indexes other fields than the RFC's examples. */
  readonly isOurs?: boolean;
}

interface Section {
  readonly name: string;
  readonly tableSize?: number;
  readonly examples: readonly Example[];
}

const AUTHORITY = ':authority: www.example.com';
const NO_CACHE = 'cache-control: no-cache';
const CUSTOM = 'custom-key: custom-value';
const FIRST_REQUEST = `:method: GET\n:scheme: http\n:path: /\n${AUTHORITY}`;
const SECOND_REQUEST = `${FIRST_REQUEST}\n${NO_CACHE}`;
const THIRD_REQUEST = `:method: GET\n:scheme: https\n:path: /index.html\n${AUTHORITY}\n${CUSTOM}`;

const DATE_21 = 'date: Mon, 21 Oct 2013 20:13:21 GMT';
const DATE_22 = 'date: Mon, 21 Oct 2013 20:13:22 GMT';
const PRIVATE = 'cache-control: private';
const LOCATION = 'location: https://www.example.com';
const GZIP = 'content-encoding: gzip';
const COOKIE = 'set-cookie: foo=ASDJKHQKBZXOQWEOPIUAXQWEOIU; max-age=3600; version=1';
const FIRST_RESPONSE = `:status: 302\n${PRIVATE}\n${DATE_21}\n${LOCATION}`;
const SECOND_RESPONSE = `:status: 307\n${PRIVATE}\n${DATE_21}\n${LOCATION}`;
const THIRD_RESPONSE = `:status: 200\n${PRIVATE}\n${DATE_22}\n${LOCATION}\n${GZIP}\n${COOKIE}`;
const FIRST_TABLE = `${LOCATION}\n${DATE_21}\n${PRIVATE}\n:status: 302`;
const SECOND_TABLE = `:status: 307\n${LOCATION}\n${DATE_21}\n${PRIVATE}`;
const THIRD_TABLE = `${COOKIE}\n${GZIP}\n${DATE_22}`;

const SECTIONS: readonly Section[] = [
  {
    name: 'C.2.1: literal with indexing',
    examples: [
      {
        hex: '400a 6375 7374 6f6d 2d6b 6579 0d63 7573 746f 6d2d 6865 6164 6572',
        fields: 'custom-key: custom-header',
        table: 'custom-key: custom-header',
      },
    ],
  },
  {
    name: 'C.2.2: literal without indexing',
    examples: [
      {
        hex: '040c 2f73 616d 706c 652f 7061 7468',
        fields: ':path: /sample/path',
        table: '',
        isOurs: true,
      },
    ],
  },
  {
    name: 'C.2.3: literal never indexed',
    examples: [{ hex: '1008 7061 7373 776f 7264 0673 6563 7265 74', fields: 'password: secret', table: '' }],
  },
  {
    name: 'C.2.4: indexed',
    examples: [{ hex: '82', fields: ':method: GET', table: '', isOurs: true }],
  },
  {
    name: 'C.3: requests without Huffman code',
    examples: [
      {
        hex: '8286 8441 0f77 7777 2e65 7861 6d70 6c65 2e63 6f6d',
        fields: FIRST_REQUEST,
        table: AUTHORITY,
        isOurs: true,
      },
      {
        hex: '8286 84be 5808 6e6f 2d63 6163 6865',
        fields: SECOND_REQUEST,
        table: `${NO_CACHE}\n${AUTHORITY}`,
        isOurs: true,
      },
      {
        hex: '8287 85bf 400a 6375 7374 6f6d 2d6b 6579 0c63 7573 746f 6d2d 7661 6c75 65',
        fields: THIRD_REQUEST,
        table: `${CUSTOM}\n${NO_CACHE}\n${AUTHORITY}`,
      },
    ],
  },
  {
    name: 'C.4: requests with Huffman code',
    examples: [
      {
        hex: '8286 8441 8cf1 e3c2 e5f2 3a6b a0ab 90f4 ff',
        fields: FIRST_REQUEST,
        table: AUTHORITY,
      },
      {
        hex: '8286 84be 5886 a8eb 1064 9cbf',
        fields: SECOND_REQUEST,
        table: `${NO_CACHE}\n${AUTHORITY}`,
      },
      {
        hex: '8287 85bf 4088 25a8 49e9 5ba9 7d7f 8925 a849 e95b b8e8 b4bf',
        fields: THIRD_REQUEST,
        table: `${CUSTOM}\n${NO_CACHE}\n${AUTHORITY}`,
      },
    ],
  },
  {
    name: 'C.5: responses without Huffman code',
    tableSize: 256,
    examples: [
      {
        hex: `4803 3330 3258 0770 7269 7661 7465 611d 4d6f 6e2c 2032 3120 4f63 7420 3230 3133 2032 303a 3133 3a32
          3120 474d 546e 1768 7474 7073 3a2f 2f77 7777 2e65 7861 6d70 6c65 2e63 6f6d`,
        fields: FIRST_RESPONSE,
        table: FIRST_TABLE,
      },
      { hex: '4803 3330 37c1 c0bf', fields: SECOND_RESPONSE, table: SECOND_TABLE },
      {
        hex: `88c1 611d 4d6f 6e2c 2032 3120 4f63 7420 3230 3133 2032 303a 3133 3a32 3220 474d 54c0 5a04 677a 6970
          7738 666f 6f3d 4153 444a 4b48 514b 425a 584f 5157 454f 5049 5541 5851 5745 4f49 553b 206d 6178 2d61
          6765 3d33 3630 303b 2076 6572 7369 6f6e 3d31`,
        fields: THIRD_RESPONSE,
        table: THIRD_TABLE,
      },
    ],
  },
  {
    name: 'C.6: responses with Huffman code',
    tableSize: 256,
    examples: [
      {
        hex: `4882 6402 5885 aec3 771a 4b61 96d0 7abe 9410 54d4 44a8 2005 9504 0b81 66e0 82a6 2d1b ff6e 919d 29ad
          1718 63c7 8f0b 97c8 e9ae 82ae 43d3`,
        fields: FIRST_RESPONSE,
        table: FIRST_TABLE,
      },
      { hex: '4883 640e ffc1 c0bf', fields: SECOND_RESPONSE, table: SECOND_TABLE },
      {
        hex: `88c1 6196 d07a be94 1054 d444 a820 0595 040b 8166 e084 a62d 1bff c05a 839b d9ab 77ad 94e7 821d d7f2
          e6c7 b335 dfdf cd5b 3960 d5af 2708 7f36 72c1 ab27 0fb5 291f 9587 3160 65c0 03ed 4ee5 b106 3d50 07`,
        fields: THIRD_RESPONSE,
        table: THIRD_TABLE,
      },
    ],
  },
];

for (const { name, tableSize, examples } of SECTIONS) {
  test(`${name}: decoded`, () => {
    const decoder = new HpackDecoder(UNLIMITED);
    if (tableSize !== undefined)
      decodeBlock(decoder, Buffer.from(integerOctets({ first: 0x20, bits: 5 }, tableSize), 'latin1'));
    for (const { hex, fields, table } of examples) {
      assert.deepEqual(decodeBlock(decoder, octets(hex)), fieldsOf(fields));
      assert.deepEqual(tableOf(decoder), fieldsOf(table));
    }
  });

  test(`${name}: encoded`, () => {
    const encoder = new HpackEncoder();
    const decoder = new HpackDecoder(UNLIMITED);
    if (tableSize !== undefined) encoder.resize(tableSize);
    for (const { hex, fields, isOurs } of examples) {
      const block = Buffer.from(encoder.encode(fieldsOf(fields)), 'latin1');
      if (isOurs === true) assert.equal(block.toString('hex'), octets(hex).toString('hex'));
      assert.deepEqual(decodeBlock(decoder, block), fieldsOf(fields));
    }
  });
}
