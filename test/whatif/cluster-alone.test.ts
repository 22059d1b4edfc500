/** `podway check --live` without manifests: the table of the cluster, as a router in it has it. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { secretManifest } from '../fixtures/manifest.ts';
import { checkJson, runCheck } from './checking.ts';
import { clusterOf, deployed, livePod } from './live-cluster.ts';

const WEB = { hosts: 'a.local', paths: '3000:/ strip 3000:bad' };

test('the table and the rejections are printed, and check requests only lists', async () => {
  await using api = await clusterOf([
    ...deployed('web', 1, WEB),
    livePod({ hosts: 'b.local', paths: '3000:/', name: 'alone', namespace: 'keyed', condition: 'unready' }),
    secretManifest('keyed', { 'api-key': 'k' }),
  ]);
  const { code, stdout, stderr } = await runCheck({ api });
  assert.equal(code, 1, stderr);
  assert.match(
    stdout,
    new RegExp(
      `^cluster: ${api.url}, all namespaces
a\\.local/
 {2}shop/web-5d8f-0 10\\.1\\.0\\.\\d+:3000 ready strip
b\\.local/
 {2}keyed/alone 10\\.1\\.0\\.\\d+:3000 unready \\(key\\)
rejected: Deployment shop/web: path-malformed: 3000:bad \\(.*\\)
2 routes, 0 conflicts, 1 rejection, 0 problems, 1 finding
$`,
    ),
  );
  assert.deepEqual(
    api.requests.map(({ verb, path, query }) => `${verb} ${path} ${query.get('labelSelector') ?? ''}`),
    ['list /api/v1/pods routable=true', 'list /api/v1/secrets ', 'list /api/v1/pods routable!=true'],
  );
});

test('existing conflicts are findings, workloads are recognized by names, and addresses are checked', async () => {
  const pod = livePod({ hosts: 'l.local', paths: '3000:/', name: 'loop' });
  await using api = await clusterOf([
    livePod({
      hosts: 'a.local',
      paths: '3000:/',
      name: 'web-1-x',
      owner: 'ReplicaSet/web-1',
      marks: { 'pod-template-hash': '1' },
    }),
    livePod({ hosts: 'a.local', paths: '3000:/', name: 'y', namespace: 'other' }),
    { ...pod, status: { ...pod.status, podIP: '127.0.0.1', podIPs: [] } },
  ]);
  const { code, document } = await checkJson({ api });
  assert.equal(code, 1);
  assert.deepEqual(document.routes[0]?.served, [
    { kind: 'Pod', namespace: 'other', name: 'y', port: 3000, pods: 1, ready: 1 },
    { kind: 'Deployment', namespace: 'shop', name: 'web', port: 3000, pods: 1, ready: 1 },
  ]);
  assert.deepEqual(
    document.conflicts.map(({ conflict, host }) => `${conflict} ${host}`),
    ['shared a.local'],
  );
  assert.deepEqual(
    document.rejections.map(({ name, reason }) => `${name} ${reason}`),
    ['loop address-of-no-pod'],
  );
  assert.equal(document.given, null);
});
