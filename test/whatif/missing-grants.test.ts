/** With HOST_GRANTS=enforce, check reports missing grants; grants of the given manifests count. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkHere, jsonHere, workload } from './checking.ts';
import { clusterOf, deployed } from './live-cluster.ts';

const ENFORCE = { HOST_GRANTS: 'enforce' };
const WEB = { hosts: 'a.local *.b.local', paths: '3000:/ 3000:/x' };
const FILES = {
  'web.json': workload({ name: 'web', ...WEB }),
  'api.json': workload({ name: 'api', hosts: 'a.local', paths: '3000:/api' }),
};

function namespace(name: string, grants: string) {
  return { apiVersion: 'v1', kind: 'Namespace', metadata: { name, annotations: { routingHosts: grants } } };
}

test('each host of a namespace is reported once, for any number of workloads', async () => {
  const { code, document } = await jsonHere({ files: FILES, env: ENFORCE });
  assert.equal(code, 1);
  assert.deepEqual(document.missingGrants, [
    { host: '*.b.local', namespace: 'shop' },
    { host: 'a.local', namespace: 'shop' },
  ]);
  assert.equal(document.findings, document.rejections.length);
  const { stdout } = await checkHere({ files: FILES, env: ENFORCE });
  assert.match(
    stdout,
    /^grant missing: host \*\.b\.local for namespace shop\ngrant missing: host a\.local for namespace shop\n/m,
  );
});

test('no grant is missing without enforce, or when a given Namespace has it', async () => {
  assert.deepEqual((await jsonHere({ files: FILES })).document.missingGrants, []);
  const files = { ...FILES, 'shop.json': namespace('shop', 'a.local *.b.local') };
  const { code, document } = await jsonHere({ files, env: ENFORCE });
  assert.equal(code, 0, JSON.stringify(document));
  assert.deepEqual(document.missingGrants, []);
});

test('against a cluster, the grants of its Namespaces count, and a removed grant is missing', async () => {
  await using api = await clusterOf([
    namespace('shop', 'a.local'),
    ...deployed('web', 1, { hosts: 'a.local', paths: '3000:/' }),
  ]);
  const { document } = await jsonHere({ api, files: FILES, env: ENFORCE });
  assert.deepEqual(document.missingGrants, [{ host: '*.b.local', namespace: 'shop' }]);
  const files = { 'shop.json': namespace('shop', 'c.local') };
  const without = await jsonHere({ api, files, env: ENFORCE });
  assert.equal(without.code, 1);
  // check reports the routes that the change rejects, although their pods are not among the manifests.
  assert.deepEqual(without.document.missingGrants, [{ host: 'a.local', namespace: 'shop' }]);
  assert.deepEqual(
    without.document.changes.map((it) => it.change === 'lost' && `${it.host}${it.path}`),
    ['a.local/'],
  );
});

test('without the right to list Namespaces no grant is reported as missing, and a note has the reason', async () => {
  await using api = await clusterOf(deployed('web', 1, { hosts: 'a.local', paths: '3000:/' }), {
    rules: [{ verbs: ['list'], resources: ['pods', 'secrets', 'replicasets', 'jobs'] }],
  });
  const { document } = await jsonHere({ api, files: FILES, env: ENFORCE });
  assert.deepEqual(document.missingGrants, []);
  assert.match(document.notes.join('\n'), /^namespaces are not checked: /m);
});
