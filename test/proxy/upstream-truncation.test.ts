import assert from 'node:assert/strict';
import { test } from 'node:test';
import { get, head } from '../rig/check.ts';
import { halfClose, reset, until, type Action } from '../rig/origin.ts';
import type { RawClient } from '../rig/raw-client.ts';
import { startScene } from '../rig/scene.ts';

const LENGTH = 'HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabcde';
const CHUNKED = 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nabcde\r\n';
const UNFRAMED = 'HTTP/1.1 200 OK\r\n\r\nabcde';

const say =
  (bytes: string): Action =>
  ({ connection }) =>
    void connection.socket.write(bytes);

const BROKEN: readonly (readonly [name: string, bytes: string, end: Action])[] = [
  ['P19 UF-09 a length, FIN', LENGTH, halfClose],
  ['P19 UF-09 a length, RST', LENGTH, reset],
  ['P19 UF-10 chunked, FIN', CHUNKED, halfClose],
  ['P19 UF-10 chunked, RST', CHUNKED, reset],
  ['UF-10 inside a chunk, FIN', `${CHUNKED}5\r\nfg`, halfClose],
  ['UF-10 after the size of a chunk, FIN', `${CHUNKED}5\r\n`, halfClose],
  ['UF-10 inside the end, FIN', `${CHUNKED}0\r\n`, halfClose],
  ['a bad chunk size', CHUNKED, say('xyz\r\n')],
  ['data longer than its chunk', CHUNKED, say('2\r\nfghi\r\n')],
  ['UF-12 no framing, RST', UNFRAMED, reset],
];

/** The client has read five bytes when the pod breaks off. */
async function breakOff(client: RawClient, send: string, broken: () => void): Promise<string> {
  void client.send(send);
  await client.inbox.until('abcde');
  broken();
  const { ending, received } = await client.closed();
  return `${ending} ${received.toString('latin1')}`;
}

test('a body that breaks off breaks the client connection off', async (t) => {
  for (const [name, bytes, end] of BROKEN) {
    await t.test(name, async () => {
      const { promise, resolve } = Promise.withResolvers<void>();
      await using scene = await startScene({ pods: [{ name: 'o1', answer: [bytes, until(promise), end] }] });
      using client = await scene.client();
      const seen = await breakOff(client, get('/'), resolve);
      assert.doesNotMatch(seen, /\r\n0\r\n/, 'no last chunk');
      if (bytes === UNFRAMED)
        assert.match(seen, /chunked/, 'HTTP/1.1 shows the truncation by the missing last chunk');
      await scene.origin('o1').connections[0]?.closed();
    });
  }
});

test('UF-12 a reset of an unframed body is a reset for an HTTP/1.0 client, who has no other sign', async () => {
  const { promise, resolve } = Promise.withResolvers<void>();
  await using scene = await startScene({ pods: [{ name: 'o1', answer: [UNFRAMED, until(promise), reset] }] });
  using client = await scene.client();
  assert.match(await breakOff(client, head('GET / HTTP/1.0', 'Host: t.local'), resolve), /^reset/);
});

test('UF-11 an unframed body that ends with a FIN is complete', async () => {
  await using scene = await startScene({ pods: [{ name: 'o1', answer: [UNFRAMED, halfClose] }] });
  using client = await scene.client();
  const response = await client.exchange(get('/'));
  assert.equal(response.text, 'abcde');
  assert.equal(response.value('transfer-encoding'), 'chunked');
  assert.equal((await client.exchange(get('/'))).text, 'abcde');
});

test('UF-05 a pod that closes before any byte is 502', async (t) => {
  for (const [name, end] of [
    ['FIN', halfClose],
    ['RST', reset],
  ] as const) {
    await t.test(name, async () => {
      await using scene = await startScene({ pods: [{ name: 'o1', answer: [end] }] });
      assert.equal((await scene.exchange(get('/'))).status, 502);
    });
  }
});

test('a pod that closes inside the head is 502', async () => {
  await using scene = await startScene({
    pods: [{ name: 'o1', answer: ['HTTP/1.1 200 OK\r\nX: y', halfClose] }],
  });
  assert.equal((await scene.exchange(get('/'))).status, 502);
});

test('a broken answer is logged with its reason, and is no retry', async () => {
  await using scene = await startScene({
    pods: [
      { name: 'a', answer: [LENGTH, reset] },
      { name: 'b', answer: [LENGTH, reset] },
    ],
  });
  using client = await scene.client();
  await client.send(get('/'));
  await client.closed();
  assert.equal(scene.origin('a').requests.length + scene.origin('b').requests.length, 1);
  assert.notEqual(scene.router.log[0]?.reason, '');
});
