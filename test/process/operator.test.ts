import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { podManifest } from '../fixtures/manifest.ts';
import { Origin } from '../fixtures/origin.ts';
import { runPodway, startPodway } from './podway.ts';

test('the operator listener has the table, and the admin listener only if it may', async () => {
  const manifests = { 'o1.json': podManifest({ name: 'o1', hosts: 't.local', paths: '/', port: 3000 }) };
  await using podway = await startPodway({ manifests, env: { ADMIN_ROUTES: 'false' } });
  await podway.until(200);
  const table = await podway.operator('/routes');
  assert.deepEqual([table.status, JSON.parse(table.body).routes[0].host], [200, 't.local']);
  assert.equal((await podway.admin('/routes')).status, 404);
  assert.equal((await podway.admin('/metrics')).status, 200);
  assert.equal((await podway.operator('/metrics')).status, 404);
  assert.equal((await podway.operator('/routes', { host: 'evil.example' })).status, 403);
});

test('an address that others reach needs a token', async () => {
  const { code, stderr } = await runPodway({ manifests: {}, env: { OPERATOR_ADDRESS: '0.0.0.0' } });
  assert.equal(code, 2);
  assert.match(stderr, /OPERATOR_ADDRESS="0\.0\.0\.0": expected an address of this machine alone/);
});

test('a token that cannot be read is told before anything begins', async () => {
  const { code, stderr } = await runPodway({ manifests: {}, env: { OPERATOR_TOKEN_FILE: '/nowhere' } });
  assert.equal(code, 2);
  assert.match(stderr, /^podway: OPERATOR_TOKEN_FILE: expected a readable file/);
});

test('a token is asked for, and told nowhere', async () => {
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

test('a port that is taken costs the listener, and no request', async () => {
  const origin = await Origin.start('o1');
  const manifests = {
    'o1.json': podManifest({ name: 'o1', hosts: 't.local', paths: '/', port: origin.port }),
  };
  const other = createServer().listen(0, '127.0.0.1');
  await once(other, 'listening');
  const { port } = other.address() as { readonly port: number };
  const env = { OPERATOR_ADDRESS: '127.0.0.1', OPERATOR_PORT: String(port) };
  await using podway = await startPodway({ manifests, env });
  await podway.until(200);
  assert.equal((await podway.get('/')).status, 200);
  assert.match(podway.stdout, /no operator listener/);
  other.close();
  await origin.close();
});
