import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AuthServer, sso } from '../fixtures/auth-service.ts';
import type { RequestListener } from 'node:http';
import { get } from '../fixtures/check.ts';
import { startScene, type Scene, type Site } from '../fixtures/scene.ts';
import { echoing, handshake } from '../fixtures/websocket.ts';

const HEADERS = ['X-Auth-User', 'X-Auth-Groups'];

/** Longer than any case takes on a busy machine. Cases about the timeout set their own. */
const TIMEOUT = 60_000;

async function sceneOf(
  service: Pick<AuthServer, 'url'>,
  pods: readonly Site[],
  timeout = TIMEOUT,
): Promise<Scene> {
  const auths = [{ name: 'sso', url: service.url, headers: HEADERS, timeout }];
  return await startScene({ pods, settings: { auths } });
}

const POD: Site = { name: 'o1', paths: '/ auth=sso' };
const auth = (lines: readonly string[]) => lines.filter((it) => /^x.auth/i.test(it));

test('a client without a session gets the redirect to the login, and no pod gets the request (FA-03)', async () => {
  await using service = await AuthServer.start(sso);
  await using scene = await sceneOf(service, [POD]);
  const response = await scene.exchange(get('/cart?x=1'));
  assert.deepEqual(
    [response.status, response.value('location'), response.values('set-cookie')],
    [302, 'https://login.test/?rd=%2Fcart%3Fx%3D1', ['csrf=1; Path=/']],
  );
  const refused = await scene.exchange(get('/', 'Cookie: session=unknown'));
  assert.deepEqual([refused.status, refused.value('www-authenticate')], [403, 'Cookie']);
  assert.equal(scene.origin('o1').requests.length, 0);
});

test('a client with a session reaches the pod with the name from the service, and with no other name (FA-02)', async () => {
  await using service = await AuthServer.start(sso);
  await using scene = await sceneOf(service, [POD]);
  const forged = ['X-Auth-User: root', 'x_auth_user: root', 'X.Auth.User: root', 'X-Auth-Groups: admins'];
  const response = await scene.exchange(get('/', 'Cookie: session=ada', ...forged));
  assert.equal(response.status, 200);
  assert.deepEqual(response.values('set-cookie'), ['session=new; Path=/']);
  const { lines } = (await scene.origin('o1').request(0)).head;
  assert.deepEqual(auth(lines), ['X-Auth-User: ada']);
});

test("the service gets the fields that it needs, and no client's version of a field that podway sets", async () => {
  await using service = await AuthServer.start(sso);
  await using scene = await sceneOf(service, [{ ...POD, paths: '/api auth=sso strip' }]);
  const lines = [
    'Cookie: session=ada',
    'Authorization: Bearer t',
    'X-Forwarded-For: 10.1.1.1',
    'X-Forwarded-Method: GET',
    'X-Forwarded-Prefix: /admin',
  ];
  await scene.exchange(
    `POST /api/x?y HTTP/1.1\r\nHost: t.local\r\nContent-Length: 2\r\n${lines.join('\r\n')}\r\n\r\nab`,
  );
  const [asked] = service.requests;
  assert.ok(asked);
  assert.deepEqual([asked.method, asked.url, asked.headers['content-length']], ['GET', '/check', undefined]);
  const { headers } = asked;
  assert.deepEqual(
    [
      headers['x-forwarded-method'],
      headers['x-forwarded-uri'],
      headers['x-forwarded-for'],
      headers['x-forwarded-host'],
    ],
    ['POST', '/api/x?y', '127.0.0.1', 't.local'],
  );
  assert.equal(headers['x-forwarded-prefix'], undefined);
  assert.deepEqual([headers.cookie, headers.authorization], ['session=ada', 'Bearer t']);
  const request = await scene.origin('o1').request(0);
  assert.equal(request.head.start, 'POST /x?y HTTP/1.1');
});

const BAD: Readonly<Record<string, RequestListener>> = {
  'answers 500': (_, response) => response.writeHead(500).end(),
  'answers 404': (_, response) => response.writeHead(404).end(),
  'answers 302 without a target': (_, response) => response.writeHead(302).end(),
  'does not answer': () => undefined,
  'sends half of a response': (_, response) =>
    void response.writeHead(200, { 'content-length': 10 }).write('a'),
  'ends the connection': (request) => void request.socket.destroy(),
  'sends ten thousand fields': (request) => {
    const fields = Array.from({ length: 10_000 }, (_, at) => `X-${at}: ${at}\r\n`).join('');
    request.socket.end(`HTTP/1.1 200 OK\r\n${fields}\r\n`);
  },
  'sends a control character': (request) => {
    request.socket.end('HTTP/1.1 200 OK\r\nX-Auth-User: a\u0001b\r\nContent-Length: 0\r\n\r\n');
  },
  'sends bytes that are not HTTP': (request) => request.socket.end('hello\r\n\r\n'),
};

