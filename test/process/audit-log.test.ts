/** The audit log (AUDIT_LOG) of a real podway. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startPodway } from './podway.ts';

const KEY = 'c2VjcmV0LWtleQ==';

function auditLines(stdout: string): Record<string, unknown>[] {
  const lines = stdout.split('\n').filter((line) => line.startsWith('{"type":"audit"'));
  return lines.map((line) => JSON.parse(line) as Record<string, unknown>);
}

test('every request to the operator listener and for /routes is a line, and no line contains a key, a cookie or a query (EX-16)', async () => {
  await using podway = await startPodway({ manifests: {}, env: { AUDIT_LOG: 'json', OWN_ANSWERS: '10' } });
  await podway.until(200);
  await podway.operator(
    `/explain?host=a.example&path=${encodeURIComponent('/x?token=hush')}&header=Cookie:%20hush`,
    {
      'x-routing-api-key': KEY,
      authorization: 'Bearer hush',
      cookie: 'session=hush',
    },
  );
  await podway.operator('/no-such-page%0a?host=%0a%1b', {}, 'POST');
  await podway.operator('/routes', { host: 'evil.example' });
  await podway.admin('/routes?hush=1');
  await podway.admin('/routes', 'POST');
  await podway.admin('/metrics');
  await podway.eventually(async () => assert.equal(auditLines(podway.stdout).length, 5));
  const lines = auditLines(podway.stdout).map((line) => [
    line['listener'],
    line['method'],
    line['path'],
    line['status'],
    line['about'],
    line['client'],
  ]);
  assert.deepEqual(lines, [
    ['operator', 'GET', '/explain', 200, { host: 'a.example', path: '/x' }, '127.0.0.1'],
    ['operator', 'POST', '', 404, { host: '\n\u001b' }, '127.0.0.1'],
    ['operator', 'GET', '/routes', 403, {}, '127.0.0.1'],
    ['admin', 'GET', '/routes', 200, {}, '127.0.0.1'],
    ['admin', 'POST', '/routes', 405, {}, '127.0.0.1'],
  ]);
  assert.doesNotMatch(podway.stdout, new RegExp(`hush|${KEY}|session`));
  assert.match((await podway.admin('/metrics')).body, /^podway_audit_lines_dropped_total 0$/m);
});

test('without AUDIT_LOG no line is written about them', async () => {
  await using podway = await startPodway({ manifests: {} });
  await podway.until(200);
  await podway.operator('/routes');
  await podway.admin('/routes');
  assert.doesNotMatch((await podway.admin('/metrics')).body, /podway_audit/);
  podway.kill('SIGTERM');
  assert.deepEqual(auditLines((await podway.ended).stdout), []);
});
