import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { parseHost, requestHost } from '../../src/wiring/host.ts';

function check(row: string, host: string | undefined, values: readonly string[]): void {
  for (const value of values) {
    test(`${row}: Host ${JSON.stringify(value).slice(0, 60)}`, () => assert.equal(requestHost(value), host));
  }
}

check('HD-07, P1', 't.local', ['t.local', 'T.LOCAL', 't.local.', 't.local:8080', 't.local:', 't.local.:88']);
check('HD-07', 't.local', ['t.LOCAL:0', 't.local:65535', 't.local:00080']);
check('HD-05', undefined, [
  'a, b',
  'a b',
  'a/b',
  'a?b',
  'a#b',
  'a@b',
  'a\\b',
  'a\xff',
  '.',
  'a..b',
  '',
  ' a',
  'a\t',
]);
check('HD-06, P2', undefined, [
  'a:99999',
  'a:65536',
  'a:1.2',
  'a:80:80',
  'a:x',
  'a:-1',
  'a:+1',
  ':80',
  '.:80',
  'a: 80',
]);
check('HD-06', undefined, ['a:000080', '.a', '..', 'a...', 'a..:80']);
check('HD-09', undefined, ['t.local\x00.evil', 'a%2eb', 'a,b', '*.example.com', 'a=b', "a'b", 'ａ.com']);
check('IPv4 is a name of digits', '192.168.0.1', ['192.168.0.1', '192.168.0.1:80', '192.168.0.1.']);
check('IPv6', '[::1]', ['[::1]', '[::1]:80', '[0:0:0:0:0:0:0:1]', '[::0001]:', '[0000::0.0.0.1]']);
check('IPv6', '[2001:db8::a]', ['[2001:DB8::A]', '[2001:0db8:0::000a]:443']);
check('IPv6', undefined, [
  '[::1',
  '::1',
  '[::1].',
  '[::1]x',
  '[::1]:x',
  '[::1%25eth0]',
  '[fe80::1%eth0]',
  '[]',
  '[a]',
]);
check('IPv6', undefined, ['[1.2.3.4]', '[::1]:99999', '[v1.a]', '[[::1]]', ']', '[:::]', '[::1]]']);
check('an underscore is well-formed', 'a_b.com', ['a_b.com', 'A_B.com:80']);
check('PC-26', '__proto__', ['__proto__', '__PROTO__']);
check('PC-26', 'constructor', ['constructor']);
check('253 characters', 'a'.repeat(253), [
  'a'.repeat(253),
  `${'a'.repeat(253)}.`,
  `${'A'.repeat(253)}:65535`,
]);
check('253 characters', undefined, ['a'.repeat(254), `${'a'.repeat(254)}:80`]);

test('case never matters, and the canonical form is a fixed point', () => {
  fc.assert(
    fc.property(fc.domain(), (domain) => {
      const host = requestHost(domain.toUpperCase());
      assert.equal(host, domain.toLowerCase());
      assert.equal(requestHost(host ?? ''), host);
    }),
  );
});

test('any bytes: a canonical host or undefined', () => {
  const bytes = fc.string({ unit: fc.integer({ min: 0, max: 255 }).map((it) => String.fromCharCode(it)) });
  const likely = fc.string({ unit: fc.constantFrom(...'aA0.-_:[]%*1f'.split('')) });
  fc.assert(
    fc.property(fc.oneof(bytes, likely), (value) => {
      const host = requestHost(value);
      if (host === undefined) return;
      assert.match(host, /^([a-z0-9_-]+(\.[a-z0-9_-]+)*|\[[0-9a-f:]+\])$/);
      assert.equal(requestHost(host), host);
      assert.equal(requestHost(`${host}:443`), host);
    }),
    { numRuns: 2000 },
  );
});

test('annotation and request speak one grammar: every annotated host is reached by its own text', () => {
  const text = fc.oneof(
    fc.domain(),
    fc.ipV4(),
    fc.ipV6().map((it) => `[${it}]`),
    fc.string(),
    fc.constant('*.a'),
  );
  fc.assert(
    fc.property(text, (item) => {
      const parsed = parseHost(item);
      if ('problem' in parsed) return;
      const { host } = parsed;
      assert.equal(requestHost(host.replace(/^\*/, 'any')), host.replace(/^\*/, 'any'));
      if (!host.startsWith('*')) assert.equal(requestHost(item), host);
    }),
  );
});
