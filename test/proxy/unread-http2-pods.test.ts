import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type ServerHttp2Stream } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { type TestContext, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { PREFACE, SETTING, settings, windowUpdate } from '../fixtures/http2/frames.ts';
import { pseudo, RawHttp2Client } from '../fixtures/http2/raw-http2-client.ts';
import { podManifest } from '../fixtures/manifest.ts';
import { startRouter, type TestRouter } from '../fixtures/router.ts';

const STREAMS = 20;
/** Less than the window that podway grants to a pod for one stream: the pod sends all of it. */
const BODY = 64_000;
/** The client accepts no bytes of any body. */
const NO_WINDOW = [Buffer.from(PREFACE), settings([[SETTING.initialWindow, 0]])];

/** A router with a pod that speaks HTTP/2, and a client that takes no byte of `STREAMS` answers. */
async function unread(t: TestContext): Promise<{ router: TestRouter; client: RawHttp2Client }> {
  const pod = createServer().on('stream', (stream: ServerHttp2Stream) => {
    stream.on('error', () => undefined);
    stream.respond({ ':status': 200 });
    stream.end(Buffer.alloc(BODY, 'x'));
  });
  pod.listen(0, '127.0.0.1');
  await once(pod, 'listening');
  t.after(() => pod.close());
  const { port } = pod.address() as AddressInfo;
  const router = await startRouter({
    pods: [podManifest({ name: 'p', hosts: 't.local', paths: `${port}:/ proto=h2c`, port })],
    secrets: [],
    // Less than BODY, so the rest of a body waits in the stream of the pod.
    settings: { http2Plain: true, proxyBufferSize: 16_384 },
  });
  t.after(() => router.close());
  const client = await RawHttp2Client.connect(router.port, NO_WINDOW);
  for (let at = 0; at < STREAMS; at += 1) client.request(2 * at + 1, pseudo());
  await untilBuffered(router, STREAMS * BODY);
  return { router, client };
}

async function untilBuffered(router: TestRouter, bytes: number): Promise<void> {
  while (router.snapshot().gauges.buffered_bytes !== bytes) await sleep(5);
}

test('all bytes of HTTP/2 pods that a client does not take count in PROXY_BUFFER_MEMORY, and none once it has taken them', async (t) => {
  const { router, client } = await unread(t);
  client.send(windowUpdate(0, STREAMS * BODY));
  for (let at = 0; at < STREAMS; at += 1) client.send(windowUpdate(2 * at + 1, BODY));
  for (let at = 0; at < STREAMS; at += 1)
    assert.equal((await client.answer(2 * at + 1)).content.length, BODY);
  await untilBuffered(router, 0);
  client.socket.destroy();
});

test('none of these bytes count when the client has disconnected', async (t) => {
  const { router, client } = await unread(t);
  client.socket.destroy();
  await untilBuffered(router, 0);
});
