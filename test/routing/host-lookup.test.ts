import assert from 'node:assert/strict';
import { test } from 'node:test';
import { requestHost } from '../../src/wiring/host.ts';
import { aPod } from '../wiring/objects.ts';
import { Cluster } from '../inventory/cluster.ts';
import { testTitle } from '../fixtures/test-title.ts';

function check(row: string, hosts: string, lookups: Readonly<Record<string, string | undefined>>): void {
  test(testTitle(row, `hosts ${hosts}`), () => {
    const { table } = new Cluster().list([aPod({ hosts, paths: '80:/' })]);
    for (const [value, host] of Object.entries(lookups)) {
      const name = requestHost(value) ?? 'malformed';
      assert.equal(table.host(name)?.get('/')?.host, host, value);
      assert.equal(table.hosts(name)[0], host, value);
    }
  });
}

const STRANGERS = ['xt.local', 't.local.evil', 't.localx', 'evil-t.local', 'local', 'a.t.local', ''];
check('PC-24', 't.local', {
  't.local': 't.local',
  ...Object.fromEntries(STRANGERS.map((it) => [it, undefined])),
});
check('PC-26', 'a.com', { ['__proto__']: undefined, constructor: undefined, hasOwnProperty: undefined });
check('PC-26', 'constructor', { constructor: 'constructor', toString: undefined });
check('wildcards: exact first, then the longest', '*.b.com *.a.b.com x.a.b.com', {
  'x.a.b.com': 'x.a.b.com',
  'y.a.b.com': '*.a.b.com',
  'z.y.a.b.com': '*.a.b.com',
  'a.b.com': '*.b.com',
  'x.b.com': '*.b.com',
  'b.com': undefined,
  'xb.com': undefined,
  'b.com.evil': undefined,
});
check('IPv6', '[::1]', { '[0:0::1]:80': '[::1]', '[::2]': undefined });

test('hundreds of hosts in any case (PC-25)', () => {
  const cluster = new Cluster().list(
    Array.from({ length: 300 }, (_, i) =>
      aPod({ name: `p${i}`, hosts: `Host-${i}.Example.COM`, paths: '80:/' }),
    ),
  );
  for (let i = 0; i < 300; i++) {
    const value = `hOST-${i}.eXAMPLE.com:8080`;
    assert.equal(cluster.table.host(requestHost(value) ?? '')?.get('/')?.host, `host-${i}.example.com`);
  }
});

test('two spellings of a host on two pods are one host (R19)', () => {
  const { table } = new Cluster().list([
    aPod({ name: 'a', hosts: 'Test.COM', paths: '80:/x' }),
    aPod({ name: 'b', hosts: 'test.com', paths: '80:/y' }),
  ]);
  assert.equal(table.host('test.com')?.size, 2);
});

test('a table without pods has no hosts (T1)', () => {
  assert.equal(new Cluster().list([]).table.host('t.local'), undefined);
});
