/** With TLS, Secrets with certificates are compared, too. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { makeCertificate } from '../fixtures/certificates.ts';
import { checkHere, jsonHere } from './checking.ts';
import { clusterOf, deployed } from './live-cluster.ts';

test('a certificate that is added with its routes, and one for a host that is not routed', async () => {
  const { certificate, key } = await makeCertificate({ names: ['a.local', 'b.local'] });
  const secret = {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 'routing-tls', namespace: 'shop' },
    stringData: { 'tls.crt': certificate, 'tls.key': key },
  };
  await using api = await clusterOf(deployed('web', 1, { hosts: 'a.local', paths: '3000:/' }));
  const asked = { api, files: { 'tls.json': secret }, env: { TLS_PORT: '8443' } };
  const { code, document } = await jsonHere(asked);
  assert.equal(code, 1);
  assert.deepEqual(
    document.changes.map((it) => (it.change === 'certificate' ? [it.host, it.before] : it)),
    [['a.local', null]],
  );
  assert.deepEqual(
    document.rejections.map(({ kind, name, reason, detail }) => `${kind} ${name} ${reason} ${detail}`),
    ['Secret routing-tls tls-host-not-routed tls.crt: b.local'],
  );
  const { stdout } = await checkHere(asked);
  assert.match(
    stdout,
    /^certificate: a\.local: none of its own -> Secret shop\/routing-tls tls\.crt until \d{4}-/m,
  );
  assert.ok(!stdout.includes('PRIVATE') && !stdout.includes(key.slice(30, 60)));
  assert.deepEqual((await jsonHere({ ...asked, env: {} })).document.changes, []);
});
