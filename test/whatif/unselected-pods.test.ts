/** `podway check --live` reports pods with podway's annotations whose label is misspelt or absent. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkHere, checkJson, jsonHere, workload } from './checking.ts';
import { clusterOf, deployed, livePod, type LivePod } from './live-cluster.ts';

const WEB = { hosts: 'a.local', paths: '3000:/' };

/** A pod with only these labels. */
function labelled(labels: Readonly<Record<string, string>>, pod: Partial<LivePod> = {}) {
  const made = livePod({ name: 'web', ...WEB, ...pod });
  return { ...made, metadata: { ...made.metadata, labels } };
}

/** The pods of a Deployment, without the label of the selector. */
function deployedWith(labels: Readonly<Record<string, string>>) {
  const [set, ...pods] = deployed('web', 2, WEB);
  assert.ok(set !== undefined);
  const hash = { 'pod-template-hash': '5d8f' };
  return [
    set,
    ...pods.map((it) => ({ ...it, metadata: { ...it.metadata, labels: { ...hash, ...labels } } })),
  ];
}

const rejections = ({ rejections: all }: Awaited<ReturnType<typeof jsonHere>>['document']) =>
  all.map(({ kind, namespace, name, reason, change }) => `${kind} ${namespace}/${name} ${reason} ${change}`);

test('a label that is nearly right, or absent, is a rejection with the label that was probably meant', async () => {
  await using api = await clusterOf([
    ...deployed('right', 1, { ...WEB, hosts: 'right.local' }),
    labelled({ routable: 'True' }, { name: 'value' }),
    labelled({ routeable: 'true' }, { name: 'key', namespace: 'other' }),
    labelled({ app: 'web' }, { name: 'none' }),
    // This is a decision of the author, not a mistake.
    labelled({ routable: 'false' }, { name: 'off' }),
    labelled({ app: 'web' }, { name: 'ending', condition: 'terminating' }),
    labelled({ app: 'web' }, { name: 'unannotated', hosts: '', paths: '' }),
  ]);
  const { code, document } = await checkJson({ api });
  assert.equal(code, 1);
  assert.deepEqual(
    document.rejections.map((it) => `${it.namespace}/${it.name} ${it.reason}: ${it.detail}`).sort(),
    [
      'other/key label-unknown: routeable: true (did you mean routable: "true"?)',
      'shop/none label-unknown: no label routable: "true"',
      'shop/value label-unknown: routable: True (did you mean routable: "true"?)',
    ],
  );
  assert.deepEqual(
    document.routes.map(({ host }) => host),
    ['right.local'],
  );
});

test('the pods of a workload are one rejection of the workload, which manifests with the label remove', async () => {
  await using api = await clusterOf(deployedWith({ app: 'web' }));
  const now = await jsonHere({ api });
  assert.deepEqual(rejections(now.document), ['Deployment shop/web label-unknown appears']);

  const right = await jsonHere({ api, files: { 'web.json': workload({ name: 'web', ...WEB }) } });
  assert.equal(right.code, 0);
  assert.deepEqual(rejections(right.document), ['Deployment shop/web label-unknown goes']);

  const others = await jsonHere({
    api,
    files: { 'api.json': workload({ name: 'api', ...WEB, hosts: 'b.local' }) },
  });
  assert.equal(others.code, 0);
  assert.deepEqual(rejections(others.document), []);
});

test('only metadata of the pods that the selector leaves out is listed, in the namespace that is checked', async () => {
  await using api = await clusterOf([
    labelled({ app: 'web' }, { name: 'here' }),
    labelled({ app: 'web' }, { name: 'there', namespace: 'other' }),
  ]);
  const { stdout } = await checkHere({ api, args: ['-n', 'shop'] });
  assert.match(stdout, /^rejected: Pod shop\/here: label-unknown: no label routable: "true" \(/m);
  assert.doesNotMatch(stdout, /there/);
  const pods = api.requests.filter(({ path }) => path === '/api/v1/namespaces/shop/pods');
  assert.equal(pods.length, 2);
});

test('LABEL_CHECK_INTERVAL=0 leaves these pods to another router', async () => {
  await using api = await clusterOf([labelled({ app: 'web' })]);
  const { code, document } = await jsonHere({ api, env: { LABEL_CHECK_INTERVAL: '0' } });
  assert.equal(code, 0);
  assert.deepEqual(document.rejections, []);
  assert.equal(api.requests.filter(({ path }) => path === '/api/v1/pods').length, 1);
});

test('when these pods cannot be listed, a note reports it, and all other objects are checked', async () => {
  await using api = await clusterOf([labelled({ app: 'web' }), livePod({ ...WEB, name: 'right' })]);
  api.injectFault({ resource: 'pods', verb: 'list', after: 1 }, { kind: 'status', code: 500 });
  const { code, document } = await jsonHere({ api });
  assert.equal(code, 0);
  assert.equal(document.routes.length, 1);
  assert.match(
    document.notes.join('\n'),
    /^pods that the label selector leaves out are not checked: list unselected pods failed: the API server answered 500/,
  );
});