for (const [what, answers] of Object.entries(BAD))
  test(`a service that ${what} admits no request (FA-01)`, async () => {
    await using service = await AuthServer.start(answers);
    const isEndless = what === 'does not answer' || what === 'sends half of a response';
    await using scene = await sceneOf(service, [POD], isEndless ? 300 : TIMEOUT);
    const response = await scene.exchange(get('/', 'Cookie: session=ada'));
    const isAnswer = /^answers \d/.test(what);
    const reason = isAnswer ? 'auth-bad-answer' : 'auth-unavailable';
    assert.deepEqual([response.status, response.value('x-podway-reason')], [503, reason]);
    assert.equal(scene.origin('o1').requests.length, 0);
  });

test("podway reads the body of the service's response no further than needed", async () => {
  await using service = await AuthServer.start((request, response) => {
    response.writeHead(200, { 'x-auth-user': 'ada' });
    const timer = setInterval(() => response.write('x'.repeat(100_000)), 1);
    request.socket.on('close', () => clearInterval(timer));
  });
  await using scene = await sceneOf(service, [POD]);
  assert.equal((await scene.exchange(get('/'))).status, 200);
});

test('an unreachable service admits no request (FA-01)', async () => {
  await using scene = await sceneOf({ url: 'http://127.0.0.1:1/' }, [POD]);
  assert.equal((await scene.exchange(get('/'))).status, 503);
});

test('requests above the maximum number that wait are refused, and a client that disconnects frees its place', async () => {
  await using service = await AuthServer.start(() => undefined);
  const auths = [{ name: 'sso', url: service.url, headers: HEADERS, timeout: TIMEOUT }];
  await using scene = await startScene({ pods: [POD], settings: { auths, authInFlight: 1 } });
  const waiting = await scene.client();
  await waiting.send(get('/'));
  await scene.untilInFlight();
  while (service.requests.length === 0) await new Promise(setImmediate);
  const refused = await scene.exchange(get('/'));
  assert.deepEqual([refused.status, refused.value('x-podway-reason')], [503, 'auth-busy']);
  waiting.reset();
  while (scene.router.snapshot().gauges.exchanges_in_flight > 0) await new Promise(setImmediate);
  const next = await scene.client();
  await next.send(get('/'));
  while (service.requests.length < 2) await new Promise(setImmediate);
  next.reset();
});

test('the key is checked first, and both must be valid', async () => {
  await using service = await AuthServer.start(sso);
  const auths = [{ name: 'sso', url: service.url, headers: HEADERS, timeout: TIMEOUT }];
  await using scene = await startScene({
    pods: [{ ...POD, namespace: 'one' }],
    keys: { one: 'secret' },
    settings: { auths },
  });
  assert.equal((await scene.exchange(get('/', 'Cookie: session=ada'))).status, 403);
  assert.equal(service.requests.length, 0);
  const key = `X-Routing-Api-Key: ${Buffer.from('secret').toString('base64')}`;
  assert.equal((await scene.exchange(get('/', key))).status, 302);
  assert.equal((await scene.exchange(get('/', key, 'Cookie: session=ada'))).status, 200);
});

test('a WebSocket is checked, too, and a retry keeps the fields of the service', async () => {
  await using service = await AuthServer.start(sso);
  const pods: readonly Site[] = [
    { name: 'o1', paths: '/ auth=sso', refuses: true },
    { name: 'o2', paths: '/ auth=sso', answer: echoing },
  ];
  await using scene = await sceneOf(service, pods);
  using refused = await scene.client();
  await refused.send(handshake('/'));
  assert.match((await refused.head()).start, / 302 /);
  for (let times = 0; times < 2; times++) {
    using client = await scene.client();
    await client.send(handshake('/', 'Cookie: session=ada'));
    assert.match((await client.head()).start, / 101 /);
  }
  for (const { head } of scene.origin('o2').requests)
    assert.deepEqual(auth(head.lines), ['X-Auth-User: ada']);
});

test('pods without the option serve clients that the service refuses, as during a rollout that adds the option', async () => {
  await using service = await AuthServer.start(sso);
  await using scene = await sceneOf(service, [POD, { name: 'o2', paths: '/' }]);
  for (let times = 0; times < 4; times++) await scene.exchange(get('/', 'X-Auth-User: root'));
  assert.deepEqual([scene.origin('o1').requests.length, scene.origin('o2').requests.length], [0, 4]);
  for (const { head } of scene.origin('o2').requests) assert.deepEqual(auth(head.lines), []);
  for (let times = 0; times < 4; times++) await scene.exchange(get('/', 'Cookie: session=ada'));
  assert.deepEqual([scene.origin('o1').requests.length, scene.origin('o2').requests.length], [2, 6]);
});
