import assert from 'node:assert/strict';
import { test } from 'node:test';
import { wirePod } from '../../src/wiring/annotations/wiring.ts';
import { aPod, type PodText } from './objects.ts';
import { INVENTORY_OPTIONS } from '../fixtures/inventory-options.ts';
import { testTitle } from '../fixtures/test-title.ts';

interface Case {
  readonly row: string;
  readonly pod: PodText;
  /** `host path port` of each wiring, in order. */
  readonly wirings: readonly string[];
  /** `reason item` of each rejection, in order. */
  readonly rejections?: readonly string[];
}

function check({ row, pod, wirings, rejections = [] }: Case): void {
  test(testTitle(row, JSON.stringify(pod).slice(0, 100)), () => {
    const wired = wirePod(aPod(pod), INVENTORY_OPTIONS);
    assert.deepEqual(
      wired.wirings.map((it) => `${it.host} ${it.path} ${it.port}`),
      wirings,
    );
    assert.deepEqual(
      wired.rejections.map((it) => `${it.reason} ${it.detail}`),
      rejections,
    );
  });
}

/** A host that is accepted (under its canonical name) or refused with a reason. */
function checkHost(row: string, item: string, expected: { host: string } | { reason: string }): void {
  const accepted = 'host' in expected;
  check({
    row,
    pod: { hosts: `${item} other.com`, paths: '80:/' },
    wirings: [...(accepted ? [`${expected.host} / 80`] : []), 'other.com / 80'],
    rejections: accepted ? [] : [`${expected.reason} ${item}`],
  });
}

function checkPath(
  row: string,
  item: string,
  expected: { path: string; port?: number } | { reason: string },
): void {
  const accepted = 'path' in expected;
  check({
    row,
    pod: { hosts: 'a.com', paths: `${item} 80:/other` },
    wirings: [...(accepted ? [`a.com ${expected.path} ${expected.port ?? 3000}`] : []), 'a.com /other 80'],
    rejections: accepted ? [] : [`${expected.reason} ${item}`],
  });
}

const ALL_FOUR = ['host1 / 80', 'host1 /nodejs 3000', 'host2 / 80', 'host2 /nodejs 3000'];

check({ row: 'R3', pod: { hosts: undefined }, wirings: [] });
check({
  row: 'R4',
  pod: { hosts: 'test.github.com test.', paths: '80:/' },
  wirings: ['test.github.com / 80'],
  rejections: ['host-trailing-dot test.'],
});
check({
  row: 'R6',
  pod: { paths: '81:/', ports: [80] },
  wirings: [],
  rejections: ['port-not-declared 81:/'],
});
check({ row: 'R8', pod: { hosts: 'a', paths: '3000:/' }, wirings: ['a / 3000'] });
check({
  row: 'R9',
  pod: { hosts: 'a', paths: '3000:/ 3001:/admin/' },
  wirings: ['a / 3000', 'a /admin/ 3001'],
});
check({ row: 'R10', pod: { hosts: 'a b', paths: '80:/' }, wirings: ['a / 80', 'b / 80'] });
check({ row: 'R11, R12', pod: { hosts: 'host1 host2', paths: '80:/ 3000:/nodejs' }, wirings: ALL_FOUR });
check({
  row: 'R13',
  pod: { hosts: 'a', paths: 'abc:/x 3000:/ok' },
  wirings: ['a /ok 3000'],
  rejections: ['port-malformed abc:/x'],
});
check({ row: 'R14', pod: { hosts: ' a.com  b.com ', paths: '80:/' }, wirings: ['a.com / 80', 'b.com / 80'] });
check({
  row: 'R15',
  pod: { hosts: 'host1\r\n\thost2\n', paths: '80:/\n3000:/nodejs\n' },
  wirings: ALL_FOUR,
});
check({ row: 'R16', pod: { hosts: '', paths: 'nonsense' }, wirings: [] });
check({ row: 'R16', pod: { hosts: ' \n\t', paths: 'nonsense' }, wirings: [] });
check({ row: 'R27', pod: { hosts: 'a', paths: '443:/' }, wirings: ['a / 443'] });
check({ row: 'R30', pod: { hosts: 'a', paths: '3000:/ 3000:/ 03000:/' }, wirings: ['a / 3000'] });
check({
  row: 'R30',
  pod: { hosts: 'a A', paths: '3000:/ 3001:/' },
  wirings: ['a / 3000', 'a / 3001'],
});
check({
  row: 'no paths',
  pod: { hosts: 'a', paths: undefined },
  wirings: [],
  rejections: ['paths-missing a'],
});

