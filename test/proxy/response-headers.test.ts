import assert from 'node:assert/strict';
import { test } from 'node:test';
import { get } from '../fixtures/check.ts';
import { ok } from '../fixtures/origin.ts';
import { startScene } from '../fixtures/scene.ts';

interface HeadersCase {
  readonly name: string;
  /** The pod's field lines. */
  readonly pod: readonly string[];
  readonly client: Readonly<Record<string, readonly string[]>>;
}

const CASES: readonly HeadersCase[] = [
  {
    name: 'cookies (P33)',
    pod: ['Set-Cookie: a=1', 'Set-Cookie: b=2', 'Set-Cookie: c=3'],
    client: { 'set-cookie': ['a=1', 'b=2', 'c=3'] },
  },
  {
    name: 'Date and Server of the pod (P39)',
    pod: ['Date: then', 'Server: pod'],
    client: { date: ['then'], server: ['pod'] },
  },
  {
    name: 'Location',
    pod: ['Location: http://10.1.2.3:3000/x'],
    client: { location: ['http://10.1.2.3:3000/x'] },
  },
];

test('the head of a response is forwarded, except hop-by-hop fields and fields of the router', async (t) => {
  await using scene = await startScene({ pods: [{ name: 'o1' }] });
  for (const one of CASES) {
    await t.test(one.name, async () => {
      scene.origin('o1').answer = [ok('body', ...one.pod)];
      const response = await scene.exchange(get('/'));
      assert.equal(response.status, 200);
      assert.equal(response.text, 'body');
      for (const [name, values] of Object.entries(one.client))
        assert.deepEqual(response.values(name), values, name);
    });
  }
});

test('lines keep their order and the case of their names (N54)', async () => {
  const lines = ['x-B: 1', 'SET-cookie: a', 'X-a: 2', 'x-b: 3', 'Set-Cookie: b', '__proto__: x'];
  await using scene = await startScene({ pods: [{ name: 'o1', answer: [ok('', ...lines)] }] });
  const response = await scene.exchange(get('/'));
  const sent = new Set(lines);
  assert.deepEqual(
    response.head.lines.filter((line) => sent.has(line)),
    lines,
  );
});

test('podway adds a Date if the pod sends no Date, and never adds a Server (N50)', async () => {
  await using scene = await startScene({ pods: [{ name: 'o1', answer: [ok('')] }] });
  const response = await scene.exchange(get('/'));
  assert.ok(Math.abs(Date.parse(response.value('date') ?? '') - Date.now()) < 60_000);
  assert.deepEqual(response.values('server'), []);
});

test('X-Accel-Redirect is not followed (P38)', async () => {
  await using scene = await startScene({
    pods: [
      { name: 'o1', answer: [ok('own body', 'X-Accel-Redirect: /other')] },
      { name: 'other', paths: '/other' },
    ],
  });
  assert.equal((await scene.exchange(get('/'))).text, 'own body');
  assert.equal(scene.origin('other').connections.length, 0);
});
