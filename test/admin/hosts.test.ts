import assert from 'node:assert/strict';
import { once } from 'node:events';
import { request } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { type TestContext, test } from 'node:test';
import { adminPages } from '../../src/admin/pages.ts';
import { plain } from '../../src/admin/answers.ts';
import { type AdminPages, createAdminServer } from '../../src/admin/server.ts';
import { loadConfig } from '../../src/config/load.ts';

// DNS rebinding: a page of evil.example can read every answer that the browser gets under the name evil.example, also
// when that name resolves to an internal address.

const PAGES = Object.fromEntries(
  ['/', '/healthz', '/readyz', '/metrics', '/routes'].map((path) => [path, () => plain(200, 'seen\n')]),
);

async function serve(
  t: TestContext,
  adminHosts = '',
  pages: AdminPages = PAGES,
  isLocal = false,
): Promise<number> {
  const loaded = loadConfig({ ADMIN_HOSTS: adminHosts });
  assert.ok('config' in loaded);
  const hosts = new Set(loaded.config.adminHosts);
  const access = { hosts, isLocal };
  const server = createAdminServer(pages, (error) => assert.fail(String(error)), access);
  await once(server.listen(0, '127.0.0.1'), 'listening');
  t.after(() => {
    server.close();
    server.closeAllConnections();
  });
  return (server.address() as AddressInfo).port;
}

async function ask(port: number, path: string, host: string, method = 'GET', more = {}) {
  const headers = { host, ...more };
  const sent = request({ host: '127.0.0.1', port, path, method, agent: false, headers }).end();
  const [response] = await once(sent, 'response');
  return { status: response.statusCode as number, body: await text(response) };
}

const ACCEPTED = [
  '127.0.0.1',
  '127.0.0.1:9090',
  '10.1.2.3:9090',
  '[::1]:9090',
  '[2001:db8::1]',
  'localhost',
  'LocalHost:9090',
  'localhost.',
  'podway',
  'podway-admin:9090',
  'podway.ingress.svc',
  'podway.ingress.svc:9090',
  'podway.ingress.svc.cluster.local.',
  'Podway.Ingress.SVC.Cluster.Local:9090',
];

const REFUSED = [
  'evil.example',
  'evil.example:9090',
  'evil.example.',
  'localhost.evil.example',
  '127.0.0.1.evil.example',
  'podway.svc.evil.example',
  'evil.examplesvc',
  'podway.ingress',
  'a b',
  '127.0.0.1:9090, evil.example',
  'evil.example@localhost',
  '[::1].evil.example',
  '*.example.com',
];

test('/routes refuses every name in Host that an attacker can own', async (t) => {
  const port = await serve(t);
  for (const host of ACCEPTED) assert.equal((await ask(port, '/routes', host)).status, 200, host);
  for (const host of REFUSED) {
    const { status, body } = await ask(port, '/routes', host);
    assert.equal(status, 421, host);
    assert.match(body, /^expected in Host: .* ADMIN_HOSTS\n$/);
  }
});

test('every page, except those of probes and scrapers, checks the name in Host for any method', async (t) => {
  const port = await serve(t);
  const statuses = async (method: string) => {
    const paths = ['/healthz', '/readyz', '/metrics?x=1', '/', '/routes', '/routes?x', '/none'];
    return Promise.all(paths.map(async (path) => (await ask(port, path, 'evil.example', method)).status));
  };
  assert.deepEqual(await statuses('GET'), [200, 200, 200, 421, 421, 421, 421]);
  assert.deepEqual(await statuses('HEAD'), [200, 200, 200, 421, 421, 421, 421]);
  assert.deepEqual(await statuses('POST'), [405, 405, 405, 421, 421, 421, 421]);
});

test('ADMIN_HOSTS allows further hosts, and all names below one', async (t) => {
  const port = await serve(t, 'Podway.example.com, *.ops.example.com');
  const status = async (host: string) => (await ask(port, '/routes', host)).status;
  assert.equal(await status('podway.example.com:443'), 200);
  assert.equal(await status('a.b.ops.example.com'), 200);
  assert.equal(await status('ops.example.com'), 421);
  assert.equal(await status('x.podway.example.com'), 421);
  assert.equal(await status('evilops.example.com'), 421);
});

