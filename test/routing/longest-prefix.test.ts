import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { HostRoutes, match } from '../../src/routing/match.ts';
import { defaultOptions, Options } from '../../src/routing/options.ts';
import { Rotation } from '../../src/routing/rotation.ts';
import { Route } from '../../src/routing/route.ts';
import { parsePathPrefix, pathViews } from '../../src/wiring/path.ts';
import { workerSettings } from '../fixtures/settings.ts';
import { testTitle } from '../fixtures/test-title.ts';
import { reducedCount } from '../fixtures/wide.ts';

type Mode = 'segment' | 'prefix';

const OPTIONS = new Options().route(defaultOptions(workerSettings()).route);

function hostWith(paths: readonly string[], mode: Mode): HostRoutes {
  const host = new HostRoutes(mode);
  for (const text of paths) addTo(host, text);
  return host;
}

function addTo(host: HostRoutes, text: string): void {
  const prefix = parsePathPrefix(text);
  assert.ok('path' in prefix, text);
  host.set(new Route({ host: 't.local', path: prefix.path }, prefix.b, new Rotation([], () => OPTIONS)));
}

/** A route's path, `-> path` for a redirect, `ambiguous`, `none`, or `bad` for a path without views. */
function served(host: HostRoutes, path: string): string {
  const views = pathViews(path);
  if (views === undefined) return 'bad';
  const found = match(host, views);
  if (found === undefined || found === 'ambiguous') return found ?? 'none';
  return found.kind === 'route' ? found.path : `-> ${found.route.path}`;
}

function check(
  row: string,
  routes: readonly string[],
  cases: Readonly<Record<string, string>>,
  mode: Mode = 'segment',
) {
  test(testTitle(row, `routes ${routes.join(' ')} by ${mode}`), () => {
    const host = hostWith(routes, mode);
    for (const [path, expected] of Object.entries(cases)) assert.equal(served(host, path), expected, path);
  });
}

const NODEJS = { '/nodejs': '/nodejs', '/nodejs/': '/nodejs', '/nodejs/socket.io': '/nodejs', '/': 'none' };
check('P4, P5, P7', ['/nodejs'], { ...NODEJS, '/nodejsfoo': 'none', '/NodeJS': 'none', '/node': 'none' });
check('P5', ['/nodejs'], { ...NODEJS, '/nodejsfoo': '/nodejs', '/node': 'none' }, 'prefix');
check('P6, PC-18', ['/', '/a', '/a/b'], {
  '/a/b/c': '/a/b',
  '/a/c': '/a',
  '/a/bb': '/a',
  '/x': '/',
  '/ab': '/',
  '/a/b/..': 'bad',
});
check('P8', ['/', '/nodejs'], {
  '//nodejs': '/nodejs',
  '/%6eodejs': '/nodejs',
  '/x/../nodejs': 'bad',
  '/x/%2e%2e/nodejs': 'bad',
  '/x%2f..%2fnodejs': 'bad',
});
check('P10, PC-27', ['/admin/'], {
  '/admin': '-> /admin/',
  '//%61dmin': '-> /admin/',
  '/admin/': '/admin/',
  '/admin/x': '/admin/',
  '/adminx': 'none',
  '/admin;x': 'ambiguous',
});
check('P10', ['/', '/admin/'], { '/admin': '-> /admin/', '/adminx': '/', '/a': '/' });
check('P10', ['/admin', '/admin/'], { '/admin': '/admin', '/admin/': '/admin/', '/admin/x': '/admin/' });
check('P10', ['/', '/admin/', '/administrator'], {
  '/admin': '-> /admin/',
  '/administrator': '/administrator',
});
check('P10', ['/admin/'], { '/admin': '-> /admin/', '/adminx': 'none', '/admin/x': '/admin/' }, 'prefix');
check('P11', ['/a%20b'], { '/a%20b': '/a%20b', '/a%20b/c': '/a%20b', '/a+b': 'none' });
check('PC-06', ['/public'], { '///public': '/public', '//internal': 'none', '/public//x': '/public' });
check('PC-07', ['/public'], { '/public/%252e%252e/internal': '/public' });
check('PC-13, PC-14', ['/public'], {
  '/publicx': 'none',
  '/public.': 'none',
  '/public-': 'none',
  '/public': '/public',
  '/public/': '/public',
});
check('PC-16, PC-17', ['/', '/app'], {
  '/app%2fadmin': 'ambiguous',
  '/app;x': 'ambiguous',
  '/app%5cadmin': 'ambiguous',
  '/app%3bx/y': 'ambiguous',
  '/;x/app': 'ambiguous',
  '/x;y/app': '/',
  '/%61pp/x': '/app',
  '/x/../app': 'bad',
  '/app/a%2fb;c': '/app',
});
check('annotations that are not plain', ['/', '/a%2Fb', '/a;b', '/c%7B'], {
  '/a%2fb': '/a%2Fb',
  '/a;b': '/a;b',
  '/a;c': 'ambiguous',
  '/a': '/',
  '/c{': '/c%7B',
  '/c%7b/x': '/c%7B',
});
check('PC-26', ['/__proto__', '/constructor'], {
  '/__proto__': '/__proto__',
  '/constructor/x': '/constructor',
  '/toString': 'none',
});

