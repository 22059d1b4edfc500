/** Requests of browsers to a router on a developer's machine: hosts under a suffix, and requests of foreign pages. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkExchanges, type ExchangeCase, forwarded, head } from '../fixtures/check.ts';
import { startScene } from '../fixtures/scene.ts';

const POST = ['Content-Type: text/plain', 'Content-Length: 2'];
const UPGRADE = [
  'Connection: Upgrade',
  'Upgrade: websocket',
  'Sec-WebSocket-Version: 13',
  'Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==',
];
/** Hosts as browsers use them under the suffix, and a routed host that ends with the suffix. */
const PODS = [
  { name: 'shop', hosts: 't.local shop.example.com' },
  { name: 'api', hosts: 'api.example.com' },
  { name: 'wild', hosts: '*.wild.local' },
  { name: 'own', hosts: 'demo.localhost' },
];
const LOCAL = { pods: PODS, settings: { hostSuffix: '.localhost', unknownHost: '404' } } as const;

const asShop = {
  origin: 'shop',
  upstream: forwarded('GET /', ['Host: shop.example.com']),
  status: 200,
} as const;
const byHost = (host: string): string => head('GET / HTTP/1.1', `Host: ${host}`);
const renamed = (host: string): ExchangeCase => ({ name: `${host} (PT-20)`, send: byHost(host), ...asShop });
const refused = (name: string, send: string, status: number): ExchangeCase => ({ name, send, status });
const unreadable = (name: string, send: string): ExchangeCase => ({
  name,
  send,
  status: 400,
  after: 'closed',
});

await checkExchanges('a host under the suffix is that host, also for the pod', LOCAL, [
  renamed('shop.example.com.localhost'),
  renamed('shop.example.com.localhost:8080'),
  renamed('shop.example.com.localhost:80'),
  renamed('shop.example.com.localhost.'),
  renamed('Shop.Example.COM.LOCALHOST.:8080'),
  {
    name: 'the host without the suffix (PT-20)',
    send: byHost('shop.example.com:8080'),
    status: 200,
    origin: 'shop',
  },
  {
    name: 'a wildcard (PT-20)',
    send: byHost('a.wild.local.localhost:8080'),
    status: 200,
    origin: 'wild',
    upstream: forwarded('GET /', ['Host: a.wild.local']),
  },
  {
    name: 'a routed host that itself ends with the suffix (PT-20)',
    send: byHost('demo.localhost:8080'),
    status: 200,
    origin: 'own',
  },
  {
    name: 'the same under the suffix (PT-20)',
    send: byHost('demo.localhost.localhost'),
    status: 200,
    origin: 'own',
    upstream: forwarded('GET /', ['Host: demo.localhost']),
  },
  refused('the suffix is removed once (PT-20)', byHost('shop.example.com.localhost.localhost'), 404),
  refused('an unknown host (PT-20)', byHost('other.example.com.localhost'), 404),
  unreadable('no host before the suffix (PT-20)', byHost('.localhost')),
  {
    ...refused('two dots at its end (PT-20)', byHost('shop.example.com.localhost..'), 400),
    after: 'closed',
  },
  unreadable('a name before the suffix that is not a host (PT-20)', byHost('[::1].localhost')),
  {
    name: 'an absolute target under the suffix (PT-20)',
    send: head(
      'GET http://shop.example.com.localhost:8080/a?b HTTP/1.1',
      'Host: shop.example.com.localhost:8080',
    ),
    status: 200,
    origin: 'shop',
    upstream: forwarded('GET /a?b', ['Host: shop.example.com']),
  },
  unreadable(
    'an absolute target and Host that differ by the suffix (PT-20)',
    head('GET http://shop.example.com/ HTTP/1.1', 'Host: shop.example.com.localhost'),
  ),
  {
    name: 'Origin and Referer of a page under the suffix (PT-20)',
    send: head(
      'GET /a HTTP/1.1',
      'Accept: a',
      'Host: shop.example.com.localhost:8080',
      'Referer: http://shop.example.com.localhost:8080/b?u=http://x.localhost:8080',
      'Origin: http://api.example.com.localhost:8080',
      'Cookie: b',
    ),
    status: 200,
    origin: 'shop',
    upstream: forwarded('GET /a', [
      'Host: shop.example.com',
      'Referer: http://shop.example.com/b?u=http://x.localhost:8080',
      'Origin: http://api.example.com',
      'Accept: a',
      'Cookie: b',
    ]),
  },
  {
    name: 'Origin and Referer of other pages (PT-20)',
    send: head(
      'GET /a HTTP/1.1',
      'Host: shop.example.com.localhost:8080',
      'Origin: http://api.example.com.localhost:8081',
      'Referer: https://.localhost:8080/',
    ),
    status: 200,
    origin: 'shop',
    upstream: forwarded('GET /a', [
      'Host: shop.example.com',
      'Origin: http://api.example.com.localhost:8081',
      'Referer: https://.localhost:8080/',
    ]),
  },
]);

