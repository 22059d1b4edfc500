import assert from 'node:assert/strict';
import { test } from 'node:test';
import { get } from '../fixtures/check.ts';
import { podManifest } from '../fixtures/manifest.ts';
import { until } from '../fixtures/origin.ts';
import { startScene } from '../fixtures/scene.ts';

test('a changed share of a live pod applies to the next request, and no connection is closed (OP-21)', async () => {
  const { promise, resolve } = Promise.withResolvers<void>();
  const slow = ['HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nabc', until(promise), 'def'];
  await using scene = await startScene({
    pods: [
      { name: 'stable', paths: '/' },
      { name: 'canary', paths: '/ share=0%' },
      { name: 'slow', hosts: 'x.local', paths: '/ share=0%', answer: slow },
    ],
  });
  // Argo Rollouts changes the metadata of running canary and stable pods.
  const edit = (name: string, hosts: string, share: string) =>
    scene.router.applyPod(
      podManifest({ name, hosts, paths: `/ share=${share}`, port: scene.origin(name).port }),
    );
  using client = await scene.client();
  using running = await scene.client();
  void running.send(get('/').replace('t.local', 'x.local'));
  await running.reader.readUntil('abc');
  const author = async () => (await client.exchange(get('/'))).value('x-origin');
  assert.equal(await author(), 'stable');
  edit('canary', 't.local', '100%');
  assert.equal(await author(), 'canary');
  edit('canary', 't.local', '0%');
  edit('slow', 'x.local', '50%');
  assert.equal(await author(), 'stable');
  edit('canary', 't.local', '100%');
  assert.equal(await author(), 'canary');
  resolve();
  assert.equal((await running.reader.read(3)).toString(), 'def');
  for (const name of ['stable', 'canary', 'slow'])
    assert.equal(scene.origin(name).connections.length, 1, name);
});
