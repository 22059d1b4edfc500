import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type Location, readLocation, writeLocation } from '../../src/http1/location.ts';
import { reducedCount } from '../fixtures/wide.ts';

const parts = (scheme: Location['scheme'], authority: string, rest: string): Location => ({
  scheme,
  authority,
  rest,
});

const CASES: readonly (readonly [string, Location | undefined])[] = [
  ['http://a.example/b?c#d', parts('http', 'a.example', '/b?c#d')],
  ['HTTPS://A.example:8443', parts('https', 'A.example:8443', '')],
  ['http://a.example?b', parts('http', 'a.example', '?b')],
  ['http://a.example#b', parts('http', 'a.example', '#b')],
  ['http://[::1]:80/', parts('http', '[::1]:80', '/')],
  ['//a.example/b', parts('', 'a.example', '/b')],
  ['/b?c=//d', parts('', '', '/b?c=//d')],
  ['/', parts('', '', '/')],
  // Paths that are relative to the path of the request.
  ['', undefined],
  ['b', undefined],
  ['../b', undefined],
  ['?b', undefined],
  ['#b', undefined],
  // Other schemes.
  ['ftp://a.example/', undefined],
  ['httpx://a.example/', undefined],
  ['javascript:alert(1)', undefined],
  ['http:a', undefined],
  ['http:/a', undefined],
  // Values in which browsers read another host than RFC 3986 does, or a user name.
  ['http://a@b.example/', undefined],
  ['http://a.example\\@b.example/', undefined],
  ['http:\\\\a.example', undefined],
  ['http://a example/', undefined],
  ['http://\ta.example/', undefined],
  ['http:///b', undefined],
  ['///b', undefined],
  ['/\\b', undefined],
  ['/\t/b', undefined],
  ['\\\\b', undefined],
];

for (const [value, expected] of CASES) {
  test(`Location: ${JSON.stringify(value)}`, () => {
    assert.deepEqual(readLocation(value), expected);
    if (expected !== undefined) assert.equal(writeLocation(expected).toLowerCase(), value.toLowerCase());
  });
}

test('for every value that is read, a browser goes to the same host', () => {
  const alphabet = fc.constantFrom(
    ...'httpsHTTPS:///\\@?#.[]%ab1 \t'.split(''),
    'http://',
    '//',
    'a.example',
  );
  fc.assert(
    fc.property(fc.string({ unit: alphabet, maxLength: 20 }), (value) => {
      const location = readLocation(value);
      const base = 'http://own.example/path';
      const url = URL.canParse(value, base) ? new URL(value, base) : undefined;
      if (location === undefined || url === undefined) return;
      const authority = location.authority || 'own.example';
      const scheme = location.scheme || 'http';
      assert.equal(url.host, new URL(`${scheme}://${authority}/`).host, value);
      assert.equal(url.protocol, `${scheme}:`);
      assert.equal(url.username, '');
    }),
    { numRuns: reducedCount(2_000) },
  );
});
