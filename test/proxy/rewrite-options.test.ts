import assert from 'node:assert/strict';
import { test } from 'node:test';
import { get } from '../fixtures/check.ts';
import { ok } from '../fixtures/origin.ts';
import { startScene, type Site } from '../fixtures/scene.ts';
import type { SettingsOverrides } from '../fixtures/settings.ts';
import { echoing, handshake } from '../fixtures/websocket.ts';

interface TargetCase {
  readonly item: string;
  readonly settings?: SettingsOverrides;
  /** Targets of clients, with the target that the pod gets or the reason of a refusal. */
  readonly targets: Readonly<Record<string, string>>;
}

/** The table for ReplacePrefixMatch in Gateway API, and targets that attackers send. */
const TARGETS: Readonly<Record<string, TargetCase>> = {
  'strip (ST-02, ST-03, ST-04, ST-07)': {
    item: '/api strip',
    targets: {
      '/api': '/',
      '/api/': '/',
      '/api/x': '/x',
      '/api/x/': '/x/',
      '/api?x=1': '/?x=1',
      '/api/x?a=/api&b=%2f': '/x?a=/api&b=%2f',
      '/api//evil.com/x': '/evil.com/x',
      '/api///': '/',
      '/%61pi/x': '/x',
      '//api/x': '/x',
      '/api/%2Fx': '/%2Fx',
      '/api/a%20b//c': '/a%20b//c',
      '/api/api': '/api',
    },
  },
  'refused targets are still refused (ST-05)': {
    item: '/api strip',
    targets: {
      '/api/%2e%2e/admin': 'bad-path',
      '/api/..;/admin': 'bad-path',
      '/api/..': 'bad-path',
      '/apix': 'no-route',
      '/api%2fx': 'ambiguous-path',
    },
  },
  'replace (ST-09)': {
    item: '/api replace=/v2',
    targets: { '/api': '/v2', '/api/': '/v2/', '/api/x': '/v2/x', '/api//x': '/v2//x', '/%61pi/x': '/v2/x' },
  },
  'replace= of a path that ends with a slash': {
    item: '/api/ replace=/v2/',
    targets: { '/api/': '/v2/', '/api/x': '/v2/x' },
  },
  'replace=/ is the same as strip': { item: '/api replace=/', targets: { '/api': '/', '/api/x': '/x' } },
  'replace= of the root': { item: '/ replace=/v2', targets: { '/': '/v2/', '/x': '/v2/x' } },
  'strip of the root': { item: '/ strip', targets: { '/': '/', '//x': '/x' } },
  'whole segments, regardless of PATH_MATCH (ST-05)': {
    item: '/api strip',
    settings: { pathMatch: 'prefix' },
    targets: {
      '/api/x': '/x',
      '/apix': 'unsafe-rewrite',
      '/api../x': 'unsafe-rewrite',
      '/api.': 'unsafe-rewrite',
    },
  },
};

for (const [name, { item, settings, targets }] of Object.entries(TARGETS))
  test(name, async () => {
    await using scene = await startScene({
      pods: [{ name: 'o1', paths: item }],
      ...(settings !== undefined && { settings }),
    });
    for (const [target, expected] of Object.entries(targets)) {
      const before = scene.origin('o1').requests.length;
      const response = await scene.exchange(get(target));
      const request = scene.origin('o1').requests[before];
      const got = request?.head.start.split(' ')[1] ?? response.value('x-podway-reason');
      assert.equal(got, expected, target);
    }
  });

interface PrefixCase {
  readonly item: string;
  readonly sent: readonly string[];
  readonly trusted?: boolean;
  readonly prefixes: readonly string[];
}

