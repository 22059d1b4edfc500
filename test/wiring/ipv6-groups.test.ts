import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ipv6Groups } from '../../src/wiring/ipv6-groups.ts';

const ROWS = [
  ['::', '0 0 0 0 0 0 0 0'],
  ['::1', '0 0 0 0 0 0 0 1'],
  ['2001:db8::', '2001 db8 0 0 0 0 0 0'],
  ['2001:db8::1:2', '2001 db8 0 0 0 0 1 2'],
  ['1:2:3:4:5:6:7:8', '1 2 3 4 5 6 7 8'],
  ['2001:0DB8::00aB:0000', '2001 db8 0 0 0 0 ab 0'],
  ['fe80::1%eth0', 'fe80 0 0 0 0 0 0 1'],
  ['::ffff:192.0.2.33', '0 0 0 0 0 ffff c000 221'],
  ['64:ff9b::10.0.0.1', '64 ff9b 0 0 0 0 a00 1'],
] as const;

for (const [address, groups] of ROWS) {
  test(`the groups of ${address}`, () => assert.equal(ipv6Groups(address).join(' '), groups));
}
