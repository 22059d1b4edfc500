import assert from 'node:assert/strict';
import { test } from 'node:test';
import { get } from '../fixtures/check.ts';
import { startScene, type Scene } from '../fixtures/scene.ts';

const keyed = (value: string) => `X-Routing-Api-Key: ${Buffer.from(value).toString('base64')}`;
const from = (address: string) => `X-Forwarded-For: ${address}`;

interface RateCase {
  readonly name: string;
  readonly words: string;
  /** The field lines of each request, and whether it is admitted. */
  readonly requests: readonly (readonly [string, boolean])[];
  readonly key?: string;
}

const CASES: readonly RateCase[] = [
  {
    name: 'each address has its own limit',
    words: 'rate=1/h',
    requests: [
      [from('192.0.2.1'), true],
      [from('192.0.2.1'), false],
      [from('192.0.2.2'), true],
    ],
  },
  {
    name: 'addresses of one IPv6 network count as one client',
    words: 'rate=1/h',
    requests: [
      [from('2001:db8::1'), true],
      [from('2001:db8:0:0:ffff::2'), false],
      [from('2001:db8:0:1::1'), true],
    ],
  },
  {
    name: 'if the proxy names no address, the proxy counts as the client',
    words: 'rate=1/h',
    requests: [
      [from('unknown'), true],
      ['X-Other: 1', false],
    ],
  },
  {
    name: 'burst=',
    words: 'rate=1/h burst=2',
    requests: [
      [from('192.0.2.1'), true],
      [from('192.0.2.1'), true],
      [from('192.0.2.1'), false],
    ],
  },
  {
    name: 'all clients share a limit',
    words: 'rate=1/h by=route',
    requests: [
      [from('192.0.2.1'), true],
      [from('192.0.2.2'), false],
    ],
  },
  {
    name: 'by=key limits a client without a key by its address, and ignores a key that the namespace does not require',
    words: 'rate=1/h by=key',
    requests: [
      [from('192.0.2.1'), true],
      [`${keyed('a')}\r\n${from('192.0.2.1')}`, false],
      [from('192.0.2.2'), true],
    ],
  },
  {
    name: 'by=key',
    words: 'rate=1/h by=key',
    key: 'secret',
    requests: [
      [`${keyed('secret')}\r\n${from('192.0.2.1')}`, true],
      [`${keyed('secret')}\r\n${from('192.0.2.2')}`, false],
    ],
  },
];

async function ask(scene: Scene, lines: string) {
  return await scene.exchange(get('/', lines));
}

for (const { name, words, requests, key } of CASES)
  test(`${name}: ${words} (RA-12)`, async () => {
    const paths = `/ ${words}`;
    await using scene = await startScene({
      pods: [{ name: 'o1', namespace: 'one', paths }],
      settings: { trustedProxies: ['127.0.0.1'] },
      ...(key !== undefined && { keys: { one: key } }),
    });
    for (const [lines, passes] of requests) {
      const response = await ask(scene, lines);
      assert.equal(response.status, passes ? 200 : 429, lines);
      if (!passes) assert.ok(Number(response.value('retry-after')) > 3_000);
    }
  });

test('requests with wrong keys are limited by address before the key is checked', async () => {
  await using scene = await startScene({
    pods: [{ name: 'o1', namespace: 'one', paths: '/ rate=2/h burst=2' }],
    keys: { one: 'secret' },
  });
  const statuses = [];
  for (const guess of ['a', 'b', 'secret'])
    statuses.push((await scene.exchange(get('/', keyed(guess)))).status);
  assert.deepEqual(statuses, [403, 403, 429]);
});

test('of two templates the lower rate applies (RA-12)', async () => {
  await using scene = await startScene({
    pods: [
      { name: 'o1', paths: '/ rate=100/h burst=100' },
      { name: 'o2', paths: '/ rate=1/h' },
    ],
  });
  assert.deepEqual(
    [(await scene.exchange(get('/'))).status, (await scene.exchange(get('/'))).status],
    [200, 429],
  );
});

test('podway does not request the body of an upload above the rate (RA-06)', async () => {
  await using scene = await startScene({ pods: [{ name: 'o1', paths: '/ rate=1/h' }] });
  await scene.exchange(get('/'));
  using client = await scene.client();
  await client.send('POST / HTTP/1.1\r\nHost: t.local\r\nContent-Length: 10\r\nExpect: 100-continue\r\n\r\n');
  assert.match((await client.head()).start, / 429 /);
});
