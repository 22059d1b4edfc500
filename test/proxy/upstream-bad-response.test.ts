import assert from 'node:assert/strict';
import { test } from 'node:test';
import { get } from '../rig/check.ts';
import { ok } from '../rig/origin.ts';
import { startScene } from '../rig/scene.ts';

const OK = 'HTTP/1.1 200 OK\r\n';
const many = (count: number): string =>
  Array.from({ length: count }, (_, index) => `X-${index}: v\r\n`).join('');

/** What a pod says, and which 502 it deserves. The connection must go, and the next request must be right. */
const BAD: readonly (readonly [name: string, bytes: string])[] = [
  ['P20 garbage', 'hello there\r\n\r\n'],
  ['P20 garbage without an end of line', 'x'.repeat(70_000)],
  ['HTTP/0.9', '<html>'.padEnd(70_000)],
  ['HTTP/2.0', 'HTTP/2.0 200 OK\r\nContent-Length: 0\r\n\r\n'],
  ['status 99', 'HTTP/1.1 99 Low\r\nContent-Length: 0\r\n\r\n'],
  ['status 1000', 'HTTP/1.1 1000 High\r\nContent-Length: 0\r\n\r\n'],
  ['status 2x0', 'HTTP/1.1 2x0 OK\r\nContent-Length: 0\r\n\r\n'],
  ['P20 UF-19 one field of 100,000 bytes', `${OK}X: ${'v'.repeat(100_000)}\r\n\r\n`],
  ['UF-20 257 fields', `${OK}${many(257)}\r\n`],
  ['UF-16 LF only', 'HTTP/1.1 200 OK\nContent-Length: 0\n\n'],
  ['UF-17 obs-fold', `${OK}X: a\r\n b\r\nContent-Length: 0\r\n\r\n`],
  ['UF-17 space in a name', `${OK}X A: v\r\nContent-Length: 0\r\n\r\n`],
  ['UF-17 space before the colon', `${OK}Content-Length : 0\r\n\r\n`],
  ...['\0', '\x01', '\r'].map(
    (byte) =>
      [`UF-17 ${JSON.stringify(byte)} in a value`, `${OK}X: a${byte}b\r\nContent-Length: 0\r\n\r\n`] as const,
  ),
  ...['foo', '-5', '+5', '5, 5', '', '99999999999999999999'].map(
    (length) =>
      [`UF-21 length ${JSON.stringify(length)}`, `${OK}Content-Length: ${length}\r\n\r\nabcde`] as const,
  ),
  ['UF-21 lengths, equal', `${OK}Content-Length: 5\r\nContent-Length: 5\r\n\r\nabcde`],
  ['UF-21 lengths, different', `${OK}Content-Length: 5\r\nContent-Length: 6\r\n\r\nabcde`],
  ['length and chunked', `${OK}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`],
  ...['foo', 'gzip', 'gzip, chunked', 'chunked, chunked', 'identity'].map(
    (coding) =>
      [`UF-24 UF-25 coding ${coding}`, `${OK}Transfer-Encoding: ${coding}\r\n\r\n0\r\n\r\n`] as const,
  ),
  ['UF-26 chunked on HTTP/1.0', 'HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n'],
  [
    'W11 UF-44 a 101 nobody asked for',
    'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n',
  ],
  ['UF-45 a 101 without Upgrade', 'HTTP/1.1 101 Switching Protocols\r\n\r\n'],
];

test('a response that is not exactly right is 502, and its connection is not used again', async (t) => {
  await using scene = await startScene({ pods: [{ name: 'o1' }] });
  const origin = scene.origin('o1');
  for (const [name, bytes] of BAD) {
    await t.test(name, async () => {
      const count = origin.connections.length;
      origin.answer = [bytes];
      using client = await scene.client();
      const response = await client.exchange(get('/'));
      assert.equal(response.status, 502);
      assert.match(response.value('x-podway-reason') ?? '', /^[a-z-]+$/);
      await origin.connections.at(-1)?.closed();
      origin.answer = [ok('good')];
      assert.equal((await client.exchange(get('/'))).text, 'good');
      assert.ok(origin.connections.length >= count + 1);
    });
  }
});

test('UF-20 256 fields and P20 a head of 5,000 bytes go through', async () => {
  await using scene = await startScene({ pods: [{ name: 'o1' }] });
  scene.origin('o1').answer = [`${OK}${many(255)}Content-Length: 0\r\n\r\n`];
  assert.equal((await scene.exchange(get('/'))).status, 200);
  scene.origin('o1').answer = [ok('', `X: ${'v'.repeat(5000)}`)];
  assert.equal((await scene.exchange(get('/'))).status, 200);
});

test('a head that comes byte by byte is read all the same', async () => {
  await using scene = await startScene({
    pods: [
      {
        name: 'o1',
        answer: async ({ connection }) => {
          for (const byte of Buffer.from(ok('slowly', 'X-Foo: bar'))) {
            connection.socket.write(Buffer.of(byte));
            await new Promise((resolve) => setImmediate(resolve));
          }
        },
      },
    ],
  });
  const response = await scene.exchange(get('/'));
  assert.equal(response.text, 'slowly');
  assert.equal(response.value('x-foo'), 'bar');
});
