import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkExchanges, chunked, head, post } from '../fixtures/check.ts';
import { startScene } from '../fixtures/scene.ts';

const pods = [{ name: 'o1' }, { name: 'keyed', namespace: 'a', paths: '/app' }];
const MEGABYTE = 1024 * 1024;

const limited = {
  pods,
  keys: { a: 'supersecret' },
  settings: { clientMaxBodySize: MEGABYTE },
};

await checkExchanges('a body above CLIENT_MAX_BODY_SIZE is 413, after the key check', limited, [
  {
    name: 'by length (P22)',
    send: head('POST / HTTP/1.1', 'Host: t.local', 'Content-Length: 2097152'),
    status: 413,
    after: 'closed',
  },
  {
    name: 'exactly the limit (P22)',
    send: post('/', 'x'.repeat(MEGABYTE)),
    status: 200,
    origin: 'o1',
    after: 'kept',
  },
  {
    name: 'one byte above the limit (P22)',
    send: post('/', 'x'.repeat(MEGABYTE + 1)),
    status: 413,
    after: 'closed',
  },
  {
    name: 'too large without the key (P23)',
    send: post('/app', 'x'.repeat(MEGABYTE + 1)),
    status: 403,
    after: 'closed',
  },
]);

test('a chunked body above the limit is 413, and the pod does not get its end (P22)', async () => {
  await using scene = await startScene(limited);
  using client = await scene.client();
  const body = chunked(...Array.from({ length: 32 }, () => 'x'.repeat(65_536)));
  void client.send(head('POST / HTTP/1.1', 'Host: t.local', 'Transfer-Encoding: chunked') + body);
  assert.equal((await client.response()).status, 413);
  await client.closed();
  const request = scene.origin('o1').requests[0];
  if (request !== undefined) await assert.rejects(request.body);
});

test('a limit of 0 means no limit (P22)', async () => {
  await using scene = await startScene({ pods });
  const body = Buffer.alloc(20 * MEGABYTE, 'x');
  using client = await scene.client();
  void client.send(head('POST / HTTP/1.1', 'Host: t.local', `Content-Length: ${body.length}`));
  void client.send(body);
  assert.equal((await client.response()).status, 200);
  assert.equal((await (await scene.origin('o1').request()).body).content.length, body.length);
});
