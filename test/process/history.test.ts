/** The history of its cluster that podway keeps, and that explain uses (EX-06). */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { KubernetesApi } from '../fixtures/kubernetes-api.ts';
import { podManifest, secretManifest } from '../fixtures/manifest.ts';
import { type Podway, startPodway } from './podway.ts';

const pod = (name: string, more: object = {}) =>
  podManifest({ name, namespace: 'shop', hosts: 't.local', paths: '/', port: 8080, ...more });

// oxlint-disable-next-line typescript/no-explicit-any -- the document has many shapes
async function asked(podway: Podway, path: string, status = 200): Promise<any> {
  const reply = await podway.operator(path);
  assert.equal(reply.status, status, reply.body);
  return JSON.parse(reply.body);
}

interface Entry {
  readonly revision: number;
  readonly causes: readonly { kind: string; name: string; event: string }[];
}

/** Resolves when the first cause of the newest entry is this change. */
function caused(podway: Podway, kind: string, name: string, event: string): Promise<Entry> {
  return podway.eventually(async () => {
    const { entries } = (await asked(podway, '/history?limit=1')) as { entries: Entry[] };
    const cause = entries[0]?.causes[0];
    assert.deepEqual([cause?.kind, cause?.name, cause?.event], [kind, name, event]);
    return entries[0] as Entry;
  });
}

test('the history shows changes and their causes, and explains a response by an earlier table (EX-06)', async () => {
  await using api = await KubernetesApi.start();
  api.apply(pod('web'));
  await using podway = await startPodway({ kubeconfig: JSON.parse(api.kubeconfig()) });
  await podway.until(200);
  const begun = (await asked(podway, '/history')) as { entries: Entry[] };
  const isListed = ({ causes }: Entry) => causes.some((it) => it.kind === 'Pod' && it.event === 'listed');
  const first = begun.entries.find(isListed);
  assert.equal(first?.revision, begun.entries.at(-1)?.revision);
  api.apply(pod('admin', { paths: '/admin' }));
  const added = await caused(podway, 'Pod', 'admin', 'added');
  api.apply(secretManifest('shop', { 'api-key': 's3cret' }));
  await caused(podway, 'Secret', 'routing', 'added');
  api.delete(pod('admin', { paths: '/admin' }));
  const gone = await caused(podway, 'Pod', 'admin', 'deleted');

  const { entries, oldest, newest } = await asked(podway, '/history?host=t.local');
  assert.ok(entries.length >= 3 && oldest <= added.revision && newest === gone.revision);
  assert.doesNotMatch(JSON.stringify(entries), /s3cret|digest/);
  const routeAt = async (revision: number) =>
    (await asked(podway, `/explain?host=t.local&path=/admin/x&at=${revision}`)).outcome.route?.path;
  assert.deepEqual([await routeAt(added.revision), await routeAt(gone.revision)], ['/admin', '/']);
  const then = await asked(podway, `/explain?host=t.local&path=/admin/x&at=${added.revision}`);
  assert.equal(then.at.revision, added.revision);
  assert.ok((first?.revision ?? 0) < added.revision);
  for (const [query, expected] of [
    ['/history?since=x', 400],
    ['/history?limit=0', 400],
    ['/history?host=a%20b', 400],
    ['/explain?host=t.local&path=/&at=99999', 404],
    ['/explain?host=t.local&path=/&at=x', 400],
  ] as const)
    await asked(podway, query, expected);
});

test('HISTORY=0 keeps no history', async () => {
  await using podway = await startPodway({ manifests: { 'a.json': pod('web') }, env: { HISTORY: '0' } });
  await podway.until(200);
  await asked(podway, '/history', 404);
  await asked(podway, '/explain?host=t.local&path=/&at=1', 404);
});
