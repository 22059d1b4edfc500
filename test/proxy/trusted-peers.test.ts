import assert from 'node:assert/strict';
import { test } from 'node:test';
import { TrustedPeers } from '../../src/proxy/downstream/trusted-peers.ts';

const LIST = ['192.0.2.1', '10.0.0.0/8', '2001:db8::1', 'fd00::/8'];

for (const { address, list = LIST, trusted } of [
  { address: '192.0.2.1', trusted: true },
  { address: '192.0.2.2', trusted: false },
  { address: '10.255.255.255', trusted: true },
  { address: '11.0.0.0', trusted: false },
  { address: '2001:db8::1', trusted: true },
  { address: '2001:db8::2', trusted: false },
  { address: 'fdff::1', trusted: true },
  { address: 'fe80::1', trusted: false },
  { address: '::1', list: ['0.0.0.0/0'], trusted: false },
  // The families are separate, although the kernel can represent every IPv4 address as an IPv6 address.
  { address: '127.0.0.1', list: ['::/0'], trusted: false },
  { address: '127.0.0.1', list: ['::ffff:127.0.0.0/104'], trusted: true },
  { address: '128.0.0.1', list: ['::ffff:127.0.0.0/104'], trusted: false },
  { address: '127.0.0.1', list: ['::FFFF:7f00:1'], trusted: true },
  { address: '127.0.0.1', list: ['::ffff:0:0/96'], trusted: true },
  { address: '127.0.0.1', list: ['::ffff:0:0/95'], trusted: false },
  { address: '2001:db8::7', list: ['::/0'], trusted: true },
  { address: '127.0.0.1', list: [], trusted: false },
]) {
  test(`${address} is ${trusted ? 'trusted' : 'not trusted'} by [${list.join(', ')}]`, () => {
    assert.equal(new TrustedPeers(list).has(address), trusted);
  });
}
