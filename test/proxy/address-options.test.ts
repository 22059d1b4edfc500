import assert from 'node:assert/strict';
import { test } from 'node:test';
import { get } from '../fixtures/check.ts';
import { podManifest } from '../fixtures/manifest.ts';
import { startScene, type Scene } from '../fixtures/scene.ts';
import { echoing, handshake } from '../fixtures/websocket.ts';

const from = (address: string) => `X-Forwarded-For: ${address}`;
const TRUSTING = { trustedProxies: ['127.0.0.1'] };

async function status(scene: Scene, lines = ''): Promise<number> {
  return (await scene.exchange(get('/', lines))).status;
}

test('no client is allowed by an address that only the request claims (AD-11)', async () => {
  await using scene = await startScene({ pods: [{ name: 'o1', paths: '/ allow=10.0.0.0/8' }] });
  const refused = await scene.exchange(get('/', from('10.1.2.3')));
  assert.deepEqual([refused.status, refused.value('x-podway-reason')], [403, 'address-refused']);
});

test('the address that a trusted proxy names is checked (AD-11)', async () => {
  await using scene = await startScene({
    pods: [{ name: 'o1', paths: '/ allow=10.0.0.0/8' }],
    settings: TRUSTING,
  });
  assert.equal(await status(scene, from('10.1.2.3')), 200);
  assert.equal(await status(scene, from('::ffff:10.1.2.3')), 200);
  assert.equal(await status(scene, from('10.1.2.3, 192.0.2.1')), 403);
  assert.equal(await status(scene, from('10.1.2.3, unknown')), 403);
  assert.equal(await status(scene), 403);
});

test('an open tunnel continues when its client is no longer allowed; new tunnels are refused (AD-03)', async () => {
  await using scene = await startScene({
    pods: [{ name: 'o1', paths: '/ allow=127.0.0.0/8', answer: echoing }],
  });
  using open = await scene.client();
  await open.send(handshake('/'));
  assert.match((await open.head()).start, / 101 /);
  const { port } = scene.origin('o1');
  scene.router.applyPod(podManifest({ name: 'o1', hosts: 't.local', paths: '/ allow=10.0.0.0/8', port }));
  using late = await scene.client();
  await late.send(handshake('/'));
  assert.match((await late.head()).start, / 403 /);
  await open.send('still');
  assert.equal((await open.reader.read(5)).toString(), 'still');
});

test('a thousand addresses of one IPv6 network count as one client (RA-12)', async () => {
  await using scene = await startScene({
    pods: [{ name: 'o1', paths: '/ rate=3/h burst=3' }],
    settings: TRUSTING,
  });
  using client = await scene.client();
  const statuses: number[] = [];
  for (let at = 0; at < 1_000; at++) {
    await client.send(get('/', from(`2001:db8:0:1:${at.toString(16)}::1`)));
    statuses.push((await client.response()).status);
  }
  assert.deepEqual(statuses.slice(0, 4), [200, 200, 200, 429]);
  assert.equal(statuses.filter((it) => it === 200).length, 3);
});
