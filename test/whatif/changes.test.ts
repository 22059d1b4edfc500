/** The changes that manifests would make in a cluster. */
import assert from 'node:assert/strict';
import { hash } from 'node:crypto';
import { test } from 'node:test';
import { base64, secretManifest } from '../fixtures/manifest.ts';
import { checkHere, jsonHere, runCheck, workload } from './checking.ts';
import { clusterOf, deployed, livePod } from './live-cluster.ts';

const WEB = { hosts: 'a.local', paths: '3000:/' };

test('existing objects change nothing; check requests only lists', async () => {
  await using api = await clusterOf([...deployed('web', 2, WEB), secretManifest('shop', { 'api-key': 'k' })]);
  const { code, stdout } = await runCheck({ api, files: { 'web.json': workload({ name: 'web', ...WEB }) } });
  assert.equal(code, 0, stdout);
  assert.equal(
    stdout,
    `cluster: ${api.url}, all namespaces
workload: Deployment shop/web: 2 pods as now, since spec.replicas is not set
0 changes, 0 conflicts, 0 rejections, 0 problems, 0 findings
`,
  );
  assert.deepEqual(
    api.requests.map(({ verb, path, query }) => `${verb} ${path}${query.has('watch') ? ' watch' : ''}`),
    [
      'list /api/v1/pods',
      'list /api/v1/secrets',
      'list /api/v1/pods',
      'list /apis/apps/v1/namespaces/shop/replicasets',
    ],
  );
});

test('routes are won and lost, options and workloads differ, and losses are findings', async () => {
  await using api = await clusterOf([
    ...deployed('web', 2, {
      hosts: 'a.local b.local',
      paths: '3000:/ timeout=5s 3000:/old 3000:/kept strip',
    }),
    ...deployed('api', 1, { hosts: 'c.local', paths: '3000:/' }),
  ]);
  const changed = {
    ...workload({ name: 'web' }),
    spec: {
      replicas: 5,
      template: {
        metadata: {
          labels: { routable: 'true' },
          annotations: {
            routingHosts: 'a.local',
            routingPaths: '3000:/ timeout=9s 3000:/new 3001:/kept strip',
          },
        },
        spec: { containers: [{ ports: [{ containerPort: 3000 }, { containerPort: 3001 }] }] },
      },
    },
  };
  const { code, stdout } = await checkHere({ api, files: { 'web.json': changed } });
  assert.equal(code, 1, stdout);
  assert.deepEqual(stdout.split('\n').slice(2), [
    'options: a.local/: port 3000 timeout=5s -> port 3000 timeout=9s',
    'options: a.local/kept: port 3000 strip -> port 3001 strip',
    'won: a.local/new: Deployment shop/web; until now a.local/ of namespace shop answered',
    'lost: a.local/old: Deployment shop/web; then a.local/ of namespace shop answers',
    'lost: b.local/ (the host is gone): Deployment shop/web; then nothing answers',
    'lost: b.local/kept (the host is gone): Deployment shop/web; then nothing answers',
    'lost: b.local/old (the host is gone): Deployment shop/web; then nothing answers',
    '7 changes, 0 conflicts, 0 rejections, 0 problems, 4 findings',
    '',
  ]);
});

test('when another workload of the same namespace serves a route, the route is not lost', async () => {
  await using api = await clusterOf([...deployed('old', 2, WEB)]);
  const files = {
    'old.json': workload({ name: 'old', ...WEB, spec: { replicas: 0 } }),
    'new.json': workload({ name: 'new', ...WEB }),
  };
  const { code, document } = await jsonHere({ api, files });
  assert.equal(code, 0);
  const at = (name: string) => [{ kind: 'Deployment', namespace: 'shop', name }];
  assert.deepEqual(document.changes, [
    {
      change: 'workloads',
      host: 'a.local',
      path: '/',
      namespace: 'shop',
      before: at('old'),
      after: at('new'),
    },
  ]);
});

test('a difference in hidden values is reported without them', async () => {
  const paths = (value: string) => `3000:/ set-request="Authorization: Basic ${value}"`;
  await using api = await clusterOf([...deployed('web', 1, { ...WEB, paths: paths('b25l') })]);
  const files = { 'web.json': workload({ name: 'web', ...WEB, paths: paths('dHdv') }) };
  const { code, stdout } = await checkHere({ api, files });
  assert.equal(code, 0, stdout);
  assert.match(stdout, /^options: a\.local\/: .*\(values that are not shown differ\)$/m);
  assert.doesNotMatch(stdout, /b25l|dHdv/);
});

test('keys that are added, changed and kept are listed; neither key nor digest is printed', async () => {
  await using api = await clusterOf([
    ...deployed('web', 1, WEB),
    ...deployed('web', 1, { ...WEB, hosts: 'b.local', namespace: 'other' }),
    secretManifest('other', { 'api-key': 'first' }),
  ]);
  const files = {
    'a.json': secretManifest('shop', { 'api-key': 'supersecret', 'api-key.next': 'more' }),
    'b.json': secretManifest('other', { 'api-key': 'second' }),
  };
  const { code, document } = await jsonHere({ api, files });
  assert.equal(code, 0);
  assert.deepEqual(document.changes, [
    { change: 'keys', namespace: 'other', before: 1, after: 1 },
    { change: 'keys', namespace: 'shop', before: null, after: 2 },
  ]);
  const text = await checkHere({ api, files });
  for (const secret of ['supersecret', 'first', 'second', base64('supersecret'), base64('first')]) {
    const digest = hash('sha256', base64(secret), 'base64');
    for (const printed of [JSON.stringify(document), text.stdout, text.stderr]) {
      assert.ok(!printed.includes(secret) && !printed.includes(digest));
    }
  }
});

test('rejections appear, stay and disappear', async () => {
  await using api = await clusterOf([
    ...deployed('web', 2, { ...WEB, paths: '3000:/ 3000:bad 3000:worse' }),
    ...deployed('other', 1, { ...WEB, hosts: 'o.local', paths: '3000:/ 3000:others' }),
  ]);
  const files = { 'web.json': workload({ name: 'web', ...WEB, paths: '3000:/ 3000:bad 3000:newly' }) };
  const { code, document } = await jsonHere({ api, files });
  assert.equal(code, 1);
  assert.deepEqual(
    document.rejections.map(({ change, kind, name, detail }) => `${change} ${kind}/${name} ${detail}`),
    ['stays Deployment/web 3000:bad', 'appears Deployment/web 3000:newly', 'goes Deployment/web 3000:worse'],
  );
  assert.equal(document.otherRejections, 1);
  assert.equal(document.findings, 2);
});

test('pods that terminate, have ended or are not ready are replaced like other pods', async () => {
  await using api = await clusterOf([
    ...deployed('web', 1, WEB),
    livePod({ ...WEB, name: 'web-5d8f-old', owner: 'ReplicaSet/web-5d8f', condition: 'terminating' }),
    livePod({ ...WEB, name: 'web-5d8f-ill', owner: 'ReplicaSet/web-5d8f', condition: 'unready' }),
  ]);
  const files = { 'web.json': workload({ name: 'web', hosts: 'b.local', paths: '3000:/' }) };
  const { document } = await jsonHere({ api, files });
  assert.equal(document.given?.workloads[0]?.pods, 2);
  assert.deepEqual(
    document.changes.map((it) => `${it.change} ${'host' in it ? it.host : ''}`),
    ['lost a.local', 'won b.local'],
  );
});
