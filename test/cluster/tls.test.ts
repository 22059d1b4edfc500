import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { Authority } from '../fixtures/authority.ts';
import { KubernetesApi } from '../fixtures/kubernetes-api.ts';
import { followApi } from './recorded-source.ts';
import { pod } from './objects.ts';

const run = promisify(execFile);

/** A folder with a CA, a certificate for a server and certificates for two clients; undefined if openssl is missing. */
async function createAuthority(): Promise<
  { authority: Authority; api: KubernetesApi; ca: Buffer } | undefined
> {
  if ((await run('openssl', ['version']).catch(() => undefined)) === undefined) return undefined;
  const authority = new Authority(await mkdtemp(join(tmpdir(), 'podway-')));
  await authority.create();
  for (const name of ['server', 'first', 'second']) await authority.sign(name);
  const ca = await authority.read('ca');
  const tls = { key: await authority.read('server.key'), cert: await authority.read('server'), ca };
  return { authority, api: await KubernetesApi.start({ tls }), ca };
}

test('HTTPS and HTTP/2 with a CA and a client certificate that is rotated (K8-33)', async (t) => {
  const created = await createAuthority();
  if (created === undefined) return t.skip('no openssl on this machine');
  await using authority = created.authority;
  await using api = created.api;
  const [certificate, key] = [authority.path('client'), authority.path('client.key')];
  const present = async (name: string) => {
    await writeFile(certificate, await authority.read(name));
    await writeFile(key, await authority.read(`${name}.key`));
  };
  await present('first');
  const user = { 'client-certificate': certificate, 'client-key': key };
  await using following = await followApi(api, { kubeconfig: () => api.kubeconfig(user) });
  await following.synced();
  const watch = await api.untilWatching('pods');
  assert.deepEqual(new Set(api.requests.map((it) => it.httpVersion)), new Set(['2.0']));
  assert.deepEqual(new Set(api.requests.map((it) => it.certificate)), new Set(['first']));

  await api.untilWatching('secrets');
  await present('second');
  watch.end();
  api.apply(pod('a'));
  await following.until(() => following.pods.includes('apply default/a'));
  assert.equal(api.requests.at(-1)?.certificate, 'second');
});

test('podway reports a problem and does not connect when the server has a certificate of another authority', async (t) => {
  const created = await createAuthority();
  if (created === undefined) return t.skip('no openssl on this machine');
  await using authority = created.authority;
  await using api = created.api;
  await authority.create();
  const other = (await authority.read('ca')).toString('base64');
  const kubeconfig = () => api.kubeconfig().replace(created.ca.toString('base64'), other);
  await using following = await followApi(api, { kubeconfig });
  const { detail } = await following.problem('unreachable');
  assert.match(detail, /^the API server at 127\.0\.0\.1:\d+ cannot be reached: .*certificate/);
  assert.deepEqual(api.requests, []);
});

test('the authority and the certificate of the server are replaced, and the watch continues (K8-33)', async (t) => {
  const created = await createAuthority();
  if (created === undefined) return t.skip('no openssl on this machine');
  await using authority = created.authority;
  await using api = created.api;
  const bundle = authority.path('bundle');
  await writeFile(bundle, created.ca);
  const inline = JSON.stringify(created.ca.toString('base64'));
  const kubeconfig = () =>
    api
      .kubeconfig()
      .replace(`"certificate-authority-data":${inline}`, `"certificate-authority":${JSON.stringify(bundle)}`);
  await using following = await followApi(api, { kubeconfig });
  await following.synced();
  await Promise.all([api.untilWatching('pods'), api.untilWatching('secrets')]);

  await api.down();
  await authority.create();
  await authority.sign('server');
  const ca = await authority.read('ca');
  await writeFile(bundle, ca);
  api.tls = { key: await authority.read('server.key'), cert: await authority.read('server'), ca };
  api.apply(pod('a'));
  await api.up();
  await following.until(() => following.pods.includes('apply default/a'));
  assert.deepEqual(following.pods, ['init', 'init-done', 'apply default/a']);
  const others = following.problems.filter(({ reason }) => reason !== 'cut' && reason !== 'unreachable');
  assert.deepEqual(others, []);
});