const HEADS: readonly (readonly [string, string, number])[] = [
  ['HTTP/1.0 without Host, which no browser sends', 'GET /routes HTTP/1.0\r\n\r\n', 200],
  ['HTTP/1.0 with a foreign name', 'GET /routes HTTP/1.0\r\nHost: evil.example\r\n\r\n', 421],
  ['an empty name', 'GET /routes HTTP/1.1\r\nHost:\r\nConnection: close\r\n\r\n', 421],
  [
    'two names, the first of them allowed',
    'GET /routes HTTP/1.1\r\nHost: localhost\r\nHost: evil.example\r\nConnection: close\r\n\r\n',
    421,
  ],
  [
    'a foreign name in the target',
    'GET http://evil.example/routes HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n',
    404,
  ],
];

for (const [name, head, status] of HEADS) {
  test(`${name}: ${status}`, async (t) => {
    const socket = connect(await serve(t), '127.0.0.1').end(head);
    assert.match(await text(socket), new RegExp(`^HTTP/1.1 ${status} `));
  });
}

test('podway does not start when a value of ADMIN_HOSTS is not a host', () => {
  for (const value of ['https://podway.example.com', 'a:80', '*', 'x..y', 'a.example.com;b']) {
    const loaded = loadConfig({ ADMIN_HOSTS: value });
    assert.ok('problems' in loaded, value);
    assert.match(loaded.problems.join(), /^ADMIN_HOSTS=".*": expected hosts such as /);
  }
});

test('/readyz reports readiness under every name in Host, but facts about the cluster not under a name that an attacker can own', async (t) => {
  const notes = ['pods are not followed since 2026-01-01T00:00:00.000Z (attempts: 2): 10.0.0.1:443 is away'];
  const unused = () => assert.fail('another page');
  const pages = adminPages({
    version: '1',
    readiness: () => ({ draining: false, syncedRevision: 1, kinds: [], workers: [], notes }),
    metrics: unused,
    overview: unused,
    proxy: undefined,
    routes: true,
  });
  const port = await serve(t, '', pages);
  for (const [host, expected] of [
    ['10.1.2.3:9090', { ready: true, notes }],
    ['evil.example:9090', { ready: true }],
  ] as const) {
    const { status, body } = await ask(port, '/readyz', host);
    assert.deepEqual([status, JSON.parse(body)], [200, expected]);
  }
});

const PATHS = ['/', '/healthz', '/readyz', '/metrics', '/routes'];
/** The fields that browsers send for a page of another origin. */
const FOREIGN = [
  { 'sec-fetch-site': 'cross-site' },
  { 'sec-fetch-site': 'same-site' },
  { 'sec-fetch-site': 'none, none' },
  { origin: 'http://evil.example' },
  { origin: 'null' },
  { origin: 'http://localhost:8080' },
  { origin: 'https://localhost:9090' },
  { origin: 'http://localhost:9090', 'sec-fetch-site': 'same-site' },
];
const OWN = [
  {},
  { 'sec-fetch-site': 'none' },
  { 'sec-fetch-site': 'same-origin' },
  { origin: 'http://localhost:9090', 'sec-fetch-site': 'same-origin' },
];

test('in a browser, a page of another origin cannot read a page, and podway answers only probes under a name of an attacker (LO-07)', async (t) => {
  const port = await serve(t, '', PAGES, true);
  for (const path of PATHS) {
    for (const headers of FOREIGN)
      assert.equal(
        (await ask(port, path, 'localhost:9090', 'GET', headers)).status,
        403,
        JSON.stringify(headers),
      );
    for (const headers of OWN)
      assert.equal(
        (await ask(port, path, 'localhost:9090', 'GET', headers)).status,
        200,
        JSON.stringify(headers),
      );
  }
  const statuses = PATHS.map(async (path) => (await ask(port, path, 'evil.example:9090')).status);
  assert.deepEqual(await Promise.all(statuses), [421, 200, 200, 421, 421]);
});
