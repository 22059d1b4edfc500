import assert from 'node:assert/strict';
import { execFile, spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { promisify } from 'node:util';
import { get, post } from '../fixtures/check.ts';
import { base64 } from '../fixtures/manifest.ts';
import { ntlmPod } from '../fixtures/ntlm-pod.ts';
import { halfClose, ok, type Origin, reset, until } from '../fixtures/origin.ts';
import type { RawClient } from '../fixtures/raw-client.ts';
import { type Scene, type SceneSpec, startScene } from '../fixtures/scene.ts';
import { echoing, handshake } from '../fixtures/websocket.ts';

const MAIL = get('/mail');

/** Two pods, so that the test would see a rotation. */
function office(settings?: SceneSpec['settings'], scheme = 'NTLM'): Promise<Scene> {
  const pods = ['a', 'b'].map((name) => ({ name, answer: ntlmPod(scheme), hosts: 't.local 127.0.0.1' }));
  return startScene({ pods, ...(settings && { settings }) });
}

async function logIn(client: RawClient, user: string, scheme = 'NTLM'): Promise<void> {
  const asked = await client.exchange(get('/mail', `Authorization: ${scheme} ask`));
  assert.equal(asked.status, 401);
  assert.match(asked.value('www-authenticate') ?? '', new RegExp(`^${scheme} TlRMTVNTUA`));
  const answer = await client.exchange(get('/mail', `Authorization: ${scheme} ${user}`));
  assert.equal(answer.text, `mail of ${user}`);
}

function connections(scene: Scene, names = ['a', 'b']): Origin['connections'] {
  return names.flatMap((name) => scene.origin(name).connections);
}

/**
 * Shows podway that these pods serve several connections at a time: each answers again on a connection after a younger one. Otherwise podway
 * closes a connection with a login when a new one waits for its first byte for 50 ms, which it does on a busy machine.
 */
async function answerOutOfOrder(scene: Scene, names: readonly string[]): Promise<void> {
  const pods = names.map((name) => scene.origin(name));
  const inRotation = () => Promise.all(pods.map(() => scene.exchange(MAIL)));
  const answers = pods.map(({ answer }) => answer);
  const release = Promise.withResolvers<void>();
  for (const pod of pods) pod.answer = [ok('')];
  await inRotation();
  for (const pod of pods) pod.answer = [until(release.promise), ok('')];
  const older = inRotation();
  for (const pod of pods) await pod.request(1);
  for (const pod of pods) pod.answer = [ok('')];
  await inRotation();
  release.resolve();
  await older;
  for (const [index, pod] of pods.entries()) {
    assert.deepEqual(
      pod.connections.map(({ requests }) => requests.length),
      [2, 1],
    );
    pod.answer = answers[index] ?? [];
  }
}

/** The connection on which a user is logged in. */
function connectionOf(scene: Scene, user: string, names?: string[]) {
  const found = connections(scene, names).filter(({ requests }) =>
    requests.some((it) => it.value('authorization')?.endsWith(` ${user}`)),
  );
  const [connection] = found;
  assert.ok(connection !== undefined && found.length === 1, `${found.length} connections of ${user}`);
  return connection;
}

for (const scheme of ['NTLM', 'Negotiate']) {
  test(`${scheme}: a pod connection with a login is used for that client connection alone`, async () => {
    await using scene = await office(undefined, scheme);
    using alice = await scene.client();
    using bob = await scene.client();
    await logIn(alice, 'alice', scheme);
    for (let round = 0; round < 4; round += 1) {
      assert.equal((await bob.exchange(MAIL)).status, 401);
      assert.equal((await alice.exchange(MAIL)).text, 'mail of alice', 'no rotation');
    }
    await logIn(bob, 'bob', scheme);
    const mails = await Promise.all([alice.exchange(MAIL), bob.exchange(MAIL)]);
    assert.deepEqual(
      mails.map(({ text }) => text),
      ['mail of alice', 'mail of bob'],
    );
    assert.notEqual(connectionOf(scene, 'alice'), connectionOf(scene, 'bob'));
  });
}

test('a challenge alone binds the connection, even as one of several in a list', async () => {
  await using scene = await office();
  using client = await scene.client();
  for (let round = 0; round < 4; round += 1) assert.equal((await client.exchange(MAIL)).status, 401);
  assert.equal(connections(scene).length, 1);
  using other = await scene.client();
  assert.equal((await other.exchange(MAIL)).status, 401);
  assert.equal(connections(scene).length, 2);
});

test('logins of single requests, such as Basic and Bearer, bind no connection', async () => {
  await using scene = await startScene({ pods: [{ name: 'a' }] });
  for (const credentials of [
    'Basic YWxpY2U6eA==',
    'Bearer abc',
    'NTLMv2 x',
    'Negotiated',
    'Digest username="NTLM"',
  ])
    assert.equal((await scene.exchange(get('/', `Authorization: ${credentials}`))).status, 200);
  assert.equal(scene.origin('a').connections.length, 1);
});

test('a bound connection stays open longer than the idle time of others, and ends with its client connection', async () => {
  await using scene = await office({ upstreamKeepaliveTimeout: 60 });
  const alice = await scene.client();
  await logIn(alice, 'alice');
  const own = connectionOf(scene, 'alice');
  using other = await scene.client();
  // The route's other pod answers a request without a login; its connection is kept for 60 ms.
  scene.origin('a').answer = ['HTTP/1.1 204 No Content\r\n\r\n'];
  scene.origin('b').answer = ['HTTP/1.1 204 No Content\r\n\r\n'];
  assert.equal((await other.exchange(MAIL)).status, 204);
  const pooled = connections(scene).find((it) => it !== own);
  await pooled?.closed();
  assert.equal(own.reader.ending, undefined);
  assert.equal((await alice.exchange(MAIL)).status, 204);
  assert.equal(own.requests.length, 3);
  alice.close();
  await own.closed();
});

for (const [name, how] of [
  ['closed', halfClose],
  ['reset', reset],
] as const) {
  for (const request of [MAIL, get('/mail', 'Authorization: NTLM alice'), post('/mail', 'x')]) {
    test(`a request on a bound connection is never sent to another pod: ${name}, ${request.slice(0, 4)}`, async () => {
      await using scene = await office();
      using alice = await scene.client();
      await logIn(alice, 'alice');
      const isOfA = scene.origin('a').connections.includes(connectionOf(scene, 'alice'));
      const [own, other] = isOfA ? ['a', 'b'] : ['b', 'a'];
      scene.origin(own ?? '').answer = how;
      const before = scene.origin(other ?? '').requests.length;
      assert.equal((await alice.exchange(request)).status, 502);
      assert.equal(scene.origin(other ?? '').requests.length, before);
    });
  }
}

test('when its pod leaves the route, the client starts again at another', async () => {
  await using scene = await office();
  using alice = await scene.client();
  await logIn(alice, 'alice');
  const own = connectionOf(scene, 'alice');
  scene.router.removePod('default', scene.origin('a').connections.includes(own) ? 'a' : 'b');
  await own.closed();
  assert.equal((await alice.exchange(MAIL)).status, 401);
  await logIn(alice, 'alice2');
});

test("a trusted proxy's connection has many users, so the pod connection ends with the response", async () => {
  await using scene = await office({ trustedProxies: ['127.0.0.1'] });
  using proxy = await scene.client();
  const asked = await proxy.exchange(get('/mail', 'Authorization: NTLM ask'));
  assert.equal(asked.status, 401);
  await connections(scene)[0]?.closed();
  assert.equal((await proxy.exchange(get('/mail', 'Authorization: NTLM alice'))).text, 'mail of alice');
  await connectionOf(scene, 'alice').closed();
  assert.equal((await proxy.exchange(MAIL)).status, 401, 'and not the mail of alice');
});

test('a login does not replace the key, and the key of another namespace leads to its pods', async () => {
  await using scene = await startScene({
    pods: ['one', 'two'].map((name) => ({ name, namespace: name, answer: ntlmPod() })),
    keys: { one: 'key-one', two: 'key-two' },
  });
  using alice = await scene.client();
  const withKey = (namespace: string, ...lines: string[]) =>
    get('/', `X-Routing-Api-Key: ${base64(`key-${namespace}`)}`, ...lines);
  assert.equal((await alice.exchange(withKey('one', 'Authorization: NTLM ask'))).status, 401);
  assert.equal((await alice.exchange(withKey('one', 'Authorization: NTLM alice'))).text, 'mail of alice');
  assert.equal((await alice.exchange(MAIL)).status, 403);
  assert.equal((await alice.exchange(withKey('two'))).status, 401);
  assert.equal(scene.origin('two').requests.length, 1);
  await scene.origin('one').connections[0]?.closed();
});

test('a WebSocket uses the connection that is logged in', async () => {
  await using scene = await office();
  using alice = await scene.client();
  await logIn(alice, 'alice');
  const own = connectionOf(scene, 'alice');
  for (const name of ['a', 'b']) scene.origin(name).answer = echoing;
  void alice.send(handshake('/mail'));
  assert.match((await alice.head()).start, / 101 /);
  void alice.send('hello');
  assert.equal((await alice.reader.read(5)).toString(), 'hello');
  assert.equal(own.requests.length, 3);
  alice.close();
  await own.closed();
});

test('each route has its own logins, and a client connection keeps four of them', async () => {
  const paths = ['/a', '/b', '/c', '/d', '/e'];
  await using scene = await startScene({
    pods: paths.map((path) => ({ name: path.slice(1), paths: path, answer: ntlmPod() })),
  });
  using client = await scene.client();
  for (const path of paths) {
    await client.exchange(get(path, 'Authorization: NTLM ask'));
    assert.equal((await client.exchange(get(path, `Authorization: NTLM user${path}`))).status, 200);
  }
  await scene.origin('a').connections[0]?.closed();
  for (const path of paths.slice(1))
    assert.equal((await client.exchange(get(path))).text, `mail of user${path}`);
  assert.equal((await client.exchange(get('/a'))).status, 401);
});

test('connections with a login count as idle connections of their pod, and as connections of clients', async () => {
  await using scene = await startScene({
    pods: [{ name: 'a', answer: ntlmPod() }],
    settings: { upstreamIdleConnections: 2 },
  });
  await answerOutOfOrder(scene, ['a']);
  const clients = await Promise.all([scene.client(), scene.client(), scene.client()]);
  for (const client of clients) assert.equal((await client.exchange(MAIL)).status, 401);
  assert.equal(scene.router.snapshot().gauges.upstream_connections_idle, 2);
  await scene.origin('a').connections[2]?.closed();
});

test('at the limit of connections the oldest login is closed for a new connection', async () => {
  await using scene = await startScene({
    pods: [{ name: 'a', answer: ntlmPod() }],
    settings: { maxConnections: 5 },
  });
  await answerOutOfOrder(scene, ['a']);
  const pod = scene.origin('a');
  using first = await scene.client();
  using second = await scene.client();
  await logIn(first, 'first');
  await logIn(second, 'second');
  using third = await scene.client();
  assert.equal((await third.exchange(MAIL)).status, 401);
  assert.equal(
    pod.connections[2]?.reader.ending ?? (await pod.connections[2]?.closed()),
    'fin',
    'podway accepts no third connection',
  );
  using fourth = await scene.client();
  await connectionOf(scene, 'first', ['a']).closed();
  assert.equal((await fourth.exchange(MAIL)).status, 401);
  assert.equal((await second.exchange(MAIL)).text, 'mail of second');
  assert.equal((await first.exchange(MAIL)).status, 401);
});

const skip = /NTLM/.test(spawnSync('curl', ['--version'], { encoding: 'utf8' }).stdout ?? '')
  ? false
  : 'no curl with NTLM on this machine';

test('curl --ntlm logs in and stays logged in, beside others', { skip }, async () => {
  await using scene = await office();
  await answerOutOfOrder(scene, ['a', 'b']);
  const url = `http://127.0.0.1:${scene.router.port}/mail`;
  const curl = (user: string) =>
    promisify(execFile)('curl', [
      '--silent',
      '--max-time',
      '20',
      '--ntlm',
      '--user',
      `${user}:x`,
      url,
      url,
      url,
    ]);
  const users = ['alice', 'bob', 'carol', 'dave'];
  const mails = await Promise.all(users.map(curl));
  assert.deepEqual(
    mails.map(({ stdout }) => stdout),
    users.map((user) => `mail of ${user}`.repeat(3)),
  );
  for (const connection of connections(scene)) await connection.closed();
  while (scene.router.snapshot().gauges.upstream_connections > 0) await turn();
});
