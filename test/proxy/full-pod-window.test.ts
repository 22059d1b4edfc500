import assert from 'node:assert/strict';
import { test } from 'node:test';
import { head, post } from '../fixtures/check.ts';
import { FLAG, FRAME, SETTING, settings } from '../fixtures/http2/frames.ts';
import { type PodRequest, RawHttp2Pod } from '../fixtures/http2/raw-http2-pod.ts';
import { podManifest } from '../fixtures/manifest.ts';
import { RawClient } from '../fixtures/raw-client.ts';
import { startRouter } from '../fixtures/router.ts';

/** The window of a connection until the peer increases it (RFC 9113 section 6.9.2). */
const WINDOW = 65_535;

const sizeOf = ({ connection, id }: PodRequest): number =>
  connection.frames
    .filter((it) => it.type === FRAME.data && it.id === id)
    .reduce((sum, { payload }) => sum + payload.length, 0);

/** Answers when the request is complete. The pod never increases the window of a connection. */
async function answerWhole({ connection, id, answer }: PodRequest): Promise<void> {
  await connection.frame('the end of the body', (it) => it.id === id && (it.flags & FLAG.endStream) !== 0);
  answer(`connection ${connection.index}`);
}

test("an upload that an HTTP/2 pod does not read, and that uses up the connection's window, does not delay other clients' requests", async () => {
  const requests: PodRequest[] = [];
  const opening = [settings([[SETTING.initialWindow, 1_048_576]])];
  await using pod = await RawHttp2Pod.start(
    (request) => {
      requests.push(request);
      if (request.path === '/read') answerWhole(request).catch(() => undefined);
    },
    { opening },
  );
  const { port } = pod;
  const router = await startRouter({
    pods: [podManifest({ name: 'a', hosts: 't.local', paths: `${port}:/ proto=h2c`, port })],
    secrets: [],
  });
  try {
    using first = await RawClient.connect(router.port);
    void first.send(head('POST /unread HTTP/1.1', 'Host: t.local', 'Content-Length: 1000000'));
    void first.send(Buffer.alloc(1_000_000));
    while (requests.length === 0) await pod.arrival();
    const unread = requests[0] as PodRequest;
    await unread.connection.until('a full window', () => sizeOf(unread) === WINDOW || undefined);
    using second = await RawClient.connect(router.port);
    const { text } = await second.exchange(post('/read', 'a body'));
    assert.equal(text, 'connection 1');
  } finally {
    router.close();
  }
});
