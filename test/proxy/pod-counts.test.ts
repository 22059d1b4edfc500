import { UPSTREAM_FAILURES } from '../../src/boundary/reasons.ts';
import { type PodIncrement, STATUS_CLASSES } from '../../src/boundary/packed-pods.ts';
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { get } from '../fixtures/check.ts';
import { halfClose, ok, neverAnswer } from '../fixtures/origin.ts';
import { type Scene, type SceneSpec, startScene } from '../fixtures/scene.ts';

interface Counted {
  readonly responses: Readonly<Record<string, number>>;
  readonly failures: Readonly<Record<string, number>>;
  readonly ejections: number;
  readonly measured: number;
}

/** The counts above 0, by name. */
function named(names: readonly string[], counts: ArrayLike<number>): Record<string, number> {
  return Object.fromEntries(names.map((name, n) => [name, counts[n] ?? 0] as const).filter(([, n]) => n > 0));
}

function readable({ answers, failures, ejections, buckets }: PodIncrement): Counted {
  return {
    responses: named(STATUS_CLASSES, answers),
    failures: named(UPSTREAM_FAILURES, failures),
    ejections,
    measured: Array.from(buckets).reduce((sum, count) => sum + count, 0),
  };
}

function counts(scene: Scene): Record<string, Counted> {
  return Object.fromEntries(scene.router.snapshot().pods.map((it) => [it.pod, readable(it)]));
}

const MIXED: SceneSpec = {
  pods: [
    { name: 'dead', refuses: true },
    { name: 'well', answer: [ok('well')] },
  ],
};
const NOTHING: Counted = { responses: {}, failures: {}, ejections: 0, measured: 0 };

test('responses, failures, ejections and latencies are counted for their pod', async () => {
  await using scene = await startScene(MIXED);
  for (let count = 0; count < 3; count += 1) assert.equal((await scene.exchange(get('/'))).status, 200);
  assert.deepEqual(counts(scene), {
    dead: { ...NOTHING, failures: { 'connect-refused': 1 }, ejections: 1 },
    well: { ...NOTHING, responses: { '2xx': 3 }, measured: 3 },
  });
  assert.deepEqual(counts(scene), {}, 'no count is reported twice');
});

test('a failure after the connection is open is counted with its reason, once', async () => {
  await using scene = await startScene({
    pods: [{ name: 'slow', answer: neverAnswer }],
    settings: { responseHeadTimeout: 30 },
  });
  assert.equal((await scene.exchange(get('/'))).status, 504);
  scene.origin('slow').answer = [halfClose];
  assert.equal((await scene.exchange(get('/'))).status, 502);
  assert.deepEqual(counts(scene)['slow']?.failures, { 'response-timeout': 1, 'upstream-closed': 1 });
});

test('an exchange that the client ended is not a failure of its pod', async () => {
  await using scene = await startScene({ pods: [{ name: 'slow', answer: neverAnswer }] });
  using client = await scene.client();
  await client.send(get('/'));
  await scene.origin('slow').request();
  client.reset();
  await scene.origin('slow').connections[0]?.closed();
  assert.deepEqual(counts(scene), {});
  assert.deepEqual(
    scene.router.log.map(({ tries }) => tries.map(({ pod, error }) => [pod, error])),
    [[['slow', 'client-left']]],
  );
});

for (const [podMetrics, expected] of [
  ['off', {}],
  [
    'errors',
    {
      dead: { ...NOTHING, failures: { 'connect-refused': 1 }, ejections: 1 },
      well: { ...NOTHING, responses: { '5xx': 1 } },
    },
  ],
] as const) {
  test(`POD_METRICS=${podMetrics}`, async () => {
    await using scene = await startScene({ ...MIXED, settings: { podMetrics } });
    await scene.exchange(get('/'));
    await scene.exchange(get('/'));
    scene.origin('well').answer = ['HTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\n'];
    await scene.exchange(get('/'));
    assert.deepEqual(counts(scene), expected);
  });
}

test('the log reports every attempt, including the first', async () => {
  await using scene = await startScene(MIXED);
  await scene.exchange(get('/'));
  await scene.exchange(get('/'));
  const port = scene.origin('well').port;
  const [first, second] = scene.router.log;
  assert.deepEqual(
    first?.tries.map(({ duration, time, ...it }) => [
      it,
      duration > 0 && Math.abs(time - first.time) < 1_000,
    ]),
    [
      [{ namespace: 'default', pod: 'dead', address: '127.0.0.1:1', error: 'connect-refused' }, true],
      [{ namespace: 'default', pod: 'well', address: `127.0.0.1:${port}`, error: '' }, true],
    ],
  );
  assert.deepEqual([first?.attempts, first?.pod], [2, 'well']);
  assert.deepEqual(
    second?.tries.map(({ pod, error }) => [pod, error]),
    [['well', '']],
  );
});

test('the log line of a request that no pod answers has the reason of each attempt, at most eight', async () => {
  const pods = Array.from({ length: 12 }, (_, n) => ({
    name: `dead-${n}`,
    refuses: true,
    ip: `127.0.0.${n + 1}`,
  }));
  await using scene = await startScene({ pods, settings: { upstreamRetries: 10 } });
  assert.equal((await scene.exchange(get('/'))).status, 502);
  const [record] = scene.router.log;
  assert.equal(record?.attempts, 11);
  assert.deepEqual(
    record.tries.map(({ error }) => error),
    Array.from({ length: 8 }, () => 'connect-refused'),
  );
  assert.equal(new Set(record.tries.map(({ pod }) => pod)).size, 8);
});
