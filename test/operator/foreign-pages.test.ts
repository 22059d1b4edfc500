import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Listener } from './listener.ts';

interface Attack {
  readonly name: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly method?: string;
  readonly path?: string;
  readonly status: number;
}

const NAVIGATION = { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate' };
const FOLLOWED = { ...NAVIGATION, 'sec-fetch-dest': 'document' };

const ATTACKS: readonly Attack[] = [
  {
    name: 'a name of an attacker that leads here (DNS rebinding)',
    headers: { host: 'evil.example' },
    status: 403,
  },
  { name: 'the same with a port', headers: { host: 'evil.example:9909' }, status: 403 },
  {
    name: 'the same, for the page in the browser',
    headers: { host: 'evil.example' },
    path: '/',
    status: 403,
  },
  { name: 'a name that a neighbour answers for (LLMNR)', headers: { host: 'wpad:9909' }, status: 403 },
  {
    name: 'a name that a neighbour answers for (mDNS)',
    headers: { host: 'a.cluster.local' },
    status: 403,
  },
  {
    name: 'a name of an attacker that begins with localhost',
    headers: { host: 'localhost.evil.example' },
    status: 403,
  },
  { name: 'a name that begins with an address', headers: { host: '127.0.0.1.evil.example' }, status: 403 },
  { name: 'a malformed Host', headers: { host: 'localhost,evil.example' }, status: 403 },
  { name: 'a script of another origin', headers: { 'sec-fetch-site': 'cross-site' }, status: 403 },
  { name: 'a page of a sibling host', headers: { 'sec-fetch-site': 'same-site' }, status: 403 },
  { name: 'an unknown value of Sec-Fetch-Site', headers: { 'sec-fetch-site': 'x' }, status: 403 },
  { name: 'a fetch of another origin', headers: { origin: 'https://evil.example' }, status: 403 },
  { name: 'a page at another port of localhost', headers: { origin: 'http://localhost:3000' }, status: 403 },
  { name: 'a page in a sandbox', headers: { origin: 'null' }, status: 403 },
  { name: 'a WebSocket of another origin', headers: { origin: 'http://evil.example' }, status: 403 },
  { name: 'a link of another site to data of the cluster', headers: FOLLOWED, status: 403 },
  {
    name: 'a frame of another site',
    headers: { ...NAVIGATION, 'sec-fetch-dest': 'iframe' },
    path: '/',
    status: 403,
  },
  {
    name: 'a file as a script of another page',
    headers: { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'no-cors', 'sec-fetch-dest': 'script' },
    path: '/',
    status: 403,
  },
  {
    name: 'a link to a file by a name of an attacker',
    headers: { ...FOLLOWED, host: 'evil.example' },
    path: '/',
    status: 403,
  },
  {
    name: 'a form of another site',
    headers: { ...FOLLOWED, origin: 'https://evil.example' },
    path: '/',
    method: 'POST',
    status: 403,
  },
  {
    name: 'a stream for another site',
    headers: { 'sec-fetch-site': 'cross-site' },
    path: '/events',
    status: 403,
  },
  { name: 'a form', method: 'POST', status: 405 },
  { name: 'a form for the page in the browser', path: '/', method: 'POST', status: 405 },
  { name: 'DELETE', method: 'DELETE', status: 405 },
  { name: 'TRACE', method: 'TRACE', status: 405 },
  { name: 'OPTIONS, the preflight of a script of another origin', method: 'OPTIONS', status: 405 },
  { name: 'a page with the name of a property of Object.prototype', path: '/constructor', status: 404 },
  { name: 'a malformed path', path: '//evil.example/', status: 404 },
  { name: 'a path that leaves the folder of the page', path: '/page/../../package.json', status: 404 },
  { name: 'a page that fails', path: '/throws', status: 500 },
];

for (const { name, headers, method, path = '/data', status } of ATTACKS) {
  test(`refused: ${name} (EX-04)`, async () => {
    await using listener = await Listener.start();
    const reply = await listener.request(path, headers, method);
    assert.equal(reply.status, status);
    assert.match(reply.body, /"error"/);
    assert.doesNotMatch(reply.body, /secret|evil/);
    assert.equal(listener.streams.length, 0);
  });
}

const ASKERS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'by address': { host: '127.0.0.1:9909' },
  'by an address of IPv6': { host: '[::1]:9909' },
  'by localhost': { host: 'localhost:9909' },
  'by LOCALHOST': { host: 'LOCALHOST:9909' },
  'by a name of OPERATOR_HOSTS': { host: 'ops.example.com' },
  'from its own page': {
    'sec-fetch-site': 'same-origin',
    origin: 'http://127.0.0.1:9909',
    host: '127.0.0.1:9909',
  },
  'from the address bar': { 'sec-fetch-site': 'none' },
};

for (const [name, headers] of Object.entries(ASKERS)) {
  test(`answered: ${name}`, async () => {
    await using listener = await Listener.start();
    const reply = await listener.request('/data?host=a', headers);
    assert.deepEqual([reply.status, JSON.parse(reply.body)], [200, { of: 'a' }]);
  });
}

test('where other machines reach the listener, names of the cluster are accepted', async () => {
  await using listener = await Listener.start({ access: { scope: 'cluster' } });
  const statusOf = async (host: string) => (await listener.request('/data', { host })).status;
  for (const host of ['podway', 'podway.edge.svc', 'a.cluster.local', '10.0.0.7:9909'])
    assert.equal(await statusOf(host), 200);
  assert.equal(await statusOf('evil.example'), 403);
});

test('a link of another site opens the page, which has no data, and does not open the data', async () => {
  await using listener = await Listener.start();
  const opened = await listener.request('/', FOLLOWED);
  assert.deepEqual([opened.status, opened.headers['cross-origin-opener-policy']], [200, 'same-origin']);
  assert.equal((await listener.request('/data', FOLLOWED)).status, 403);
});

test('no answer may load a resource of another origin, be framed, or be cached', async () => {
  await using listener = await Listener.start();
  for (const [path, method] of [
    ['/', 'GET'],
    ['/data', 'GET'],
    ['/nothing', 'GET'],
    ['/throws', 'GET'],
    ['/data', 'OPTIONS'],
    ['/events', 'HEAD'],
  ] as const) {
    const { headers } = await listener.request(path, {}, method);
    const policy = String(headers['content-security-policy']);
    assert.match(policy, /^default-src 'none'; script-src 'self';/);
    assert.match(policy, /frame-ancestors 'none'/);
    assert.match(policy, /require-trusted-types-for 'script'; trusted-types 'none'/);
    assert.doesNotMatch(policy, /unsafe|\*|https?:/);
    assert.deepEqual(
      [headers['cross-origin-resource-policy'], headers['x-content-type-options'], headers['cache-control']],
      ['same-origin', 'nosniff', 'no-store'],
    );
    const allowing = Object.keys(headers).filter((name) => name.startsWith('access-control-'));
    assert.deepEqual(allowing, []);
  }
});
