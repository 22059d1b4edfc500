import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Deferred } from '../../src/proxy/bytes/loop-turn.ts';
import { SlowReads } from '../../src/proxy/bytes/slow-reads.ts';
import { get } from '../fixtures/check.ts';
import { data } from '../fixtures/http2/frames.ts';
import { headers } from '../fixtures/http2/raw-http2-client.ts';
import { RawHttp2Pod } from '../fixtures/http2/raw-http2-pod.ts';
import { podManifest } from '../fixtures/manifest.ts';
import { Origin } from '../fixtures/origin.ts';
import { patternOf } from '../fixtures/pattern.ts';
import { RawClient } from '../fixtures/raw-client.ts';
import { startRouter } from '../fixtures/router.ts';

const LARGE = 65_536;

/** Processes a read of this size for more than the limit. Returns whether podway must stop reading. */
function read(reads: SlowReads, size: number): boolean {
  reads.begin(size);
  const until = performance.now() + 2;
  while (performance.now() < until);
  return reads.end();
}

test('a read that takes long stops the reads until the turn ends; a second one changes nothing', () => {
  const deferred: Deferred[] = [];
  let resumed = 0;
  const reads = new SlowReads({ atEnd: (it) => void deferred.push(it) }, () => (resumed += 1));
  assert.equal(read(reads, LARGE), true);
  assert.equal(read(reads, LARGE), true);
  assert.equal(deferred.length, 1);
  assert.equal(resumed, 0);
  deferred.pop()?.flush();
  assert.equal(resumed, 1);
  assert.equal(read(reads, LARGE), true);
  assert.equal(deferred.length, 1);
});

test('a small read does not stop the reads', () => {
  const reads = new SlowReads({ atEnd: () => assert.fail() }, () => undefined);
  assert.equal(read(reads, 4_096), false);
});

/** Less than the window of a stream. */
const BODY = patternOf('slow reads', 60_000);
const FRAMES = (id: number): Buffer =>
  Buffer.concat(Array.from(BODY, (_, at) => data(id, BODY.subarray(at, at + 1))));

test("a pod's response in HTTP/2 frames of one byte arrives whole, and other requests are answered before it is read", async () => {
  const flooding = Promise.withResolvers<() => void>();
  await using pod = await RawHttp2Pod.start(({ connection, id }) =>
    flooding.resolve(() =>
      connection.send(headers(id, [[':status', '200']], 'more'), FRAMES(id), data(id, '', 'end')),
    ),
  );
  const origin = await Origin.start('other');
  const router = await startRouter({
    pods: [
      podManifest({ name: 'a', hosts: 't.local', paths: `${pod.port}:/flood proto=h2c`, port: pod.port }),
      podManifest({ name: 'b', hosts: 't.local', paths: '/', port: origin.port }),
    ],
    secrets: [],
  });
  try {
    using client = await RawClient.connect(router.port);
    using other = await RawClient.connect(router.port);
    await other.exchange(get('/'));
    const response = client.exchange(get('/flood'));
    const flood = await flooding.promise;
    router.snapshot();
    flood();
    assert.equal((await other.exchange(get('/'))).status, 200);
    const { downstream_sent_bytes: sent } = router.snapshot().scalars;
    assert.ok(sent < BODY.length * '1\r\nx\r\n'.length, `${sent} bytes are sent`);
    assert.ok((await response).content.equals(BODY));
  } finally {
    router.close();
    await origin.close();
  }
});
