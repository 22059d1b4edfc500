import assert from 'node:assert/strict';
import { test } from 'node:test';
import { get, post } from '../fixtures/check.ts';
import { halfClose, ok, type OriginRequest, reset } from '../fixtures/origin.ts';
import { type Scene, startScene } from '../fixtures/scene.ts';

/** An application that ends its connection for one path, as a process that crashes does, and answers for all others. */
function crashing(how: (request: OriginRequest) => unknown) {
  return (request: OriginRequest): unknown =>
    request.target === '/boom' ? how(request) : request.connection.socket.write(ok(request.target));
}

async function ejections(scene: Scene): Promise<number> {
  return scene.router.snapshot().scalars.upstream_ejections;
}

for (const [name, how] of [
  ['closes', halfClose],
  ['resets', reset],
] as const) {
  test(`a request that makes every pod end without an answer (${name}) ejects no pod`, async () => {
    const names = ['a', 'b', 'c', 'd', 'e'];
    await using scene = await startScene({ pods: names.map((it) => ({ name: it, answer: crashing(how) })) });
    for (let round = 0; round < 20; round += 1)
      assert.equal((await scene.exchange(get('/boom'))).status, 502);
    for (let round = 0; round < 20; round += 1) {
      assert.equal((await scene.exchange(get('/boom'))).status, 502);
      for (let others = 0; others < 4; others += 1)
        assert.equal((await scene.exchange(get('/page'))).status, 200);
    }
    assert.equal(await ejections(scene), 0);
    for (const it of names) {
      const pages = scene.origin(it).requests.filter(({ target }) => target === '/page');
      assert.equal(pages.length, 16, it);
    }
  });

  test(`a pod that ${name} repeatedly, without a response in between, is ejected`, async () => {
    await using scene = await startScene({ pods: [{ name: 'a', answer: how }, { name: 'b' }] });
    for (let round = 0; round < 12; round += 1) assert.equal((await scene.exchange(get('/'))).status, 200);
    assert.equal(await ejections(scene), 1);
    assert.equal(scene.origin('a').requests.length, 5);
  });
}

test('a pod that begins each response and then truncates it is not ejected', async () => {
  await using scene = await startScene({
    pods: [{ name: 'a', answer: [ok('whole').slice(0, -1), halfClose] }],
  });
  for (let round = 0; round < 10; round += 1)
    await assert.rejects(scene.exchange(get('/')), { name: 'Error' });
  assert.equal(await ejections(scene), 0);
});

test('one refused connection is enough to eject a pod', async () => {
  await using scene = await startScene({ pods: [{ name: 'a', refuses: true }, { name: 'b' }] });
  for (let round = 0; round < 10; round += 1)
    assert.equal((await scene.exchange(post('/', 'body'))).status, 200);
  const { scalars } = scene.router.snapshot();
  assert.equal(scalars.upstream_ejections, 1);
  assert.equal(scalars.upstream_connect_failures, 1);
});
