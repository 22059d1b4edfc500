import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  MAX_HEADER_BYTES,
  type ProxyHeader,
  readProxyHeader,
} from '../../src/proxy/downstream/proxy-protocol/header.ts';
import { proxyV2, tcp4, tcp6, tlv } from '../fixtures/proxy-header.ts';

interface HeaderCase {
  readonly name: string;
  readonly bytes: string | Buffer;
  /** The client's address. `itself`: the sender is the client. `wrong`: not a valid header. */
  readonly source: string;
}

const V6 = '20010db8000000000000000000000abc';

const CASES: readonly HeaderCase[] = [
  { name: 'version 1, IPv4', bytes: 'PROXY TCP4 203.0.113.7 192.0.2.1 56324 443\r\n', source: '203.0.113.7' },
  { name: 'version 1, IPv6', bytes: 'PROXY TCP6 2001:DB8:0::abc ::1 1 0\r\n', source: '2001:db8::abc' },
  {
    name: 'version 1, IPv4 in IPv6',
    bytes: 'PROXY TCP6 ::ffff:203.0.113.7 ::1 1 2\r\n',
    source: '203.0.113.7',
  },
  {
    name: 'version 1, the longest line',
    bytes: `PROXY UNKNOWN ffff:f...f:ffff ${'f'.repeat(74)}\r\n`,
    source: 'itself',
  },
  { name: 'version 1, unknown', bytes: 'PROXY UNKNOWN\r\n', source: 'itself' },
  { name: 'version 1, unknown with addresses', bytes: 'PROXY UNKNOWN ::1 ::1 1 1\r\n', source: 'itself' },
  { name: 'version 1, 108 bytes', bytes: `PROXY UNKNOWN ${'f'.repeat(92)}\r\n`, source: 'wrong' },
  { name: 'version 1, no end in 107 bytes', bytes: `PROXY UNKNOWN ${'f'.repeat(93)}`, source: 'wrong' },
  { name: 'version 1, another family', bytes: 'PROXY UDP4 203.0.113.7 192.0.2.1 1 2\r\n', source: 'wrong' },
  { name: 'version 1, unknown, misspelt', bytes: 'PROXY UNKNOWNS\r\n', source: 'wrong' },
  { name: 'version 1, in lower case', bytes: 'proxy tcp4 203.0.113.7 192.0.2.1 1 2\r\n', source: 'wrong' },
  {
    name: 'version 1, port of 65536',
    bytes: 'PROXY TCP4 203.0.113.7 192.0.2.1 65536 1\r\n',
    source: 'wrong',
  },
  {
    name: 'version 1, port with a zero',
    bytes: 'PROXY TCP4 203.0.113.7 192.0.2.1 01 1\r\n',
    source: 'wrong',
  },
  { name: 'version 1, negative port', bytes: 'PROXY TCP4 203.0.113.7 192.0.2.1 -1 1\r\n', source: 'wrong' },
  { name: 'version 1, one port', bytes: 'PROXY TCP4 203.0.113.7 192.0.2.1 1\r\n', source: 'wrong' },
  { name: 'version 1, three ports', bytes: 'PROXY TCP4 203.0.113.7 192.0.2.1 1 2 3\r\n', source: 'wrong' },
  { name: 'version 1, two spaces', bytes: 'PROXY TCP4  203.0.113.7 192.0.2.1 1 2\r\n', source: 'wrong' },
  {
    name: 'version 1, address with a zero',
    bytes: 'PROXY TCP4 203.0.113.07 192.0.2.1 1 2\r\n',
    source: 'wrong',
  },
  { name: 'version 1, IPv6 named IPv4', bytes: 'PROXY TCP4 ::ffff:203.0.113.7 ::1 1 2\r\n', source: 'wrong' },
  { name: 'version 1, IPv4 named IPv6', bytes: 'PROXY TCP6 203.0.113.7 192.0.2.1 1 2\r\n', source: 'wrong' },
  { name: 'version 1, address with a zone', bytes: 'PROXY TCP6 fe80::1%eth0 ::1 1 2\r\n', source: 'wrong' },
  { name: 'version 1, LF alone', bytes: 'PROXY TCP4 203.0.113.7 192.0.2.1 1 2\n', source: 'wrong' },
  { name: 'version 1, no family', bytes: 'PROXY \r\n', source: 'wrong' },
  { name: 'version 2, IPv4', bytes: proxyV2(tcp4('203.0.113.7')), source: '203.0.113.7' },
  { name: 'version 2, IPv6', bytes: proxyV2(tcp6(V6), { family: 0x21 }), source: '2001:db8::abc' },
  {
    name: 'version 2, IPv4 in IPv6',
    bytes: proxyV2(tcp6('00000000000000000000ffffcb007107'), { family: 0x21 }),
    source: '203.0.113.7',
  },
  {
    name: 'version 2, TLVs and a checksum',
    bytes: proxyV2(Buffer.concat([tcp4('203.0.113.7'), tlv(0x20, 4_000), tlv(0x03, 4)])),
    source: '203.0.113.7',
  },
  {
    name: 'version 2, LOCAL',
    bytes: proxyV2(Buffer.alloc(0), { command: 0x20, family: 0 }),
    source: 'itself',
  },
  {
    name: 'version 2, LOCAL with an address',
    bytes: proxyV2(tcp4('203.0.113.7'), { command: 0x20 }),
    source: 'itself',
  },
  {
    name: 'version 2, LOCAL without its address',
    bytes: proxyV2(Buffer.alloc(0), { command: 0x20 }),
    source: 'itself',
  },
  { name: 'version 2, unspecified', bytes: proxyV2(tlv(4, 9), { family: 0 }), source: 'itself' },
  { name: 'version 2, UDP', bytes: proxyV2(tcp4('203.0.113.7'), { family: 0x12 }), source: 'itself' },
  { name: 'version 2, a Unix socket', bytes: proxyV2(Buffer.alloc(216), { family: 0x31 }), source: 'itself' },
  { name: 'version 2, too short for its family', bytes: proxyV2(Buffer.alloc(11)), source: 'wrong' },
  {
    name: 'version 2, IPv4 named IPv6',
    bytes: proxyV2(tcp4('203.0.113.7'), { family: 0x21 }),
    source: 'wrong',
  },
  {
    name: 'version 2, unknown family',
    bytes: proxyV2(tcp4('203.0.113.7'), { family: 0x41 }),
    source: 'wrong',
  },
  {
    name: 'version 2, unknown transport',
    bytes: proxyV2(tcp4('203.0.113.7'), { family: 0x13 }),
    source: 'wrong',
  },
  {
    name: 'version 2, unknown command',
    bytes: proxyV2(tcp4('203.0.113.7'), { command: 0x22 }),
    source: 'wrong',
  },
  { name: 'version 3', bytes: proxyV2(tcp4('203.0.113.7'), { command: 0x31 }), source: 'wrong' },
  { name: 'version 2, 4,097 bytes', bytes: proxyV2(Buffer.alloc(4_097)), source: 'wrong' },
  {
    name: 'version 2, announced 65,535 bytes',
    bytes: proxyV2(Buffer.alloc(0), { length: 65_535 }),
    source: 'wrong',
  },
  { name: 'a request', bytes: 'GET / HTTP/1.1\r\nHost: a\r\n\r\n', source: 'wrong' },
  { name: 'a ClientHello', bytes: Buffer.from('1603010200', 'hex'), source: 'wrong' },
  { name: 'an HTTP/2 preface', bytes: 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', source: 'wrong' },
];

for (const one of CASES) test(`${one.name} (PP-01, PP-03)`, () => check(one));

/** Checks that each prefix is incomplete until the header is complete or wrong, and that later bytes do not change the result. */
function check({ bytes, source }: HeaderCase): void {
  const header = Buffer.from(bytes);
  const all = Buffer.concat([header, Buffer.from('GET / HTTP/1.1\r\n')]);
  let read: ProxyHeader = { type: 'part' };
  let size = 0;
  while (read.type === 'part' && size < all.length) read = readProxyHeader(all.subarray(0, ++size));
  if (source === 'wrong') {
    assert.equal(read.type, 'wrong');
    assert.ok(size <= header.length);
  } else {
    const expected = {
      type: 'whole',
      length: header.length,
      source: source === 'itself' ? undefined : source,
    };
    assert.deepEqual(read, expected);
    assert.equal(size, header.length);
  }
  assert.deepEqual(readProxyHeader(all), read);
}

test('any bytes give a result without an exception, at the length of the longest header at the latest', () => {
  const anything = fc.oneof(
    fc.uint8Array({ minLength: 1, maxLength: 200 }).map((it) => Buffer.from(it)),
    fc.uint8Array({ maxLength: 300 }).map((it) => proxyV2(Buffer.from(it))),
    fc.string({ unit: 'binary-ascii', maxLength: 120 }).map((it) => Buffer.from(`PROXY ${it}`)),
  );
  fc.assert(
    fc.property(anything, (bytes) => {
      readProxyHeader(bytes);
      assert.notEqual(
        readProxyHeader(Buffer.concat([bytes, Buffer.alloc(MAX_HEADER_BYTES, 0x20)])).type,
        'part',
      );
    }),
  );
});
