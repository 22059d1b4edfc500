import assert from 'node:assert/strict';
import { mock, test } from 'node:test';
import { DataPlane } from '../../src/proxy/data-plane.ts';
import { get, head } from '../fixtures/check.ts';
import { ok } from '../fixtures/origin.ts';
import { RawClient } from '../fixtures/raw-client.ts';
import { startRouter } from '../fixtures/router.ts';
import { startScene } from '../fixtures/scene.ts';
import { workerSettings } from '../fixtures/settings.ts';

const PATH = '/healthz';
const settings = { healthPath: PATH };
const pods = [{ name: 'o1', answer: [ok('of the pod')] }];
const of = (host: string, method = 'GET', target = PATH) =>
  head(`${method} ${target} HTTP/1.1`, `Host: ${host}`);

/** The response. `closed`: the connection is closed, as for every request to an unknown host. `pod`: the response of the pod. */
const CASES: readonly { name: string; send: string; is: string }[] = [
  { name: 'an address', send: of('10.0.0.1'), is: '200 healthy' },
  { name: 'an address with a port', send: of('[::1]:8080'), is: '200 healthy' },
  { name: 'an unrouted name', send: of('podway.internal'), is: '200 healthy' },
  { name: 'HEAD', send: of('10.0.0.1', 'HEAD'), is: '200 healthy' },
  { name: 'a query', send: of('10.0.0.1', 'GET', `${PATH}?x`), is: '200 healthy' },
  { name: 'HTTP/1.0 without a host', send: head(`GET ${PATH} HTTP/1.0`), is: '200 healthy' },
  { name: "a routed host: the page is the pod's", send: get(PATH), is: 'pod' },
  { name: 'another method', send: of('10.0.0.1', 'POST'), is: 'closed' },
  { name: 'a path below', send: of('10.0.0.1', 'GET', `${PATH}/x`), is: 'closed' },
  { name: 'other case', send: of('10.0.0.1', 'GET', '/Healthz'), is: 'closed' },
  { name: 'two slashes', send: of('10.0.0.1', 'GET', `/${PATH}`), is: 'closed' },
  { name: 'a malformed host', send: of('a b'), is: '400 bad-host' },
  { name: 'an absolute target', send: of('10.0.0.1', 'GET', `http://10.0.0.1${PATH}`), is: 'closed' },
];

async function answerTo(port: number, send: string): Promise<string> {
  using client = await RawClient.connect(port);
  void client.send(send);
  const response = await client.response(send.split(' ', 1)[0]).catch(() => undefined);
  if (response === undefined) return 'closed';
  const reason = response.value('x-podway-reason');
  return reason === undefined ? 'pod' : `${response.status} ${reason}`;
}

for (const { name, send, is } of CASES) {
  test(`HEALTH_PATH and ${name}: ${is}`, async () => {
    await using scene = await startScene({ pods, settings });
    assert.equal(await answerTo(scene.router.port, send), is);
  });
}

test('a check does not count as a refusal, and keeps its connection', async () => {
  await using scene = await startScene({ pods, settings });
  using client = await scene.client();
  for (let count = 0; count < 3; count += 1)
    assert.equal((await client.exchange(of('10.0.0.1'))).status, 200);
  assert.deepEqual(scene.router.snapshot().refusals, []);
});

test('without the setting there is no health page', async () => {
  await using scene = await startScene({ pods });
  assert.equal(await answerTo(scene.router.port, of('10.0.0.1')), 'closed');
  assert.equal(await answerTo(scene.router.port, of('10.0.0.1', 'GET', '/')), 'closed');
});

test('before pods and Secrets are listed: 503', async () => {
  const router = await startRouter({ pods: [], secrets: [], settings });
  const unlisted = await startRouter('unlisted', settings);
  try {
    assert.equal(await answerTo(router.port, of('10.0.0.1')), '200 healthy');
    assert.equal(await answerTo(unlisted.port, of('10.0.0.1')), '503 not-synced');
  } finally {
    router.close();
    unlisted.close();
  }
});

test('during a drain: 503, on every open connection', async () => {
  await using scene = await startScene({ pods, settings });
  using client = await scene.client();
  assert.equal((await client.exchange(of('10.0.0.1'))).status, 200);
  const drained = scene.router.drain();
  const answer = await client.exchange(of('10.0.0.1'));
  assert.equal(`${answer.status} ${answer.value('x-podway-reason')}`, '503 draining');
  assert.equal(answer.value('connection'), 'close');
  await drained;
});

test('under overload a check is still answered', async () => {
  await using scene = await startScene({ pods, settings: { ...settings, maxInFlight: 0 } });
  assert.equal((await scene.exchange(get('/'))).status, 503);
  assert.equal(await answerTo(scene.router.port, of('10.0.0.1')), '200 healthy');
});

test('checks do not count as answers in the measured capacity of the worker, since they are always admitted', async () => {
  const plane = new DataPlane(workerSettings(settings));
  const refusal = mock.method(plane.overload, 'refusal');
  const answered = mock.method(plane.overload, 'answered');
  const { port } = await plane.listen();
  try {
    assert.equal(await answerTo(port, of('10.0.0.1')), '503 not-synced');
    assert.equal(await answerTo(port, get('/')), '503 not-synced');
    assert.deepEqual([refusal.mock.callCount(), answered.mock.callCount()], [1, 1]);
  } finally {
    plane.close();
  }
});