test('the suffix alone lists the hosts, as text (PT-20)', async () => {
  await using scene = await startScene(LOCAL);
  for (const host of ['localhost', 'localhost:8080', 'LOCALHOST.', '127.0.0.1:8080', '[::1]']) {
    const answer = await scene.exchange(byHost(host));
    const port = host.endsWith(':8080') ? ':8080' : '';
    const expected = ['*.wild.local', 'api.example.com', 'demo.localhost', 'shop.example.com', 't.local'];
    assert.deepEqual(
      answer.text.trim().split('\n').slice(1),
      expected.map((name) => `  http://${name}.localhost${port}/`),
    );
    assert.equal(answer.status, 404);
    assert.equal(answer.value('content-type'), 'text/plain');
    assert.equal(answer.value('x-podway-reason'), 'unknown-host');
  }
  assert.equal(
    (await scene.exchange(byHost('localhost').replace('GET', 'POST'))).text,
    '404 Not Found: unknown-host\n',
  );
});

const GUARDED = {
  pods: PODS,
  settings: { ...LOCAL.settings, allowedOrigins: ['https://app.example.com', 'vscode-webview://a'] },
};
const SUFFIXED = 'shop.example.com.localhost:8080';
const from = (host: string, ...lines: string[]): string => head('GET / HTTP/1.1', `Host: ${host}`, ...lines);
const FOREIGN_ORIGINS = [
  'http://evil.example',
  'null',
  '',
  'http://shop.example.com',
  'https://shop.example.com.localhost:8080',
  'http://shop.example.com.localhost',
  'http://shop.example.com.localhost:8081',
  'http://other.example.com.localhost:8080',
  'http://localhost:8080',
  'http://shop.example.com.localhost:8080.evil.example',
  'http://evil.example/shop.example.com.localhost:8080',
  'http://a@shop.example.com.localhost:8080',
  'HTTP://shop.example.com.localhost:8080',
  'http://Shop.example.com.localhost:8080',
  'http://shop.example.com:8080.localhost:8080',
  'http://shop.example.com.localhost:8080, http://shop.example.com.localhost:8080',
  'https://app.example.com.evil.example',
  'shop.example.com.localhost:8080',
];
const forbidden = (name: string, send: string): ExchangeCase => ({
  name,
  send,
  status: 403,
  check: (answer) => {
    assert.equal(answer.value('x-podway-reason'), 'foreign-origin');
    assert.equal(answer.text, '403 Forbidden: foreign-origin\n');
    assert.equal(answer.value('access-control-allow-origin'), undefined);
  },
});

await checkExchanges('a request of a foreign page reaches no pod', GUARDED, [
  ...FOREIGN_ORIGINS.map((origin) =>
    forbidden(`Origin: ${origin} (LO-01)`, from(SUFFIXED, `Origin: ${origin}`)),
  ),
  forbidden('two lines (LO-01)', from(SUFFIXED, `Origin: http://${SUFFIXED}`, `Origin: http://${SUFFIXED}`)),
  forbidden(
    'a foreign Origin with another Host (LO-01)',
    from('evil.example', 'Origin: http://evil.example'),
  ),
  {
    ...forbidden(
      'POST (LO-01)',
      `${head('POST / HTTP/1.1', `Host: ${SUFFIXED}`, 'Origin: null', ...POST)}ab`,
    ),
    after: 'closed',
  },
  forbidden(
    'preflight (LO-01)',
    head(
      'OPTIONS / HTTP/1.1',
      `Host: ${SUFFIXED}`,
      'Origin: http://evil.example',
      'Access-Control-Request-Method: PUT',
    ),
  ),
  {
    ...forbidden('upgrade (LO-01)', from(SUFFIXED, 'Origin: http://evil.example', ...UPGRADE)),
    after: 'closed',
  },
  forbidden(
    'absolute target (LO-01)',
    head(
      'GET http://shop.example.com/ HTTP/1.1',
      'Host: shop.example.com',
      'Origin: https://shop.example.com',
    ),
  ),
  ...['cross-site', 'same-site', 'Cross-Site', '', 'none, none', 'other'].map((site) =>
    forbidden(`Sec-Fetch-Site: ${site} (LO-02)`, from(SUFFIXED, `Sec-Fetch-Site: ${site}`)),
  ),
  forbidden(
    'an own origin and Sec-Fetch-Site of another site (LO-02)',
    from(SUFFIXED, 'Origin: http://api.example.com.localhost:8080', 'Sec-Fetch-Site: cross-site'),
  ),
  forbidden('two lines (LO-02)', from(SUFFIXED, 'Sec-Fetch-Site: none', 'Sec-Fetch-Site: cross-site')),
  forbidden(
    'other spellings have no effect (LO-02)',
    from(SUFFIXED, 'sec-fetch-site: cross-site', 'Sec_Fetch_Site: none'),
  ),
  forbidden(
    'a navigation from another site (LO-02)',
    from(SUFFIXED, 'Sec-Fetch-Site: cross-site', 'Referer: https://evil.example/https://app.example.com'),
  ),
  forbidden(
    'Connection does not remove Sec-Fetch-Site (LO-02)',
    from(SUFFIXED, 'Connection: Sec-Fetch-Site', 'Sec-Fetch-Site: cross-site'),
  ),
]);

