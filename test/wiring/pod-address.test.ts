import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PodAddresses, type PodAddressRules } from '../../src/wiring/pod-address.ts';
import { aPod } from './objects.ts';

const OWN = { addresses: ['10.0.0.7', 'fd00::7'], ports: [8080, 9090] };
const RULES: PodAddressRules = { cluster: true, hostNetwork: true, own: OWN };

/** The reason why a port of a pod at this address is rejected, or `allowed`. */
function check(address: string, expected: string, more: Partial<PodAddressRules> & { port?: number } = {}) {
  const { port = 80, ...rules } = more;
  test(`${address} port ${port} ${JSON.stringify(rules)}: ${expected}`, () => {
    const pod = { ...aPod({}), ip: address, hostNetwork: 'hostNetwork' in rules };
    const { allowed, rejected } = new PodAddresses({ ...RULES, ...rules }).judge(pod, port);
    if (expected === 'allowed') assert.deepEqual([allowed, rejected], [[address], []]);
    else assert.deepEqual([allowed, rejected], [[], [{ address, reason: expected }]]);
  });
}

const NO_POD = [
  '127.0.0.1',
  '127.255.255.254',
  '0.0.0.0',
  '0.1.2.3',
  '169.254.169.254',
  '169.254.0.1',
  '224.0.0.1',
  '239.255.255.255',
  '255.255.255.255',
  '::1',
  '0:0:0:0:0:0:0:1',
  '::',
  '::127.0.0.1',
  'fe80::1',
  'febf::1',
  'ff02::1',
  '::ffff:127.0.0.1',
  '::ffff:7f00:1',
  '::FFFF:169.254.169.254',
  '::ffff:0.0.0.0',
  '::ffff:224.0.0.1',
];
for (const address of NO_POD) {
  check(address, 'address-of-no-pod');
  check(address, 'allowed', { cluster: false });
}
for (const address of [
  '10.1.2.3',
  '172.16.0.1',
  '192.0.2.1',
  '240.0.0.1',
  '100.64.0.1',
  'fd00::1',
  '2001:db8::1',
  'fec0::1',
])
  check(address, 'allowed');
check('::ffff:10.1.2.3', 'allowed');

for (const address of ['10.0.0.7', 'fd00::7', 'fd00:0:0::7', '::ffff:10.0.0.7', '::ffff:a00:7']) {
  check(address, 'address-of-podway', { port: 8080 });
  check(address, 'address-of-podway', { port: 9090 });
  check(address, 'allowed', { port: 80 });
  check(address, 'allowed', { port: 8080, cluster: false });
}
check('10.0.0.8', 'allowed', { port: 8080 });

check('10.0.0.7', 'allowed', { hostNetwork: true });
check('10.0.0.9', 'host-network', { hostNetwork: false });
check('10.0.0.9', 'host-network', { hostNetwork: false, cluster: false });

test('a refused address is left out, and the other one is used', () => {
  const addresses = new PodAddresses(RULES);
  const pod = aPod({});
  const judged = (ip: string, secondIp: string) => addresses.judge({ ...pod, ip, secondIp }, 80);
  assert.deepEqual(judged('10.0.0.1', '::1').allowed, ['10.0.0.1']);
  assert.deepEqual(judged('127.0.0.1', 'fd00::1'), {
    allowed: ['fd00::1'],
    rejected: [{ address: '127.0.0.1', reason: 'address-of-no-pod' }],
  });
});
