import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { pathViews } from '../../src/wiring/path.ts';
import { testTitle } from '../fixtures/test-title.ts';
import { reducedCount } from '../fixtures/wide.ts';

function refused(row: string, paths: readonly string[]): void {
  for (const path of paths) {
    test(testTitle(row, `${JSON.stringify(path)} is refused`), () =>
      assert.equal(pathViews(path), undefined),
    );
  }
}

/** Path, view A, view B (the same as A when left out). */
function read(row: string, cases: readonly (readonly [string, string, string?])[]): void {
  for (const [path, a, b = a] of cases) {
    test(testTitle(row, JSON.stringify(path)), () => {
      const views = pathViews(path);
      assert.deepEqual([views?.a, views?.b, views?.more], [a, b, undefined]);
    });
  }
}

const under = (paths: readonly string[]) => paths.map((it) => `/public/${it}/internal`);

refused('PC-02', under(['%2e%2e', '.%2e', '%2E.', '..']));
refused('PC-03', [
  '/public/..%2finternal',
  '/public/%2e%2e%2Finternal',
  '/public%2f..%2finternal',
  '/x%2f..',
]);
refused('PC-04', ['/public/..\\internal', '/public/..%5cinternal', '/public/%5c..%5c']);
refused('PC-05', ['/public/..;/internal', '/public;x=1/../internal', '/public/..;a=b/internal']);
refused('PC-05', ['/public/.;/..;/internal', '/..%3Bx', '/%2e%2e;x']);
refused('PC-06', ['/public//../internal', '/public/.//..//internal']);
refused('PC-08', [
  '/%c0%ae%c0%ae/',
  '/%e0%80%ae/',
  '/%f0%80%80%ae',
  '/%c1%9c',
  '/%C0%AF',
  '/%f8%80%80%80%ae',
  '/%fc%80%80%80%80%ae',
]);
refused('.. in one reading of a parameter', ['/x;a=%2F..%2Fadmin', '/x;%5c..', '/x%3b/..', '/a;%2f..;b/c']);
refused('.. for software that decodes, then parses', [
  '/a/..%20',
  '/a/..%1f%20',
  '/a/..%3fx',
  '/a/..%23',
  '/..%3F/b',
]);
refused('PC-09', ['/%00', '/public%00/internal']);
refused('a tab or line end, which URL parsers drop', [
  '/a%09b',
  '/.%0a.',
  '/.%0A%0d./x',
  '/a%0d%0a',
  '/x;%09',
]);
refused('PC-10', ['/%u002e', '/%u002e%u002e/']);
refused('PC-11, P9', ['/foo%', '/foo%1', '/foo%zz', '/a%2', '/a%g1', '/%', '/..']);
refused('P9, RL-08, RL-11, RL-12, RL-13, RL-14', [
  '/a b',
  '/a#b',
  '/a\\b',
  '/a\x01',
  '/a\x7f',
  '/a\t',
  '/\xc0\xae/',
  '/a\r\n',
  '/é',
  '/a?b',
]);
refused('RL-16', ['', 'foo', '*', 't.local:80', 'http://t.local/']);

read('plain paths', [
  ['/', '/'],
  ['/public/', '/public/'],
  ['/NodeJS', '/NodeJS'],
  ["/-._~!$&'()*+,=:@", "/-._~!$&'()*+,=:@"],
  ['/.well-known/x', '/.well-known/x'],
  ['/..a/...', '/..a/...'],
  ['/a./b..', '/a./b..'],
]);
read('PC-06', [
  ['//internal', '/internal'],
  ['///public//x///', '/public/x/'],
  ['//evil.com/x', '/evil.com/x'],
]);
read('PC-07', [['/public/%252e%252e/internal', '/public/%252e%252e/internal', '/public/%2e%2e/internal']]);
read('PC-10', [['/%ef%bc%8e%ef%bc%8e/', '/%EF%BC%8E%EF%BC%8E/', '/\xef\xbc\x8e\xef\xbc\x8e/']]);
read('Latin-1 escapes are not overlong UTF-8', [['/caf%e9/%c0x', '/caf%E9/%C0x', '/caf\xe9/\xc0x']]);
read('PC-15', [
  ['/%70ublic/x', '/public/x'],
  ['/%70%75blic', '/public'],
]);
read('PC-16', [
  ['/app%2fadmin', '/app%2Fadmin', '/app/admin'],
  ['/%61pp/x', '/app/x'],
]);
read('PC-20', [
  ['/@evil.com/', '/@evil.com/'],
  ['/:80/', '/:80/'],
  ['/http://evil/', '/http:/evil/'],
]);
read('parameters', [
  ['/a;x=1/b;y', '/a;x=1/b;y', '/a/b'],
  ['/a/;x/b', '/a/;x/b', '/a/b'],
]);

