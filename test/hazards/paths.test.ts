import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkExchanges, forwarded, get, head, post, type ExchangeCase } from '../fixtures/check.ts';
import { startScene } from '../fixtures/scene.ts';
import { testTitle } from '../fixtures/test-title.ts';

const at = (path: string): string => head(`GET ${path} HTTP/1.1`, 'Host: p.local');
const onP = (name: string, path: string): ExchangeCase => ({
  name: testTitle(name, path),
  send: at(path),
  status: 200,
  origin: 'public',
  upstream: forwarded(`GET ${path}`, ['Host: p.local']),
});
const badOnP = (name: string, path: string): ExchangeCase => ({
  name: testTitle(name, path),
  send: at(path),
  status: 400,
  after: 'closed',
});
const missing = (name: string, path: string): ExchangeCase => ({
  name: testTitle(name, path),
  send: at(path),
  status: 404,
});

const spec = {
  pods: [
    { name: 'root' },
    { name: 'app', paths: '/app' },
    { name: 'deep', paths: '/app/deep' },
    { name: 'nodejs', paths: '/nodejs' },
    { name: 'space', paths: '/with%20space' },
    { name: 'public', hosts: 'p.local', paths: '/public' },
  ],
};

await checkExchanges('only the pod of the longest prefix of whole segments gets the request', spec, [
  ...['/nodejs', '/nodejs/', '/nodejs?x', '/nodejs/socket.io', '/nodejs//x//', '/%6eodejs'].map(
    (path): ExchangeCase => ({
      name: `${path} (P4)`,
      send: get(path),
      status: 200,
      origin: 'nodejs',
      upstream: forwarded(`GET ${path}`),
    }),
  ),
  { name: '/nodejsfoo (P5)', send: get('/nodejsfoo'), status: 200, origin: 'root' },
  { name: 'deep (P6)', send: get('/app/deep/x'), status: 200, origin: 'deep' },
  { name: 'shallow (P6)', send: get('/app/x'), status: 200, origin: 'app' },
  { name: 'not a segment of deep (P6, PC-18)', send: get('/app/deeper'), status: 200, origin: 'app' },
  { name: 'root (P6)', send: get('/x'), status: 200, origin: 'root' },
  { name: 'case matters (P7)', send: get('/NodeJS'), status: 200, origin: 'root' },
  {
    name: 'annotation and request are escaped in the same way (P11)',
    send: get('/with%20space/x'),
    status: 200,
    origin: 'space',
  },
  ...['///public', '//public'].map((path) => ({
    ...onP('the pod gets one slash at the start (PC-06)', path),
    upstream: forwarded('GET /public', ['Host: p.local']),
  })),
  ...[
    '/public/.',
    '/public/./',
    '/public/./internal',
    '/public/%2e/internal',
    '/public/ubuntu/./Packages.gz',
    '/public/.;x/a',
  ].map((path) => onP('. segments without effect (PC-02)', path)),
  ...[
    '/public/app.jar;url=http%3A%2F%2Fci%2Fjob%2F1;build.number=2',
    '/public/a;b=%2Fc/d;e=%5Cf',
    '/public/a%3Bb=%2Fc',
  ].map((path) => onP('parameters without effect (PC-05)', path)),
  onP('a name that ends in a blank', '/public/a%20'),
  onP('a question mark in a name', '/public/what%3F'),
  onP('decoded only once (PC-07)', '/public/%252e%252e/internal'),
  ...['/public', '/public/', '/public?x', '/public/?', '/public/a;b=c'].map((path) => onP('PC-14', path)),
  ...['/%70ublic/x', '/%70%75blic'].map((path) => onP('PC-15', path)),
]);

await checkExchanges('a known host without a matching path is 404', spec, [
  ...['/publicx', '/public.', '/public-', '/Public', '/', '/internal', '//internal'].map((path) =>
    missing('PC-13', path),
  ),
  { ...missing('then kept', '/none'), after: 'kept' },
]);

