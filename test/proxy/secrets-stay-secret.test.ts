import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { startPodway } from '../process/podway.ts';
import { base64, podManifest, secretManifest } from '../fixtures/manifest.ts';
import { Origin } from '../fixtures/origin.ts';

const KEYS = ['first-secret-key', 'second-secret-key'];

/** Every spelling in which a key could appear. */
const SPELLINGS = KEYS.flatMap((key) => [
  key,
  base64(key),
  createHash('sha256').update(base64(key)).digest('base64'),
  createHash('sha256').update(base64(key)).digest('hex'),
]);

function assertSecret(where: string, text: string): void {
  for (const spelling of SPELLINGS) assert.ok(!text.includes(spelling), `${where} shows ${spelling}`);
}

for (const accessLog of ['json', 'combined']) {
  test(`no output and no pod shows a key, ACCESS_LOG=${accessLog} (E21, AU-29)`, async () => {
    const origin = await Origin.start('o1');
    try {
      const pod = podManifest({
        name: 'o1',
        namespace: 'a',
        hosts: 't.local',
        paths: '/',
        port: origin.port,
      });
      const [first = '', second = ''] = KEYS;
      await using podway = await startPodway({
        env: { ACCESS_LOG: accessLog, LOG_LEVEL: 'trace' },
        manifests: { 'pod.json': pod, 'secret.json': secretManifest('a', { 'api-key': first }) },
      });
      await podway.until(200);
      const key = (value: string) => ({ 'x-routing-api-key': base64(value) });
      assert.equal((await podway.get('/', key(first))).status, 200);
      assertSecret('a refusal', JSON.stringify(await podway.get('/', key(`${first}x`))));
      await podway.write('secret.json', secretManifest('a', { 'api-key': second, 'api-key.bad': '' }));
      await podway.eventually(async () => assert.equal((await podway.get('/', key(second))).status, 200));
      assertSecret('the old key refused', JSON.stringify(await podway.get('/', key(first))));
      for (const page of ['/routes', '/metrics', '/healthz', '/readyz', '/']) {
        assertSecret(page, (await podway.admin(page)).body);
      }
      podway.kill('SIGTERM');
      const { code, stdout, stderr } = await podway.ended;
      assert.equal(code, 0);
      assert.match(stdout, /"?GET/, 'the access log is on');
      assertSecret('stdout', stdout);
      assertSecret('stderr', stderr);
      assertSecret('the pod', origin.received);
    } finally {
      await origin.close();
    }
  });
}
