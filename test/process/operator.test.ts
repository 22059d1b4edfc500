import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { get, type IncomingMessage } from 'node:http';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { podManifest } from '../fixtures/manifest.ts';
import { Origin } from '../fixtures/origin.ts';
import { runPodway, startPodway } from './podway.ts';
import { sampleOf } from '../fixtures/wide.ts';

test('ADMIN_ROUTES=false and OPERATOR_STREAMS=1', async (t) => {
  const manifests = { 'o1.json': podManifest({ name: 'o1', hosts: 't.local', paths: '/', port: 3000 }) };
  await using podway = await startPodway({
    manifests,
    env: { ADMIN_ROUTES: 'false', OPERATOR_STREAMS: '1' },
  });
  await podway.until(200);

  await t.test(
    'the operator listener serves the table, and the admin listener does so only if it is allowed',
    async () => {
      const table = await podway.operator('/routes');
      assert.deepEqual([table.status, JSON.parse(table.body).routes[0].host], [200, 't.local']);
      assert.equal((await podway.admin('/routes')).status, 404);
      assert.equal((await podway.admin('/metrics')).status, 200);
      assert.equal((await podway.operator('/metrics')).status, 404);
      assert.equal((await podway.operator('/routes', { host: 'evil.example' })).status, 403);
    },
  );

  await t.test('ADMIN_ROUTES=false: no request to the admin listener gets the table', async () => {
    for (const path of [
      '/routes',
      '/routes?',
      '/routes/',
      '//routes',
      '/%72outes',
      '/ROUTES',
      '/explain',
      '/tail',
      '/answers',
    ])
      assert.equal((await podway.admin(path)).status, 404);
    for (const path of ['/', '/healthz', '/readyz', '/routes'])
      assert.doesNotMatch((await podway.admin(path)).body, /t\.local/);
    assert.match((await podway.admin('/')).body, /at the operator listener/);
  });

  await t.test('a stream of the listener takes one place, and does not delay the shutdown', async () => {
    const sent = get({ host: podway.address, port: podway.operatorPort, path: '/tail', agent: false });
    const [reply] = (await once(sent, 'response')) as [IncomingMessage];
    assert.equal(reply.headers['content-type'], 'text/event-stream; charset=utf-8');
    await once(reply, 'readable');
    assert.equal((await podway.operator('/tail')).status, 503);
    assert.equal((await podway.operator('/routes')).status, 200);
    const broken = once(reply, 'error');
    podway.kill('SIGTERM');
    await broken;
    assert.equal((await podway.ended).code, 0);
  });
});

test('the listeners with their defaults', async (t) => {
  const manifests = { 'o1.json': podManifest({ name: 'o1', hosts: 't.local', paths: '/', port: 3000 }) };
  await using podway = await startPodway({ manifests });
  await podway.until(200);

  await t.test('by default both listeners serve the table', async () => {
    const [admin, operator] = [await podway.admin('/routes'), await podway.operator('/routes')];
    assert.deepEqual(JSON.parse(admin.body).routes, JSON.parse(operator.body).routes);
  });

  await t.test(
    'pages of other origins can read no page of the listener, and no request changes state',
    async () => {
      for (const path of ['/', '/pages', '/routes', '/explain?host=a', '/answers', '/tail']) {
        assert.equal((await podway.operator(path, {}, 'HEAD')).status, 200);
        for (const method of ['POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'])
          assert.equal((await podway.operator(path, {}, method)).status, 405);
        for (const headers of [
          { host: 'evil.example' },
          { host: 'podway' },
          { origin: 'http://evil.example' },
          { 'sec-fetch-site': 'cross-site' },
        ])
          assert.equal(
            (await podway.operator(path, headers)).status,
            403,
            `${path} ${JSON.stringify(headers)}`,
          );
        assert.equal((await podway.operator(`${path}${path.includes('?') ? '&' : '?'}token=x`)).status, 400);
      }
    },
  );
});

for (const name of sampleOf(['PORT', 'ADMIN_PORT', 'TLS_PORT', 'TERMINAL_PORT'], 1)) {
  test(`the operator listener cannot have the port of another listener: ${name}`, async () => {
    const env = { [name]: '7777', OPERATOR_PORT: '7777' };
    const { code, stderr } = await runPodway({ manifests: {}, env });
    assert.equal(code, 2);
    assert.match(stderr, new RegExp(`OPERATOR_PORT="7777": expected another port than ${name}="7777"`));
  });
}

test('an address that is not loopback requires a token', async () => {
  const { code, stderr } = await runPodway({ manifests: {}, env: { OPERATOR_ADDRESS: '0.0.0.0' } });
  assert.equal(code, 2);
  assert.match(stderr, /OPERATOR_ADDRESS="0\.0\.0\.0": expected a loopback address/);
});

test('an unreadable token file is reported before podway starts a listener', async () => {
  const { code, stderr } = await runPodway({ manifests: {}, env: { OPERATOR_TOKEN_FILE: '/nowhere' } });
  assert.equal(code, 2);
  assert.match(stderr, /^podway: OPERATOR_TOKEN_FILE: expected a readable file/);
});

test('a token is required, and no output contains it', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'podway-test-'));
  const token = 'a-token-of-32-characters-a-token';
  await writeFile(join(folder, 'token'), token);
  await using podway = await startPodway({
    manifests: {},
    env: { OPERATOR_TOKEN_FILE: join(folder, 'token') },
  });
  await podway.until(200);
  assert.equal((await podway.operator('/routes')).status, 401);
  assert.equal((await podway.operator('/routes', { authorization: `Bearer ${token}` })).status, 200);
  podway.kill('SIGTERM');
  const { stdout, stderr } = await podway.ended;
  assert.ok(!`${stdout}${stderr}`.includes(token));
  await rm(folder, { recursive: true });
});

test('if its port is in use, the operator listener fails, and requests are served', async (t) => {
  const origin = await Origin.start('o1');
  t.after(() => origin.close());
  const manifests = {
    'o1.json': podManifest({ name: 'o1', hosts: 't.local', paths: '/', port: origin.port }),
  };
  const other = createServer().listen(0, '127.0.0.1');
  t.after(() => other.close());
  await once(other, 'listening');
  const { port } = other.address() as { readonly port: number };
  const env = { OPERATOR_ADDRESS: '127.0.0.1', OPERATOR_PORT: String(port) };
  await using podway = await startPodway({ manifests, env });
  await podway.until(200);
  assert.equal((await podway.get('/')).status, 200);
  await podway.eventually(async () => assert.match(podway.stdout, /no operator listener/));
});
