import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runInNewContext } from 'node:vm';
import fc from 'fast-check';
import { proxyPac } from '../../src/admin/proxy-pac.ts';

const PROXY = 'PROXY 127.0.0.1:8080';

/** Runs the file as a browser does: only its `FindProxyForURL` is used. */
function finder(hosts: readonly string[], proxy = '127.0.0.1:8080') {
  const { body } = proxyPac(hosts, proxy);
  assert.equal(typeof body, 'string');
  const context: Record<string, unknown> = {};
  runInNewContext(body as string, context);
  assert.deepEqual(Object.keys(context).sort(), ['ENDINGS', 'FindProxyForURL', 'NAMES']);
  return context['FindProxyForURL'] as (url: string, host: string) => string;
}

const HOSTS = [
  'shop.example.com',
  'api.example.com',
  '*.wild.example.com',
  '[::1]',
  '192.0.2.1',
  'constructor',
];

const CASES: readonly (readonly [url: string, expected: string, host?: string])[] = [
  ['http://shop.example.com/', PROXY],
  ['http://shop.example.com:8081/a?b', PROXY],
  ['HTTP://Shop.Example.com./', PROXY, 'Shop.Example.com.'],
  ['http://a.wild.example.com/', PROXY],
  ['http://a.b.wild.example.com/', PROXY],
  ['http://[::1]/', PROXY],
  ['http://[::1]/', PROXY, '::1'],
  ['http://192.0.2.1/', PROXY],
  ['http://constructor/', PROXY],
  ['http://wild.example.com/', 'DIRECT'],
  ['http://evilwild.example.com/', 'DIRECT'],
  ['http://shop.example.com.evil.example/', 'DIRECT'],
  ['http://example.org/', 'DIRECT'],
  ['http://toString/', 'DIRECT', 'tostring'],
  ['http://__proto__/', 'DIRECT', '__proto__'],
  ['https://shop.example.com/', 'DIRECT'],
  ['ws://shop.example.com/', 'DIRECT'],
  ['wss://shop.example.com/', 'DIRECT'],
  ['ftp://shop.example.com/', 'DIRECT'],
];

for (const [url, expected, host = new URL(url).hostname] of CASES) {
  test(`${url} for ${host}: ${expected}`, () => {
    assert.equal(finder(HOSTS)(url, host), expected);
  });
}

test('without a route every request goes directly to its host', () => {
  assert.equal(finder([])('http://shop.example.com/', 'shop.example.com'), 'DIRECT');
});

test('an IPv6 listener is written as in a URL', () => {
  assert.equal(finder(['a'], '[::1]:8080')('http://a/', 'a'), 'PROXY [::1]:8080');
});

const HOSTILE = [
  '"};alert(1);({"a":"',
  '</script><script>alert(1)//',
  '\u2028alert(1)//',
  '\\"+alert(1)+"',
  '*."];alert(1);["',
  '${alert(1)}',
  '*/alert(1)/*',
  'a\r\nalert(1)',
  "'-alert(1)-'",
];

for (const host of HOSTILE) {
  test(`a host in a route cannot become script: ${JSON.stringify(host)} (LO-06)`, () => {
    const alert = () => assert.fail('it ran');
    const { body } = proxyPac([host, 'shop.example.com'], '127.0.0.1:8080');
    const context: Record<string, unknown> = { alert };
    runInNewContext(body as string, context);
    const find = context['FindProxyForURL'] as (url: string, host: string) => string;
    assert.equal(find('http://shop.example.com/', 'shop.example.com'), PROXY);
    assert.match(body as string, /^[\x20-\x7e\n]+$/);
    assert.doesNotMatch(body as string, /<|\$\{|'/);
  });
}

test('every text stays a string of the script (LO-06)', () => {
  fc.assert(
    fc.property(fc.array(fc.string({ unit: 'binary' })), (hosts) => {
      const exact = hosts
        .map((host) => host.toLowerCase().replace(/^\*\./, ''))
        .filter((it) => !/^\[|\.$/.test(it));
      const find = finder(exact);
      for (const host of exact) assert.equal(find('http://x/', host), PROXY, host);
    }),
    { numRuns: 30 },
  );
});
