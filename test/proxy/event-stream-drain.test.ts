/** Event streams of a router that stops: podway ends them after an event, as if the pod had ended them. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:http2';
import { test } from 'node:test';
import { get } from '../fixtures/check.ts';
import { neverAnswer } from '../fixtures/origin.ts';
import { startScene } from '../fixtures/scene.ts';

const HEAD = 'HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n';
const PODS = [{ name: 'a', answer: [HEAD, 'data: 1\n\n', neverAnswer] }];

for (const [name, request, connection] of [
  ['HTTP/1.1: the last chunk, and the end of the connection', get('/'), 'keep-alive'],
  ['HTTP/1.0: the end of the connection', 'GET / HTTP/1.0\r\nHost: t.local\r\n\r\n', 'close'],
] as const) {
  test(name, async () => {
    await using scene = await startScene({ pods: PODS });
    const client = await scene.client();
    void client.send(request);
    const head = await client.head();
    const isChunked = connection === 'keep-alive';
    await client.reader.read(isChunked ? '9\r\ndata: 1\n\n\r\n'.length : 9);
    assert.equal(await scene.router.drain(), 0);
    assert.match(head.start, / 200 /);
    assert.equal(client.reader.takeUnread().toString('latin1'), isChunked ? '0\r\n\r\n' : '');
    assert.equal((await client.closed()).ending, 'fin');
    const [record] = scene.router.log;
    assert.deepEqual([record?.status, record?.reason, record?.bytesSent], [200, 'drain-closed', 9]);
  });
}

test('HTTP/2: END_STREAM', async () => {
  await using scene = await startScene({ pods: PODS, settings: { http2Plain: true } });
  const session = connect(`http://127.0.0.1:${scene.router.port}`);
  const stream = session.request({ ':path': '/', ':authority': 't.local' });
  const [bytes] = (await once(stream, 'data')) as [Buffer];
  const ended = once(stream, 'end');
  assert.equal(await scene.router.drain(), 0);
  await ended;
  assert.deepEqual([bytes.toString(), stream.rstCode], ['data: 1\n\n', 0]);
  session.close();
});