const PREFIXES: readonly PrefixCase[] = [
  { item: '/api strip', sent: [], prefixes: ['/api'] },
  { item: '/api/ strip', sent: [], prefixes: ['/api'] },
  { item: '/ strip', sent: [], prefixes: [] },
  { item: '/ strip', sent: ['X-Forwarded-Prefix: /evil'], prefixes: [] },
  {
    item: '/api strip',
    sent: ['X-Forwarded-Prefix: /evil', 'X_Forwarded_Prefix: /evil', 'X.Forwarded.Prefix: /evil'],
    prefixes: ['/api'],
  },
  { item: '/api', sent: ['X-Forwarded-Prefix: /evil', 'X_Forwarded_Prefix: /evil'], prefixes: [] },
  { item: '/api strip', sent: ['X-Forwarded-Prefix: /edge'], trusted: true, prefixes: ['/edge/api'] },
  { item: '/api strip', sent: ['X-Forwarded-Prefix: /edge/'], trusted: true, prefixes: ['/edge/api'] },
  { item: '/api strip', sent: ['X-Forwarded-Prefix: http://x'], trusted: true, prefixes: ['/api'] },
  { item: '/api strip', sent: ['X_Forwarded_Prefix: /edge'], trusted: true, prefixes: ['/api'] },
  { item: '/api', sent: ['X-Forwarded-Prefix: /edge'], trusted: true, prefixes: ['/edge'] },
  { item: '/api strip', sent: ['Connection: x-forwarded-prefix'], prefixes: ['/api'] },
];

for (const { item, sent, trusted, prefixes } of PREFIXES)
  test(`X-Forwarded-Prefix: ${item}, ${sent.join(' | ')} ${trusted === true ? 'of a trusted peer' : ''} (ST-17, ST-18)`, async () => {
    const settings = { trustedProxies: trusted === true ? ['127.0.0.1'] : [] };
    await using scene = await startScene({ pods: [{ name: 'o1', paths: item }], settings });
    await scene.exchange(get('/api/x', ...sent));
    const { lines } = (await scene.origin('o1').request(0)).head;
    assert.deepEqual(
      lines.filter((line) => /forwarded.prefix/i.test(line)),
      prefixes.map((it) => `X-Forwarded-Prefix: ${it}`),
    );
  });

interface AnswerCase {
  readonly item?: string;
  /** A field line of the request, which then comes from a trusted peer. */
  readonly asked?: string;
  readonly sent: readonly string[];
  readonly got: readonly string[];
}