test('4,000 segments against 10,000 routes with long common prefixes (PC-21)', () => {
  const deep = '/a'.repeat(4000);
  const routes = Array.from({ length: 10_000 }, (_, i) => `${'/a'.repeat(i % 100)}/r${i}`);
  const host = hostWith([...routes, '/a/a'], 'segment');
  assert.equal(served(host, deep), '/a/a');
  assert.equal(served(host, `${'/a'.repeat(99)}/r9999/x`), `${'/a'.repeat(99)}/r9999`);
  assert.equal(served(hostWith([deep], 'segment'), `${deep}/x`), deep);
});

/** The oracle: applies the documented rules to every route. */
function naive(routes: readonly string[], path: string, mode: Mode, view: 'a' | 'b'): Set<string> {
  const fits = (prefix: string) =>
    path.startsWith(prefix) &&
    (mode === 'prefix' ||
      prefix.endsWith('/') ||
      path.length === prefix.length ||
      path[prefix.length] === '/');
  const named = routes.map((it) => ({ it: pathViews(it)?.a ?? '', prefix: pathViews(it)?.[view] ?? '' }));
  const exact = named.filter((r) => r.prefix === path);
  if (exact.length > 0) return new Set(exact.map((r) => r.it));
  const slashed = named.filter((r) => r.prefix === `${path}/`);
  if (slashed.length > 0) return new Set(slashed.map((r) => `-> ${r.it}`));
  const length = Math.max(0, ...named.filter((r) => fits(r.prefix)).map((r) => r.prefix.length));
  return new Set(named.filter((r) => fits(r.prefix) && r.prefix.length === length).map((r) => r.it));
}

function expected(routes: readonly string[], path: string, mode: Mode): string {
  const views = pathViews(path);
  if (views === undefined) return 'bad';
  const [a = 'none'] = naive(routes, views.a, mode, 'a');
  const others = [
    ...(views.more?.a ?? []).map((it) => naive(routes, it, mode, 'a')),
    ...(views.a === views.b ? [] : [views.b]).map((it) => naive(routes, it, mode, 'b')),
    ...(views.more?.b ?? []).map((it) => naive(routes, it, mode, 'b')),
  ];
  return others.every((it) => (a === 'none' ? it.size === 0 : it.has(a))) ? a : 'ambiguous';
}

const piece = fc.constantFrom('a', 'b', 'ab', 'aa', '%61', 'a;x', 'a%2fb', '%7Ba', ';', 'a%5c', '%20');
const route = fc
  .tuple(fc.array(piece, { minLength: 1, maxLength: 4 }), fc.constantFrom('', '/'))
  .map(([pieces, end]) => `/${pieces.join('/')}${end}`);
const request = fc
  .array(fc.oneof(piece, fc.constantFrom('', '{a', '..', 'c', '.', ';%2fa', '%2e')), { maxLength: 6 })
  .map((it) => `/${it.join('/')}`);

test('the matcher agrees with the oracle, also after routes have been removed', () => {
  fc.assert(
    fc.property(
      fc.uniqueArray(fc.oneof(route, fc.constant('/')), {
        maxLength: 12,
        selector: (it) => pathViews(it)?.a,
      }),
      fc.array(request, { minLength: 1, maxLength: 10 }),
      fc.constantFrom<Mode>('segment', 'prefix'),
      fc.nat(12),
      (routes, requests, mode, dropped) => {
        const host = hostWith(routes, mode);
        for (const path of requests) assert.equal(served(host, path), expected(routes, path, mode), path);
        for (const it of routes.slice(0, dropped)) host.delete(pathViews(it)?.a ?? '');
        const left = routes.slice(dropped);
        for (const path of requests) assert.equal(served(host, path), expected(left, path, mode), path);
        for (const it of routes.slice(0, dropped)) addTo(host, it);
        for (const path of requests) assert.equal(served(host, path), expected(routes, path, mode), path);
      },
    ),
    { numRuns: reducedCount(1500) },
  );
});

test('each matching route is found when the routes before it are removed', () => {
  fc.assert(
    fc.property(
      fc.uniqueArray(fc.oneof(route, fc.constant('/')), {
        maxLength: 12,
        selector: (it) => pathViews(it)?.a,
      }),
      request,
      fc.constantFrom<Mode>('segment', 'prefix'),
      (routes, path, mode) => {
        const host = hostWith(routes, mode);
        const a = pathViews(path)?.a ?? '/';
        for (const fitting of host.fitting(a)) {
          assert.equal(host.findA(a), fitting);
          host.delete(fitting.kind === 'route' ? fitting.path : fitting.route.path);
        }
        assert.equal(host.findA(a), undefined);
      },
    ),
    { numRuns: reducedCount(500), examples: [[['/a/', '/a'], '/a', 'segment']] },
  );
});