for (const host of ['192.168.0.1', 'a', '1.2', 'xn--bcher-kva.example', '999.1.1.1', 'a--b.c-d']) {
  checkHost('R18', host, { host });
}
checkHost('R19', 'Test.COM', { host: 'test.com' });
checkHost('R20', 'a'.repeat(60), { host: 'a'.repeat(60) });
checkHost('R20', `${'a'.repeat(249)}.com`, { host: `${'a'.repeat(249)}.com` });
checkHost('wildcard', '*.Example.com', { host: '*.example.com' });
checkHost('IPv6', '[::1]', { host: '[::1]' });
checkHost('IPv6', '[2001:DB8:0::1]', { host: '[2001:db8::1]' });

for (const host of [
  'a_b.com',
  '-a.com',
  'a-.com',
  '.a.com',
  '_',
  'a..b',
  '*',
  '*.',
  '*a.com',
  'a.*.com',
  '**.a',
]) {
  checkHost('R17', host, { reason: 'host-malformed' });
}
for (const host of [
  't.local;evil',
  'http://a.com',
  'a/b',
  '[::1',
  '[::1%eth0]',
  '[1.2.3.4]',
  '__proto__',
  '*.[::1]',
]) {
  checkHost('K8-27', host, { reason: 'host-malformed' });
}
for (const host of ['a.com:80', 'a.com:', '[::1]:80', '*.a:1'])
  checkHost('R17', host, { reason: 'host-has-port' });
for (const host of ['a.com.', '*.a.']) checkHost('R17', host, { reason: 'host-trailing-dot' });

for (const port of ['abcdef', '-1', '77777', '0', '65536', '1e3', '0x50', '+3000', '', '99999999999']) {
  checkPath('R5, R26', `${port}:/a`, { reason: 'port-malformed' });
}
checkPath('R26', '03000:/a', { path: '/a' });
for (const path of [
  '/',
  '/a/',
  '/a/b/',
  '/a;b',
  "/-._~!$&'()*+,;=@",
  '/test/%2A/aa/a',
  '/.a',
  '/a..',
  '/...',
]) {
  checkPath('R21, R23, R24', `3000:${path}`, { path });
}
checkPath('R24', '3000:/test/par%2ate', { path: '/test/par%2Ate' });
checkPath('N12', '3000:/%61%2d%7E%2f', { path: '/a-~%2F' });
for (const path of ['//', '/a//b', '//a']) checkPath('R21', `3000:${path}`, { reason: 'path-empty-segment' });
for (const path of ['', 'foo', '@x', '/people/%ZZ', '/a{b', '/a"b', '/a?x', '/a#x', '/a%Z']) {
  checkPath('R7, R21, R22, R23', `3000:${path}`, { reason: 'path-malformed' });
}
for (const path of ['/test/%2a/%', '/test/hello%zzworld', '/{a', '/a\\b', '/a|b']) {
  checkPath('R24', `3000:${path}`, { reason: 'path-malformed' });
}
for (const path of ['/a/../b', '/%2e', '/.', '/..', '/a/.%2E/b', '/..;x/b', '/a%2f..', '/%00', '/%c0%af']) {
  checkPath('K8-26', `3000:${path}`, { reason: 'path-dot-segment' });
}
for (const item of ['=/foo', '~/fo+']) {
  checkPath('R7, R21, R22, R23', `3000:${item}`, { reason: 'host-malformed' });
}
for (const item of ['3000:/a:b', '3000', '/a', '3000::/', '{"port":3000}x:y:z']) {
  checkPath('R25', item, { reason: 'not-port-path' });
}