const HOST = 't.local';
const ANSWERS: readonly AnswerCase[] = [
  { sent: ['Location: /login'], got: ['Location: /api/login'] },
  { sent: ['Location: /'], got: ['Location: /api/'] },
  { sent: ['Location: /login?next=/x#y'], got: ['Location: /api/login?next=/x#y'] },
  { sent: ['Location: /api/login'], got: ['Location: /api/login'] },
  { sent: ['Location: /apix'], got: ['Location: /api/apix'] },
  ...['//other/', 'https://other/', '?q', '#f', 'login', '', '/\\evil.com', '/\t/evil.com'].map((it) => ({
    sent: [`Location: ${it}`],
    got: [`Location: ${it}`.trimEnd()],
  })),
  { sent: ['Location: /a', 'Location: /b'], got: ['Location: /a', 'Location: /b'] },
  { sent: [`Location: http://${HOST}/x`], got: [`Location: http://${HOST}/api/x`] },
  { sent: [`Location: http://${HOST}:80/x`], got: [`Location: http://${HOST}:80/api/x`] },
  { sent: [`Location: http://${HOST}`], got: [`Location: http://${HOST}/api/`] },
  { sent: [`Location: http://${HOST}:8080/x`], got: [`Location: http://${HOST}:8080/x`] },
  { sent: ['Set-Cookie: a=b; Path=/x'], got: ['Set-Cookie: a=b; Path=/api/x'] },
  { sent: ['Set-Cookie: a=b; Path=/; Secure'], got: ['Set-Cookie: a=b; Path=/; Secure'] },
  { sent: ['Set-Cookie: a=b; path=/api/x'], got: ['Set-Cookie: a=b; Path=/api/x'] },
  { sent: ['Set-Cookie: a=b'], got: ['Set-Cookie: a=b'] },
  { sent: ['Set-Cookie: __Host-a=b; Path=/x'], got: ['Set-Cookie: __Host-a=b; Path=/x'] },
  {
    sent: ['Set-Cookie: a=b; Path=/x', 'Set-Cookie: c=d; Path=/y'],
    got: ['Set-Cookie: a=b; Path=/api/x', 'Set-Cookie: c=d; Path=/api/y'],
  },
  {
    sent: ['Content-Location: /x', 'Refresh: 0; url=/x'],
    got: ['Content-Location: /x', 'Refresh: 0; url=/x'],
  },
  { item: '/api strip answers=as-is', sent: ['Location: /login'], got: ['Location: /login'] },
  { item: '/api replace=/v2', sent: ['Location: /v2/login'], got: ['Location: /api/login'] },
  { item: '/api replace=/v2', sent: ['Location: /v2'], got: ['Location: /api'] },
  { item: '/api replace=/v2', sent: ['Location: /login'], got: ['Location: /login'] },
  { item: '/api replace=/v2', sent: ['Set-Cookie: a=b; Path=/v2'], got: ['Set-Cookie: a=b; Path=/api'] },
  {
    item: '/api strip host=internal:81',
    sent: ['Location: http://internal:81/x'],
    got: ['Location: /api/x'],
  },
  { item: '/api', sent: ['Location: /login'], got: ['Location: /login'] },
  // Below the root every path already has the clients' prefix.
  { item: '/ replace=/v2', sent: ['Location: /v2/login'], got: ['Location: /login'] },
  { item: '/ replace=/v2', sent: ['Location: /v2?x'], got: ['Location: /?x'] },
  { item: '/ replace=/v2', sent: ['Location: /login'], got: ['Location: /login'] },
  { item: '/ replace=/v2', sent: [`Location: http://${HOST}/v2/a`], got: [`Location: http://${HOST}/a`] },
  { item: '/ replace=/v2', sent: ['Set-Cookie: a=b; Path=/v2'], got: ['Set-Cookie: a=b; Path=/'] },
  ...['/v2//evil.com', '/v2/\\evil.com', '/v2/\\/evil.com'].map((it) => ({
    item: '/ replace=/v2',
    sent: [`Location: ${it}`],
    got: ['Location: /evil.com'],
  })),
  { item: '/api replace=/api/v1', sent: ['Location: /api/v1/login'], got: ['Location: /api/login'] },
  { item: '/api replace=/api/v1', sent: ['Location: /api/login'], got: ['Location: /api/login'] },
  { item: '/api/x replace=/api', sent: ['Location: /api/login'], got: ['Location: /api/x/login'] },
  { item: '/api/x replace=/api', sent: ['Location: /api/x/login'], got: ['Location: /api/x/login'] },
  // A pod that uses X-Forwarded-Prefix writes paths that begin with the peer's prefix.
  ...['Location: ', 'Set-Cookie: a=b; Path='].flatMap((name) => [
    {
      asked: 'X-Forwarded-Prefix: /edge',
      sent: [`${name}/edge/api/login`],
      got: [`${name}/edge/api/login`],
    },
    { asked: 'X-Forwarded-Prefix: /edge', sent: [`${name}/login`], got: [`${name}/api/login`] },
  ]),
  { sent: ['Location: /edge/api/login'], got: ['Location: /api/edge/api/login'] },
  ...['Edge.Example', 'edge.example, inner.example'].map((it) => ({
    asked: `X-Forwarded-Host: ${it}`,
    sent: ['Location: https://edge.example/x'],
    got: ['Location: https://edge.example/api/x'],
  })),
];