/** The pod gets the request, with the Origin of its own host. */
const passed = (name: string, host: string, ...lines: string[]): ExchangeCase => ({
  name,
  send: from(host, ...lines),
  status: 200,
  origin: 'shop',
  upstream: forwarded('GET /', [
    `Host: ${host.replace('.localhost:8080', '')}`,
    ...lines.map((it) => it.replace('.localhost:8080', '')),
  ]),
});

await checkExchanges('a request of an own page, or of no page, is served', GUARDED, [
  passed('no browser (LO-03)', SUFFIXED),
  passed('typed, or from a bookmark (LO-03)', SUFFIXED, 'Sec-Fetch-Site: none'),
  passed(
    'own page under the suffix (LO-03)',
    SUFFIXED,
    `Origin: http://${SUFFIXED}`,
    'Sec-Fetch-Site: same-origin',
  ),
  passed(
    'a page of another own host, in an old browser (LO-03)',
    SUFFIXED,
    'Origin: http://api.example.com.localhost:8080',
  ),
  passed('own page, host without the suffix (LO-03)', 'shop.example.com', 'Origin: http://shop.example.com'),
  passed(
    'own page, host without the suffix with a port (LO-03)',
    'shop.example.com:8080',
    'Origin: http://shop.example.com:8080',
  ),
  passed(
    'an allowed origin (LO-03)',
    'shop.example.com',
    'Origin: https://app.example.com',
    'Sec-Fetch-Site: cross-site',
  ),
  passed(
    'an allowed origin with another scheme (LO-03)',
    'shop.example.com',
    'Origin: vscode-webview://a',
    'Sec-Fetch-Site: cross-site',
  ),
  passed(
    'a navigation from an allowed origin (LO-03)',
    'shop.example.com',
    'Referer: https://app.example.com/a',
    'Sec-Fetch-Site: cross-site',
  ),
]);

await checkExchanges('an edge ignores Origin', { pods: PODS }, [
  {
    name: 'foreign page',
    send: from('shop.example.com', 'Origin: http://evil.example', 'Sec-Fetch-Site: cross-site'),
    status: 200,
    origin: 'shop',
  },
  { name: 'suffix', send: byHost('shop.example.com.localhost'), status: 'closed' },
]);

await checkExchanges(
  'a foreign name that resolves to this machine reaches no pod, and podway contacts no other server',
  GUARDED,
  [
    refused('DNS rebinding (LO-04)', byHost('evil.example:8080'), 404),
    {
      ...refused(
        'CONNECT (LO-05)',
        head('CONNECT shop.example.com:443 HTTP/1.1', 'Host: shop.example.com:443'),
        405,
      ),
      after: 'closed',
    },
    refused('an unknown host (LO-05)', head('GET http://example.org/ HTTP/1.1', 'Host: example.org'), 404),
    refused('an address (LO-05)', head('GET http://169.254.169.254/ HTTP/1.1', 'Host: 169.254.169.254'), 404),
    {
      name: 'a routed host (LO-05)',
      send: head(
        'GET http://shop.example.com/a HTTP/1.1',
        'Host: shop.example.com',
        'Proxy-Connection: keep-alive',
      ),
      status: 200,
      origin: 'shop',
      upstream: forwarded('GET /a', ['Host: shop.example.com']),
    },
  ],
);