/** A path, and its further readings besides the two views: forms of view A, then of view B. */
function more(
  row: string,
  cases: readonly (readonly [string, readonly string[], readonly string[]])[],
): void {
  for (const [path, a, b] of cases) {
    test(testTitle(row, `${JSON.stringify(path)} has more readings`), () => {
      const found = pathViews(path)?.more;
      assert.deepEqual([found?.a, found?.b.toSorted()], [a, b.toSorted()]);
    });
  }
}

more('. segments, kept and removed', [
  ['/./', ['/'], ['/']],
  ['/a/.', ['/a/'], ['/a/']],
  ['/./a', ['/a'], ['/a']],
  ['/a/%2e/b', ['/a/b'], ['/a/b']],
  ['/a/././b/.//./', ['/a/b/'], ['/a/b/']],
  ['/a/.;x/b', [], ['/a/b']],
  ['/a%5C.', [], ['/a/']],
]);
more('parameters, dropped before and after decoding', [
  ['/a;u=http%3A%2F%2Fh%2Fp/c', [], ['/a/c']],
  ['/a/x.jar;url=%2F%2Fh', [], ['/a/x.jar']],
  ['/a;%5cb', [], ['/a']],
  ['/a%3Bx', [], ['/a;x']],
  ['/a%3bx%2fb', [], ['/a;x/b']],
]);
more('a decoded path that is parsed', [
  ['/%2Fa/b', [], ['/b']],
  ['/%5c%2fa/b', [], ['/b']],
  ['/.//a/b', ['/a/b'], ['/a/b', '/b']],
  ['/;x//a', [], ['/']],
  ['/a%3Fb', [], ['/a']],
  ['/a/b%23c/d', [], ['/a/b']],
  ['/a/b%20', [], ['/a/b']],
  ['/a/b%0b%1F', [], ['/a/b']],
]);
read('paths that have one reading', [
  ['/.a/%20b', '/.a/%20b', '/.a/ b'],
  ['/.well-known/a%20b', '/.well-known/a%20b', '/.well-known/a b'],
  ['/a//b%2f', '/a/b%2F', '/a/b/'],
  ['/a;x=1%20', '/a;x=1%20', '/a'],
]);
read('P11', [['/a%20b', '/a%20b', '/a b']]);
read('not allowed in a URI, sent by browsers', [
  ['/{a}|[b]^`"<>', '/%7Ba%7D%7C%5Bb%5D%5E%60%22%3C%3E', '/{a}|[b]^`"<>'],
  ['/%7Ba', '/%7Ba', '/{a'],
]);

const path = fc
  .array(
    fc.constantFrom(
      '/',
      '/',
      'a',
      'B',
      '%61',
      '%2f',
      '%2F',
      '%5c',
      ';',
      ';x',
      '%3b',
      '.',
      '%2e',
      '%7B',
      '{',
      '%25',
      '%e9',
      '%c0',
    ),
  )
  .map((parts) => `/${parts.join('')}`);

test('both views are fixed points, and every spelling has the same view B', () => {
  fc.assert(
    fc.property(path, (raw) => {
      const views = pathViews(raw);
      if (views === undefined) return;
      const again = pathViews(views.a);
      assert.deepEqual([again?.a, again?.b], [views.a, views.b]);
      assert.doesNotMatch(views.a, /\/\/|\/\.\.(\/|$)/);
      assert.doesNotMatch(views.b, /\/\/|\/\.\.(\/|$)|[;\\]/);
      for (const it of views.more?.b ?? []) assert.doesNotMatch(it, /^$|\/\/|\/\.\.(\/|$)|\\/);
    }),
    { numRuns: reducedCount(3000) },
  );
});

test('any bytes give two views or undefined', () => {
  const bytes = fc.string({ unit: fc.integer({ min: 0, max: 255 }).map((it) => String.fromCharCode(it)) });
  fc.assert(
    fc.property(bytes, (raw) => {
      const views = pathViews(`/${raw}`);
      if (views !== undefined) assert.match(views.a, /^\/[\x21-\x7e]*$/);
    }),
    { numRuns: reducedCount(2000) },
  );
});

test('view B is the reading that lax software has of an escaped path', () => {
  const segments = fc.array(fc.stringMatching(/^[a-z]+[ -~]*$/), { minLength: 1 });
  fc.assert(
    fc.property(segments, (names) => {
      const views = pathViews(`/${names.map(encodeURIComponent).join('/')}`);
      const slashed = `/${names.join('/')}`.replaceAll('\\', '/');
      if (views !== undefined) assert.equal(views.b, slashed.replace(/;[^/]*/g, '').replace(/\/+/g, '/'));
    }),
  );
});