await checkExchanges('a target that two parsers could route differently is refused', spec, [
  ...['%2e%2e', '.%2e', '%2E.', '..'].map((dots) => badOnP('PC-02', `/public/${dots}/internal`)),
  ...['/public/..%2finternal', '/%2e%2e%2Finternal', '/public%2f..%2finternal'].map((path) =>
    badOnP('PC-03', path),
  ),
  ...['/public/..\\internal', '/public/..%5cinternal', '/public/%5c..%5c'].map((path) =>
    badOnP('PC-04', path),
  ),
  ...[
    '/public/..;/internal',
    '/public;x=1/../internal',
    '/public/..;a=b/internal',
    '/public/.;/..;/internal',
  ].map((path) => badOnP('PC-05', path)),
  ...['/public//../internal', '/public/.//..//internal', '/..', '/public/..'].map((path) =>
    badOnP('PC-06', path),
  ),
  ...['%c0%ae%c0%ae/', '%e0%80%ae/', '%f0%80%80%ae', '%c1%9c'].map((dots) =>
    badOnP('PC-08', `/public/${dots}`),
  ),
  ...['/%00', '/public%00/internal'].map((path) => badOnP('PC-09', path)),
  ...['/public/%0d%0aX:y', '/public/.%0a./internal', '/public/a%09', '/public/%0D', '/public;a=%0a'].map(
    (path) => badOnP('a tab or line end, which URL parsers drop (PC-09)', path),
  ),
  ...['/public/..%20', '/public/..%3f', '/public/..%23x'].map((path) =>
    badOnP('.. for software that decodes before it parses', path),
  ),
  ...['/public;a=%2F..%2Finternal', '/public/;%5c../internal'].map((path) =>
    badOnP('.. in one reading (PC-05)', path),
  ),
  ...['/public/%u002e', '/foo%', '/foo%1', '/foo%zz', '/public/a%2'].map((path) =>
    badOnP('PC-10, PC-11', path),
  ),
  ...[
    '/app%2fadmin',
    '/x/../app',
    '/x%2f..%2fapp',
    '/app%5cadmin',
    '/app;x/y',
    '/./app',
    '/%2e/app',
    '/app/./deep',
    '/app;x=%2Fdeep',
    '/%2Fx/app',
    '/.//x/app',
    '/app%3Fx',
    '/app/deep%20',
  ].map(
    (path): ExchangeCase => ({
      name: `${path} (PC-16, PC-17)`,
      send: get(path),
      status: 400,
      after: 'closed',
    }),
  ),
]);

await checkExchanges(
  'PATH_MATCH=prefix matches by characters, like nginx',
  { ...spec, settings: { pathMatch: 'prefix' } },
  [
    { name: '/nodejsfoo (P5)', send: get('/nodejsfoo'), status: 200, origin: 'nodejs' },
    { name: '/app/deeper', send: get('/app/deeper'), status: 200, origin: 'deep' },
    { name: '/nodej', send: get('/nodej'), status: 200, origin: 'root' },
  ],
);

const location = (expected: string): Pick<ExchangeCase, 'check'> => ({
  check: (response) => assert.equal(response.value('location'), expected),
});
const admin = (...more: { name: string; paths: string }[]) => ({
  pods: [{ name: 'admin', paths: '/admin/' }, ...more],
});

for (const [beside, pods] of [
  ['alone', admin()],
  ['beside /', admin({ name: 'root', paths: '/' })],
] as const) {
  await checkExchanges(`a path that ends in a slash redirects to it, ${beside} (P10)`, pods, [
    { name: 'GET', send: get('/admin?q=1'), status: 301, after: 'kept', ...location('/admin/?q=1') },
    {
      name: 'HEAD',
      send: head('HEAD /admin HTTP/1.1', 'Host: t.local'),
      status: 301,
      ...location('/admin/'),
    },
    { name: 'POST', send: post('/admin', ''), status: 308, ...location('/admin/') },
    { name: 'below', send: get('/admin/x'), status: 200, origin: 'admin' },
    {
      name: 'two slashes never become another host',
      send: get('//admin?q'),
      status: 301,
      ...location('/admin/?q'),
    },
  ]);
}

test('a route with exactly the path of the request wins over the redirect (P10)', async () => {
  await using scene = await startScene(admin({ name: 'exact', paths: '/admin' }));
  assert.equal((await scene.exchange(get('/admin'))).value('x-origin'), 'exact');
});

test('one pod with two ports: each path has its own (T2)', async () => {
  await using scene = await startScene({
    pods: [
      { name: 'prod', paths: '/prod' },
      { name: 'test', paths: '/test' },
    ],
  });
  assert.equal((await scene.exchange(get('/prod'))).value('x-origin'), 'prod');
  assert.equal((await scene.exchange(get('/test/x'))).value('x-origin'), 'test');
  assert.equal((await scene.exchange(get('/other'))).status, 404);
});