check({
  row: 'R20',
  pod: { hosts: `${'a'.repeat(250)}.com a.com`, paths: '80:/' },
  wirings: ['a.com / 80'],
  rejections: [`host-too-long ${'a'.repeat(200)}...`],
});
check({
  row: 'a tab separates, so b is an option after the item (R23)',
  pod: { hosts: 'a', paths: '3000:/a\tb 3000:/b\t/c' },
  wirings: ['a /a 3000', 'a /b 3000'],
  rejections: ['option-unknown 3000:/a b', 'not-port-path /c'],
});
check({
  row: 'a no-break space does not separate (K8-26)',
  pod: { hosts: 'a', paths: '80:/a\u00a080:/b 80:/c\u{1f600} 80:/d\0 80:/ok' },
  wirings: ['a /ok 80'],
  rejections: [
    'not-port-path 80:/a\\u00a080:/b',
    'path-malformed 80:/c\\ud83d\\ude00',
    'path-malformed 80:/d\\u0000',
  ],
});
check({
  row: 'text of a configuration file is plain text (K8-27)',
  pod: { hosts: 'bücher.de 80:/x;}\nserver{listen', paths: '80:/x;}\nserver{listen' },
  wirings: [],
  rejections: [
    'host-malformed b\\u00fccher.de',
    'host-malformed 80:/x;}',
    'host-malformed server{listen',
    'path-malformed 80:/x;}',
  ],
});

test('the port check can be switched off (R6)', () => {
  const pod = aPod({ hosts: 'a', paths: '81:/', ports: [] });
  assert.equal(wirePod(pod, { ...INVENTORY_OPTIONS, requireContainerPort: false }).wirings.length, 1);
});

test('only the first routes of a pod that declares too many count, and one rejection reports it (K8-25)', () => {
  const many = (count: number, of: string) => Array.from({ length: count }, (_, i) => `${of}${i}`).join(' ');
  const wired = (pod: PodText, maxRoutesPerPod: number) => {
    const { wirings, rejections } = wirePod(aPod(pod), { ...INVENTORY_OPTIONS, maxRoutesPerPod });
    const [last] = wirings.slice(-1).map((it) => `${it.host}${it.path}`);
    return [wirings.length, last, ...rejections.map((it) => `${it.reason} ${it.detail}`)];
  };
  const table: readonly (readonly [PodText, number, string, number, ...string[]])[] = [
    [{ hosts: many(20_000, 'h'), paths: '80:/' }, 1_000, 'h999/', 1_000, '20000 hosts, 1 path'],
    [{ hosts: 'h', paths: many(20_000, '80:/p') }, 1_000, 'h/p999', 1_000, '1 host, 20000 paths'],
    [{ hosts: many(11, 'h'), paths: many(100, '80:/p') }, 1_000, 'h9/p99', 1_000, '11 hosts, 100 paths'],
    [{ hosts: many(3, 'h'), paths: many(4, '80:/p') }, 10, 'h2/p1', 10, '3 hosts, 4 paths'],
    [{ hosts: many(10, 'h'), paths: many(100, '80:/p') }, 1_000, 'h9/p99', 1_000],
    [{ hosts: 'h', paths: many(20_000, '80:/p') }, 100_000, 'h/p19999', 20_000],
  ];
  for (const [pod, most, last, count, detail] of table) {
    const details = detail === undefined ? [] : [`too-many-routes ${detail}`];
    assert.deepEqual(wired(pod, most), [count, last, ...details]);
  }
  // A path on two ports is one route.
  assert.deepEqual(wired({ hosts: 'h', paths: '80:/a 443:/a 80:/b 80:/c' }, 2), [
    3,
    'h/b',
    'too-many-routes 1 host, 4 paths',
  ]);
  const long = wirePod(aPod({ hosts: 'x'.repeat(256 * 1024 + 1), paths: '80:/' }), INVENTORY_OPTIONS);
  assert.deepEqual(
    long.rejections.map((it) => it.reason),
    ['annotation-too-long'],
  );
});

test('a path has at most 16 ports of one pod (K8-25)', () => {
  const ports = Array.from({ length: 18 }, (_, at) => at + 1);
  const { wirings, rejections } = wirePod(
    aPod({ hosts: 'h', paths: ports.map((port) => `${port}:/`).join(' '), ports }),
    INVENTORY_OPTIONS,
  );
  assert.equal(wirings.length, 16);
  assert.deepEqual(
    rejections.map((it) => `${it.reason} ${it.detail}`),
    ['too-many-ports 17:/', 'too-many-ports 18:/'],
  );
});

test('thousands of bad items do not make thousands of rejections', () => {
  const { rejections } = wirePod(aPod({ hosts: 'a', paths: '/ '.repeat(1500) }), {
    ...INVENTORY_OPTIONS,
  });
  assert.equal(rejections.length, 101);
  assert.deepEqual(rejections.at(-1), {
    object: { kind: 'Pod', uid: 'uid-test-web-0', namespace: 'test', name: 'web-0' },
    reason: 'more-rejections',
    detail: '1400 more',
  });
});