for (const { item = '/api strip', asked, sent, got } of ANSWERS)
  test(`answers: ${item}: ${sent.join(' | ')} (ST-12, ST-13, ST-14, ST-15)`, async () => {
    const pod: Site = { name: 'o1', paths: item, answer: [ok('', ...sent)] };
    const settings = { trustedProxies: asked === undefined ? [] : ['127.0.0.1'] };
    await using scene = await startScene({ pods: [pod], settings });
    const { lines } = (await scene.exchange(get('/api/x', ...(asked === undefined ? [] : [asked])))).head;
    assert.deepEqual(
      lines
        .filter((line) => /^(?:location|set-cookie|refresh|content-location):/i.test(line))
        .map((it) => it.trimEnd()),
      got,
    );
  });

test('clients cannot set the host and prefix with which podway rewrites responses', async () => {
  const answer = [ok('', 'Location: http://evil.example/x', 'Set-Cookie: a=b; Path=/evil/api/c')];
  await using scene = await startScene({ pods: [{ name: 'o1', paths: '/api strip', answer }] });
  const sent = ['X-Forwarded-Host: evil.example', 'X-Forwarded-Prefix: /evil'];
  const response = await scene.exchange(get('/api/x', ...sent));
  assert.equal(response.value('location'), 'http://evil.example/x');
  assert.equal(response.value('set-cookie'), 'a=b; Path=/api/evil/api/c');
});

test('a response gets the prefix of clients and their host under HOST_SUFFIX', async () => {
  const answer = [ok('', 'Location: http://t.local/login', 'Set-Cookie: a=b; Domain=t.local; Path=/x')];
  await using scene = await startScene({
    pods: [{ name: 'o1', paths: '/api strip', answer }],
    settings: { hostSuffix: '.localhost', unknownHost: '404' },
  });
  const request = 'GET /api/x HTTP/1.1\r\nHost: t.local.localhost:8080\r\n\r\n';
  const response = await scene.exchange(request);
  assert.equal(response.value('location'), 'http://t.local.localhost:8080/api/login');
  assert.equal(response.value('set-cookie'), 'a=b; Domain=t.local.localhost; Path=/api/x');
});

test('the pod gets host= in Host, and the host of the client in X-Forwarded-Host', async () => {
  await using scene = await startScene({ pods: [{ name: 'o1', paths: '/ host=internal.example.com:81' }] });
  await scene.exchange(get('/', 'X-Other: 1'));
  const { lines } = (await scene.origin('o1').request(0)).head;
  assert.deepEqual(lines.slice(0, 2), ['Host: internal.example.com:81', 'X-Other: 1']);
  assert.equal(lines.filter((line) => /^host:/i.test(line)).length, 1);
  assert.ok(lines.includes('X-Forwarded-Host: t.local'));
});

test('a WebSocket with an unusual query is rewritten in the same way (ST-08)', async () => {
  await using scene = await startScene({ pods: [{ name: 'o1', paths: '/api strip', answer: echoing }] });
  using client = await scene.client();
  await client.send(handshake('/api/ws?a=/api&b=%2F%zz&&c'));
  assert.match((await client.head()).start, /101/);
  const request = await scene.origin('o1').request(0);
  assert.equal(request.head.start, 'GET /ws?a=/api&b=%2F%zz&&c HTTP/1.1');
});

test('a retry is rewritten for the pod that gets it (ST-19)', async () => {
  const pods: readonly Site[] = [
    { name: 'o1', paths: '/api strip', refuses: true },
    { name: 'o2', paths: '/api' },
  ];
  await using scene = await startScene({ pods });
  for (let at = 0; at < 2; at++) assert.equal((await scene.exchange(get('/api/x'))).status, 200);
  const targets = scene.origin('o2').requests.map(({ head }) => head.start.split(' ')[1]);
  assert.deepEqual(targets, ['/api/x', '/api/x']);
});

test('the access log has the path of the client', async () => {
  await using scene = await startScene({ pods: [{ name: 'o1', paths: '/api strip' }] });
  await scene.exchange(get('/api/x'));
  assert.match(JSON.stringify(scene.router.log[0]), /\/api\/x/);
});
