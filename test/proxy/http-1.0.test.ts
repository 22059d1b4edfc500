import assert from 'node:assert/strict';
import { test } from 'node:test';
import { head } from '../fixtures/check.ts';
import { halfClose, ok, readBody, type Answer } from '../fixtures/origin.ts';
import { startScene, type Scene } from '../fixtures/scene.ts';

const CHUNKED: Answer = [
  'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n',
];
const UNFRAMED: Answer = ['HTTP/1.1 200 OK\r\n\r\nabcde', halfClose];

const request = (...lines: string[]): string => head('GET / HTTP/1.0', 'Host: t.local', ...lines);
const scene = (answer: Answer): Promise<Scene> => startScene({ pods: [{ name: 'o1', answer }] });

for (const [name, answer] of [
  ['chunked (P31)', CHUNKED],
  ['unframed', UNFRAMED],
] as const) {
  for (const lines of [[], ['Connection: keep-alive']]) {
    test(`${name} answer, ${lines[0] ?? 'no Connection field'}: plain body up to the end`, async () => {
      await using running = await scene(answer);
      using client = await running.client();
      const response = await client.exchange(request(...lines));
      assert.equal(response.value('transfer-encoding'), undefined);
      assert.equal(response.value('content-length'), undefined);
      assert.equal(response.text, 'abcde');
    });
  }
}

test('the connection ends after the response (N28)', async () => {
  await using running = await scene([ok('x')]);
  using client = await running.client();
  assert.equal((await client.exchange(request())).text, 'x');
  await client.closed();
});

test('the pod gets HTTP/1.1', async () => {
  await using running = await scene([ok('x')]);
  await running.exchange(request());
  assert.match((await running.origin('o1').request()).head.start, /^GET \/ HTTP\/1\.1$/);
});

test('a GET with a body reaches the pod with the body', async () => {
  await using running = await scene([readBody, ok('x')]);
  using client = await running.client();
  assert.equal((await client.exchange(`${request('Content-Length: 3')}abc`)).text, 'x');
  await client.closed();
  const asked = await running.origin('o1').request();
  assert.equal((await asked.body).content.toString(), 'abc');
  assert.match(asked.head.start, /^GET \/ HTTP\/1\.1$/);
});
