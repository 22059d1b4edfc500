/** One HTTP/2 client connection in memory, in a worker whose clock the test moves: its deadline, and what podway reads of it. */
import assert from 'node:assert/strict';
import { type Duplex, duplexPair } from 'node:stream';
import { mock, test, type TestContext } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import type { AccessRecord } from '../../src/boundary/access-record.ts';
import { DataPlane } from '../../src/proxy/data-plane.ts';
import { Http2Connection } from '../../src/proxy/downstream/http2/http2-connection.ts';
import { FRAME, FrameReader, PREFACE, settings } from '../fixtures/http2/frames.ts';
import { headers, pseudo } from '../fixtures/http2/raw-http2-client.ts';
import { workerSettings } from '../fixtures/settings.ts';

const HEAD_TIMEOUT = 1_000;
const LONG = 1_000_000;
/** Turns of the loop within which an expected event must happen. */
const MAX_TURNS = 10_000;

interface Stage {
  readonly plane: DataPlane;
  readonly connection: Http2Connection;
  readonly client: Duplex;
  /** The records of the answered requests. */
  readonly log: readonly AccessRecord[];
}

/** No host has a route, so podway answers each request at once. */
async function stage(t: TestContext): Promise<Stage> {
  const log: AccessRecord[] = [];
  const waits = { keepaliveTimeout: LONG, clientIdleTimeout: LONG, requestHeadTimeout: HEAD_TIMEOUT };
  const plane = new DataPlane(workerSettings({ http2Plain: true, unknownHost: '404', ...waits }), {
    access: (record) => log.push(record),
  });
  t.after(() => plane.close());
  const timed = mock.method(plane.clock, 'add');
  const [client, its] = duplexPair({ highWaterMark: 16_384 });
  plane.serve(its, { address: '127.0.0.1', proto: 'http' });
  client.write(Buffer.concat([Buffer.from(PREFACE), settings([])]));
  const found = () =>
    timed.mock.calls.map((call) => call.arguments[0]).find((it) => it instanceof Http2Connection);
  await until(() => found() !== undefined);
  return { plane, connection: found() as Http2Connection, client, log };
}

/** Waits for turns of the loop until `holds` returns true. */
async function until(holds: () => boolean): Promise<void> {
  for (let left = MAX_TURNS; !holds(); left -= 1) {
    assert.ok(left > 0, `${MAX_TURNS} turns: ${String(holds)}`);
    await turn();
  }
}

const request = (at: number) => headers(at * 2 + 1, pseudo('HEAD'));

for (const [where, size] of [
  ['within the frame', 20],
  ['within its first octets', 4],
] as const)
  test(`each head has its own time, even if every read ends ${where} of the next head (H2-72)`, async (t) => {
    const { plane, connection, client, log } = await stage(t);
    client.resume();
    let rest: Buffer = Buffer.alloc(0);
    for (let at = 0; at < 10; at += 1) {
      const next = request(at + 1);
      client.write(Buffer.concat([at === 0 ? request(0) : rest, next.subarray(0, size)]));
      rest = next.subarray(size);
      await until(() => log.length > at);
      assert.equal(connection.deadline, plane.clock.now + HEAD_TIMEOUT);
      plane.clock.now += HEAD_TIMEOUT * 0.8;
    }
    const begun = connection.deadline;
    client.write(rest.subarray(0, 2));
    await until(() => client.writableLength === 0);
    await turn();
    assert.equal(connection.deadline, begun, 'a part of a head does not extend its time');
    client.write(rest.subarray(2));
    await until(() => log.length > 10);
    assert.ok(connection.deadline > plane.clock.now + HEAD_TIMEOUT, 'no head is awaited');
  });

test('podway stops reading a client that reads no answers, and answers every request later (H2-74)', async (t) => {
  const { plane, connection, client, log } = await stage(t);
  const { stream } = connection.client;
  let sent = 0;
  // Each write ends within a head.
  let rest: Buffer = Buffer.alloc(0);
  const sendMore = () => {
    const bytes = Buffer.concat([rest, ...Array.from({ length: 200 }, (_, at) => request(sent + at))]);
    client.write(bytes.subarray(0, -20));
    rest = bytes.subarray(-20);
    sent += 200;
  };
  for (; !stream.isPaused() && sent < 20_000; await turn()) sendMore();
  // Some of these bytes the stream reads before it stops, the others it does not.
  for (let left = 5; left > 0; left -= 1) sendMore();
  client.write(rest);
  const answered = log.length;
  assert.ok(answered < sent, `${answered} of ${sent}`);
  assert.ok(connection.writer.queued < 300_000, `${connection.writer.queued} bytes wait`);
  for (let left = 10; left > 0; left -= 1) await turn();
  assert.equal(log.length, answered);
  plane.clock.now += 5 * HEAD_TIMEOUT;
  assert.ok(connection.deadline > plane.clock.now, 'podway does not wait for a head that it does not read');
  const reader = new FrameReader();
  const heads = new Set<number>();
  client.on('data', (bytes: Buffer) => {
    for (const { type, id } of reader.read(bytes)) if (type === FRAME.headers) heads.add(id);
  });
  await until(() => heads.size === sent);
  assert.deepEqual([log.length, stream.isPaused(), stream.destroyed], [sent, false, false]);
});
