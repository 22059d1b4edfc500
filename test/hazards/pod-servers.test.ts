/** The API server of a stream: the ways to reach it, and the credentials that it gets. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nameProblem } from '../../src/podstream/pod-target.ts';
import { TestClock } from '../cluster/test-clock.ts';
import { StreamServer } from '../fixtures/stream-server.ts';
import { Home, Proxy } from './pod-server.ts';

function refusal(code: number, ...lines: readonly string[]): string {
  return [`HTTP/1.1 ${code} No`, 'Content-Length: 0', ...lines, '', ''].join('\r\n');
}

function tokensOf(server: StreamServer): (string | undefined)[] {
  return server.requests.map(({ headers }) => headers.authorization);
}

test('a replaced token is read again after a 401, once (PS-04, PS-29)', async (t) => {
  await using home = await Home.make();
  if (home === undefined) return t.skip('no openssl on this machine');
  await using server = await StreamServer.start({
    tls: await home.tls(),
    answer: ({ headers }) => {
      if (headers.authorization === 'Bearer third') return 'accept';
      home.kubeconfig(
        { server: server.url },
        { token: headers.authorization === 'Bearer first' ? 'second' : 'third' },
      );
      return refusal(401);
    },
  });
  home.kubeconfig({ server: server.url }, { token: 'first' });
  assert.match(await home.exec(server), /^unauthorized: open pods\/exec failed: the API server answered 401/);
  assert.deepEqual(tokensOf(server), ['Bearer first', 'Bearer second']);
  assert.equal(await home.exec(server), 'exited');
});

test('a plugin that prints no credentials is a failure, and its message does not quote the output (PS-29)', async (t) => {
  await using home = await Home.make();
  if (home === undefined) return t.skip('no openssl on this machine');
  await using server = await StreamServer.start({ tls: await home.tls() });
  const command = home.program('plugin', 'echo "token: hunter2"');
  const exec = { apiVersion: 'client.authentication.k8s.io/v1', command, interactiveMode: 'Never' };
  home.kubeconfig({ server: server.url }, { exec });
  assert.equal(
    await home.exec(server),
    'credentials: no credentials for the API server: expected JSON, found something else',
  );
  assert.deepEqual(server.requests, []);
});

test('podway respects the Retry-After of a server, up to a limit (PS-04)', async (t) => {
  await using home = await Home.make();
  if (home === undefined) return t.skip('no openssl on this machine');
  for (const [answers, expected, waits] of [
    [[refusal(429, 'Retry-After: 2'), refusal(503, 'Retry-After: 1'), 'accept'], 'exited', [2_000, 1_000]],
    [[refusal(429, 'Retry-After: 60')], 'throttled', []],
    [Array.from({ length: 4 }, () => refusal(429, 'Retry-After: 1')), 'throttled', [1_000, 1_000, 1_000]],
  ] as const) {
    await using server = await StreamServer.start({ answer: () => answers[server.requests.length - 1] });
    home.kubeconfig({ server: server.url });
    const clock = new TestClock();
    assert.equal((await home.exec(server, clock)).split(':', 1)[0], expected);
    assert.deepEqual(clock.backoffs, waits);
    assert.equal(server.requests.length, answers.length);
  }
});

test('names that would change the path are refused (PS-30)', () => {
  const bad = [
    '',
    '.',
    '..',
    'a/b',
    '../x',
    'a?b',
    'a#b',
    'a%2fb',
    '%2e',
    'a b',
    'A',
    'ä',
    'a\n',
    '-a',
    'a.',
    'x'.repeat(254),
  ];
  const good = { namespace: 'shop', pod: 'web-0.x', container: 'app' };
  assert.equal(nameProblem(good), undefined);
  for (const name of bad) {
    for (const field of ['namespace', 'pod', 'container']) {
      assert.match(
        nameProblem({ ...good, [field]: name }) ?? '',
        /is not a DNS/,
        `${field} ${JSON.stringify(name)}`,
      );
    }
  }
});

test('the proxy of a kubeconfig carries streams, and resolves a name that only the proxy knows (PS-31)', async (t) => {
  await using home = await Home.make();
  if (home === undefined) return t.skip('no openssl on this machine');
  await using server = await StreamServer.start({ tls: await home.tls() });
  for (const start of [() => Proxy.http(), () => Proxy.socks()]) {
    await using proxy = await start();
    const named = server.url.replace('127.0.0.1', 'api.test');
    home.kubeconfig({ server: named, 'proxy-url': proxy.url, 'tls-server-name': 'localhost' });
    assert.equal(await home.exec(server), 'exited');
    assert.deepEqual(proxy.asked, [`api.test:${server.port}`]);
  }
});

test('a server below a path, a server with another name, and a server of another authority (PS-31)', async (t) => {
  await using home = await Home.make();
  if (home === undefined) return t.skip('no openssl on this machine');
  await using server = await StreamServer.start({ tls: await home.tls() });
  home.kubeconfig({ server: `${server.url}/k8s/clusters/c-1/`, 'tls-server-name': 'localhost' });
  assert.equal(await home.exec(server), 'exited');
  assert.match(
    server.requests[0]?.url ?? '',
    /^\/k8s\/clusters\/c-1\/api\/v1\/namespaces\/shop\/pods\/web-0\/exec\?command=true&container=app&stdout=true/,
  );
  home.kubeconfig({ server: server.url, 'tls-server-name': 'other.test' });
  assert.match(
    await home.exec(server),
    /^unreachable: the API server at 127\.0\.0\.1:\d+ cannot be reached: /,
  );
  await home.authority.create();
  home.kubeconfig({ server: server.url });
  assert.match(await home.exec(server), /^unreachable: .*certificate/);
  assert.equal(server.requests.length, 1);
});

test('a server that supports only HTTP/2 is refused with that reason (PS-32)', async (t) => {
  await using home = await Home.make();
  if (home === undefined) return t.skip('no openssl on this machine');
  await using server = await StreamServer.start({ tls: { ...(await home.tls()), ALPNProtocols: ['h2'] } });
  home.kubeconfig({ server: server.url });
  assert.match(await home.exec(server), /^malformed: .* does not support HTTP\/1\.1, which/);
});
