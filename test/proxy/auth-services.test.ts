import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { IncomingMessage, RequestListener } from 'node:http';
import { createServer, type ServerHttp2Stream } from 'node:http2';
import { createServer as createSecureServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import { AuthServer } from '../fixtures/auth-service.ts';
import { startBlackHole } from '../fixtures/black-hole.ts';
import { makeCertificate } from '../fixtures/certificates.ts';
import { get, head, post } from '../fixtures/check.ts';
import { pseudo } from '../fixtures/http2/raw-http2-client.ts';
import { podManifest } from '../fixtures/manifest.ts';
import { freePort } from '../fixtures/free-ports.ts';
import { ok } from '../fixtures/origin.ts';
import { RawClient } from '../fixtures/raw-client.ts';
import { startRouter } from '../fixtures/router.ts';
import { Scene, type Site, startScene } from '../fixtures/scene.ts';
import type { SettingsOverrides } from '../fixtures/settings.ts';
import { echoing, handshake } from '../fixtures/websocket.ts';

const HEADERS = ['X-Auth-User', 'Authorization'];
const ADA = 'Cookie: session=ada';
const POD: Site = { name: 'o1', paths: '/ auth=sso' };

/** Names the user of a session and renews the session. Redirects other clients to the login; caches may keep that if configured. */
const sso: RequestListener = (request, response) => {
  const user = /session=(\w+)/.exec(request.headers.cookie ?? '')?.[1];
  if (user === undefined) response.writeHead(301, { location: '/login' }).end();
  else
    response
      .writeHead(200, { 'x-auth-user': user, authorization: `Bearer ${user}`, 'set-cookie': ['a=1', 'b=2'] })
      .end('welcome');
};
const COOKIES = ['a=1', 'b=2'];

function settingsFor(url: string, more: SettingsOverrides = {}): SettingsOverrides {
  return { auths: [{ name: 'sso', url, headers: HEADERS, timeout: 5_000 }], ...more };
}

async function sceneOf(
  { url }: Pick<AuthServer, 'url'>,
  pods: readonly Site[],
  more?: SettingsOverrides,
): Promise<Scene> {
  return await startScene({ pods, settings: settingsFor(url, more) });
}

/** The field lines of the pod's first request that match. */
async function received(scene: Scene, name: string, pattern: RegExp): Promise<readonly string[]> {
  const { lines } = (await scene.origin(name).request(0)).head;
  return lines.filter((it) => pattern.test(it));
}

for (const collectRequest of [0, 1_000])
  test(`a body that arrives without 100 Continue, and is collected up to ${collectRequest} bytes, reaches the pod (FA-04)`, async () => {
    await using service = await AuthServer.start(sso);
    await using scene = await sceneOf(service, [POD], { collectRequest });
    assert.equal((await scene.exchange(post('/', 'hello', ADA, 'Expect: 100-continue'))).status, 200);
    const { body } = await scene.origin('o1').request(0);
    assert.equal((await body).content.toString(), 'hello');
  });

test('no client is asked for its body before the service has accepted the request (FA-04)', async () => {
  await using service = await AuthServer.start(sso);
  await using scene = await sceneOf(service, [POD]);
  const asking = (...lines: readonly string[]) =>
    head('POST / HTTP/1.1', 'Host: t.local', 'Content-Length: 5', 'Expect: 100-continue', ...lines);
  const refused = await scene.exchange(asking());
  assert.deepEqual([refused.status, refused.value('connection')], [301, 'close']);
  using client = await scene.client();
  await client.send(asking(ADA));
  assert.match((await client.head()).start, / 100 /);
  await client.send('hello');
  assert.equal((await client.response()).status, 200);
});

test('requests that arrive together are sent to the service in their order', async () => {
  await using service = await AuthServer.start(sso);
  await using scene = await sceneOf(service, [POD]);
  using client = await scene.client();
  await client.send(get('/1', ADA) + head('HEAD /2 HTTP/1.1', 'Host: t.local') + get('/3', ADA));
  const statuses = [];
  for (const method of ['GET', 'HEAD', 'GET']) statuses.push((await client.response(method)).status);
  assert.deepEqual(statuses, [200, 301, 200]);
});

test('a service that is a pod with auth= causes no loop (FA-05)', async () => {
  const port = await freePort();
  await using scene = await startScene({
    pods: [{ ...POD, hosts: '127.0.0.1 t.local' }],
    settings: settingsFor(`http://127.0.0.1:${port}/check`, { port }),
  });
  assert.equal((await scene.exchange(get('/', ADA))).value('x-podway-reason'), 'auth-bad-answer');
  const reasons = scene.router.log.map(({ reason }) => reason);
  assert.deepEqual(reasons, ['loop', 'auth-bad-answer', 'auth-bad-answer', 'auth-bad-answer']);
});

test('a request to a service that closes kept connections is retried once (FA-06)', async () => {
  let asked = 0;
  await using service = await AuthServer.start((request, response) => {
    asked += 1;
    if (asked % 2 === 0) request.socket.destroy();
    else sso(request, response);
  });
  await using scene = await sceneOf(service, [POD]);
  for (let times = 0; times < 4; times++) assert.equal((await scene.exchange(get('/', ADA))).status, 200);
});

test('fields of a service never reach a pod from clients, on any route and in any spelling (FA-07)', async () => {
  await using service = await AuthServer.start(sso);
  await using scene = await sceneOf(
    service,
    [
      { ...POD, paths: '/private auth=sso' },
      { name: 'o2', paths: '/' },
    ],
    {
      trustedProxies: ['127.0.0.1'],
    },
  );
  await scene.exchange(get('/', 'X-Auth-User: root', 'x_auth.user: root', 'Authorization: Basic cm9vdA=='));
  assert.deepEqual(await received(scene, 'o2', /auth/i), ['Authorization: Basic cm9vdA==']);
  await scene.exchange(get('/private', ADA, 'X-Auth-User: root', 'Authorization: Basic cm9vdA=='));
  assert.deepEqual(await received(scene, 'o1', /auth/i), ['X-Auth-User: ada', 'Authorization: Bearer ada']);
});

test('a field of the service in two lines becomes one line of the request (FA-07)', async () => {
  await using service = await AuthServer.start((_, response) =>
    response.writeHead(200, ['X-Auth-User', 'ada', 'x-auth-user', 'bob']).end(),
  );
  await using scene = await sceneOf(service, [POD]);
  await scene.exchange(get('/'));
  assert.deepEqual(await received(scene, 'o1', /auth/i), ['X-Auth-User: ada, bob']);
});

test('the service does not get the key', async () => {
  await using service = await AuthServer.start(sso);
  const key = Buffer.from('secret').toString('base64');
  await using scene = await startScene({
    pods: [{ ...POD, namespace: 'one' }],
    keys: { one: 'secret' },
    settings: settingsFor(service.url),
  });
  assert.equal((await scene.exchange(get('/', ADA, `X-Routing-Api-Key: ${key}`))).status, 200);
  assert.ok(!JSON.stringify(service.requests[0]?.rawHeaders).includes(key));
});

test('cookies of the service are in every response to the client, and shared caches do not keep them (FA-08)', async () => {
  await using service = await AuthServer.start(sso);
  await using scene = await sceneOf(service, [
    { ...POD, answer: [ok('', 'Cache-Control: public, max-age=60', 'ETag: "1"')] },
    { name: 'o2', paths: '/plain auth=sso', answer: [ok('', 'Cache-Control: max-age=60')] },
    { name: 'o3', paths: '/gone auth=sso', refuses: true },
    { name: 'o4', paths: '/ws auth=sso', answer: echoing },
  ]);
  for (const [path, cacheControl] of [
    ['/', ['private']],
    ['/plain', ['max-age=60', 'private']],
    ['/gone', ['private']],
  ] as const) {
    const response = await scene.exchange(get(path, ADA));
    assert.deepEqual(response.values('set-cookie'), COOKIES);
    assert.deepEqual(response.values('cache-control'), cacheControl);
  }
  using client = await scene.client();
  await client.send(handshake('/ws', ADA));
  const { start, lines } = await client.head();
  assert.match(start, / 101 /);
  assert.deepEqual(
    lines.filter((it) => /cookie/i.test(it)),
    COOKIES.map((it) => `Set-Cookie: ${it}`),
  );
});

test('no cache keeps a redirect of the service, unless the service allows it (FA-08)', async () => {
  await using service = await AuthServer.start((request, response) => {
    const caching = request.headers['x-forwarded-uri'] === '/said' ? { 'cache-control': 'max-age=1' } : {};
    response.writeHead(301, { location: '/login', ...caching }).end();
  });
  await using scene = await sceneOf(service, [POD]);
  assert.deepEqual((await scene.exchange(get('/'))).values('cache-control'), ['no-store']);
  assert.deepEqual((await scene.exchange(get('/said'))).values('cache-control'), ['max-age=1']);
});

test('the drain ends a request that waits for a service, and connections to services', async () => {
  await using service = await AuthServer.start((request, response) => {
    if (request.headers['x-forwarded-uri'] === '/') sso(request, response);
  });
  await using scene = await sceneOf(service, [POD], { drainTimeout: 50 });
  await scene.exchange(get('/', ADA));
  const [kept] = service.requests;
  assert.ok(kept);
  const closed = once(kept.socket, 'close');
  using client = await scene.client();
  await client.send(get('/slow', ADA));
  await service.untilRequested(2);
  const drained = scene.router.drain();
  assert.equal((await client.response()).value('x-podway-reason'), 'drain-timeout');
  assert.equal(await drained, 1);
  await closed;
});

test('a service with https gets no byte before its certificate is verified (FA-09)', async () => {
  const { key, certificate } = await makeCertificate({ names: ['127.0.0.1'] });
  let asked = 0;
  const server = createSecureServer({ key, cert: certificate }, () => (asked += 1)).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const failed = once(server, 'tlsClientError');
  {
    await using scene = await sceneOf({ url: `https://127.0.0.1:${port}/check` }, [POD]);
    assert.equal((await scene.exchange(get('/', ADA))).value('x-podway-reason'), 'auth-unavailable');
    await failed;
  }
  assert.equal(asked, 0);
  server.close();
});

test('the timeout of a service includes the time in which it accepts no connection (FA-01)', async () => {
  await using hole = await startBlackHole();
  const url = `http://127.0.0.1:${hole.port}/check`;
  const auths = [{ name: 'sso', url, headers: HEADERS, timeout: 100 }];
  await using scene = await startScene({ pods: [POD], settings: { auths } });
  assert.equal((await scene.exchange(get('/', ADA))).value('x-podway-reason'), 'auth-unavailable');
});

test('a client that leaves ends the request to the service (FA-10)', async () => {
  await using service = await AuthServer.start(() => undefined);
  await using scene = await sceneOf(service, [POD]);
  using client = await scene.client();
  await client.send(get('/', ADA));
  await service.untilRequested(1);
  const closed = once((service.requests[0] as IncomingMessage).socket, 'close');
  client.reset();
  await closed;
});

test('requests over HTTP/2, from clients and to pods, are checked in the same way', async () => {
  await using service = await AuthServer.start(sso);
  const seen: string[] = [];
  const pod = createServer().on('stream', (stream: ServerHttp2Stream, fields) => {
    seen.push(String(fields['x-auth-user']));
    stream.respond({ ':status': 200 });
    stream.end('ok');
  });
  pod.listen(0, '127.0.0.1');
  await once(pod, 'listening');
  const { port } = pod.address() as AddressInfo;
  const pods = [podManifest({ name: 'p', hosts: 't.local', paths: `${port}:/ auth=sso proto=h2c`, port })];
  const router = await startRouter({
    pods,
    secrets: [],
    settings: settingsFor(service.url, { http2Plain: true }),
  });
  await using scene = new Scene(router, new Map());
  const client = await scene.http2Client();
  const session: [string, string][] = [
    ['cookie', 'x=y'],
    ['cookie', 'session=ada'],
    ['x-auth-user', 'root'],
  ];
  client.request(1, [...pseudo('GET', '/'), ...session]);
  client.request(3, pseudo('GET', '/'));
  const [let_, refused] = [await client.answer(1), await client.answer(3)];
  client.socket.destroy();
  assert.deepEqual([let_.status, refused.status, refused.value('location')], [200, 301, '/login']);
  assert.deepEqual(seen, ['ada']);
  assert.equal(service.requests[0]?.headers.cookie, 'x=y; session=ada');
  const cookies = let_.fields.filter(([name]) => name === 'set-cookie').map(([, value]) => value);
  assert.deepEqual(cookies, COOKIES);
  using plain = await RawClient.connect(router.port);
  assert.equal((await plain.exchange(get('/', ADA))).status, 200);
  pod.close();
});
