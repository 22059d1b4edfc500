/** Sessions without sockets: bytes that a stream holds, late frames, and limits for input that costs more to process than to send. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { collectGarbage } from '../fixtures/collect-garbage.ts';
import { data, FLAG, FRAME, frame, FrameReader, PREFACE, settings } from '../fixtures/http2/frames.ts';
import { headers, pseudo } from '../fixtures/http2/raw-http2-client.ts';
import { carry, End } from './two-ends.ts';

const REQUEST = [':method', 'POST', ':scheme', 'http', ':path', '/', ':authority', 't.local'];
const RESPONSE = [':status', '200', 'content-type', 'text/plain'];
const ROOM = 1_000_000;
const X = Buffer.from('x');

const serverEnd = (local: ConstructorParameters<typeof End>[0] = {}): End => new End(local, ROOM);
const clientEnd = (local: ConstructorParameters<typeof End>[0] = {}): End =>
  new End({ role: 'client', streams: 0, ...local }, ROOM);

/** Passes all bytes that `from` has written to `to`, in one read. */
function deliver(from: End, to: End): void {
  to.receives(from.wire.take(from.wire.written.length));
}

/** A server that receives one upload, whose body has not ended. */
function uploading(): End {
  const server = serverEnd();
  server.receives(Buffer.from(PREFACE), settings([]), headers(1, pseudo('POST'), 'more'));
  return server;
}

test('padded DATA refers to the bytes of a read only if the read contains its whole payload', () => {
  const server = uploading();
  const received = server.streams.get(1)!;
  received.hold = 'kept';
  const payload = Buffer.concat([Buffer.of(3), Buffer.from('content'), Buffer.alloc(3)]);
  const padded = frame(FRAME.data, FLAG.padded, 1, payload);
  assert.equal(server.receives(padded), 'kept');
  for (let cut = 1; cut < padded.length; cut += 1) {
    const holds = [server.receives(padded.subarray(0, cut)), server.receives(padded.subarray(cut))];
    assert.deepEqual(holds, ['free', cut <= 9 ? 'kept' : 'free'], `cut at ${cut}`);
  }
  assert.equal(received.content, 'content'.repeat(padded.length));
});

test('a reset of a stream that both sides have ended drops the bytes that it holds', () => {
  const [server, client] = [serverEnd(), clientEnd()];
  server.answer = (stream) => {
    stream.respond(RESPONSE, false);
    stream.write(X, 0, 1, true);
  };
  const received = client.open(REQUEST, true);
  received.open = false;
  carry([client, server], [1_000]);
  const { stream } = received;
  assert.deepEqual([stream!.isClosed, stream!.held, received.ends], [true, 1, []]);
  stream!.reset(8);
  assert.deepEqual([stream!.held, received.ends], [0, ['over']]);
  assert.equal(client.wire.written.length, 0, 'the session writes no RST_STREAM for a closed stream');
  received.open = true;
  stream!.resume();
  assert.deepEqual(received.ends, ['over']);
});

test('each DATA frame whose bytes are held is reported', () => {
  const server = uploading();
  const received = server.streams.get(1)!;
  received.open = false;
  for (let count = 1; count <= 5; count += 1) {
    server.receives(data(1, 'xyz'));
    assert.deepEqual([received.heldCalls, received.stream!.held], [count, count * 3]);
  }
});

test('bytes held from one-byte frames need at most ten times their size in memory (H2-70)', () => {
  const server = serverEnd({ streams: 20 });
  server.receives(Buffer.from(PREFACE), settings([]));
  const ids = Array.from({ length: 20 }, (_, at) => at * 2 + 1);
  for (const id of ids) {
    server.receives(headers(id, pseudo('POST'), 'more'));
    server.streams.get(id)!.open = false;
  }
  const memory = (): number => {
    collectGarbage();
    const { heapUsed, external } = process.memoryUsage();
    return heapUsed + external;
  };
  const before = memory();
  for (const id of ids) {
    const frames = Buffer.concat(Array.from({ length: 5_000 }, () => data(id, X)));
    for (let left = 12; left > 0; left -= 1) server.receives(frames);
  }
  const grown = memory() - before;
  const held = ids.reduce((sum, id) => sum + server.streams.get(id)!.stream!.held, 0);
  assert.equal(held, 1_200_000);
  assert.deepEqual(server.faults, []);
  assert.ok(grown < 12_000_000, `${grown} bytes of memory for ${held} held bytes`);
});

test('GOAWAY: frames of a later stream that were in transit are not an error', () => {
  const [server, client] = [serverEnd(), clientEnd()];
  const first = client.open(REQUEST, true);
  carry([client, server], [1_000]);
  server.session.goAway();
  const late = client.open(REQUEST, false);
  late.stream!.write(Buffer.alloc(5_000), 0, 5_000, false);
  late.stream!.end(['x-sum', '1']);
  deliver(client, server);
  const { stream } = server.streams.get(1)!;
  stream!.respond(RESPONSE, true);
  carry([client, server], [1_000]);
  assert.deepEqual([server.faults, client.faults], [[], ['went away']]);
  assert.deepEqual(
    [first.ends, late.ends],
    [
      ['finished', 'over'],
      ['broken 7', 'over'],
    ],
  );
});

test('a second GOAWAY names no higher stream than the first (H2-75)', () => {
  const server = uploading();
  server.session.goAway();
  server.receives(headers(3, pseudo()), headers(5, pseudo()), data(99, X));
  const goaways = new FrameReader().read(server.wire.written).filter(({ type }) => type === FRAME.goaway);
  assert.deepEqual(
    goaways.map(({ payload }) => [payload.readUInt32BE(0), payload.readUInt32BE(4)]),
    [
      [1, 0],
      [1, 1],
    ],
  );
});

test('streams that a client opens between the two GOAWAYs of its server are served', () => {
  const [server, client] = [serverEnd(), clientEnd()];
  server.answer = (stream) => stream.respond(RESPONSE, true);
  carry([client, server], [1_000]);
  server.session.announceGoAway();
  const between = client.open(REQUEST, true);
  carry([client, server], [1_000]);
  server.session.goAway();
  const late = client.open(REQUEST, true);
  carry([client, server], [1_000]);
  assert.deepEqual(
    [between.ends, late.ends],
    [
      ['finished', 'over'],
      ['broken 7', 'over'],
    ],
  );
  assert.deepEqual([server.faults, client.faults], [[], ['went away', 'went away']]);
});

test('a client reports the GOAWAY of its server before it reports the refused streams', () => {
  const [server, client] = [serverEnd(), clientEnd()];
  client.open(REQUEST, true);
  carry([client, server], [1_000]);
  server.session.goAway();
  const refused = client.open(REQUEST, true);
  const seen: unknown[] = [];
  refused.broken = (code) => seen.push(code, [...client.faults]);
  carry([client, server], [1_000]);
  assert.deepEqual(seen, [7, ['went away']]);
});

for (const [sender, pinger] of [
  ['client', 'client'],
  ['client', 'server'],
  ['server', 'client'],
  ['server', 'server'],
] as const)
  test(`one PING of the ${pinger} for each DATA frame of the ${sender} is not a flood (H2-69)`, () => {
    const ends = { server: serverEnd(), client: clientEnd() };
    const both = [ends.client, ends.server] as const;
    ends.server.answer = (stream) => stream.respond(RESPONSE, false);
    ends.client.open(REQUEST, false);
    carry(both, [1_000]);
    let answered = 0;
    for (let count = 0; count < 3_000; count += 1) {
      ends[sender].streams.get(1)!.stream!.write(X, 0, 1, false);
      ends[pinger].session.ping(() => {
        answered += 1;
      });
      carry(both, [1_000]);
    }
    assert.deepEqual([ends.server.faults, ends.client.faults, answered], [[], [], 3_000]);
  });

test('responses to cancelled requests do not end the connection (GR-23)', () => {
  const server = serverEnd({ streams: 2_000, resets: { burst: 2_000, perSecond: 0 } });
  const client = clientEnd();
  carry([client, server], [1_000]);
  const other = client.open(REQUEST, true);
  deliver(client, server);
  server.answer = (stream) => {
    stream.respond(RESPONSE, false);
    stream.end(['x-sum', '1']);
  };
  const cancelled = Array.from({ length: 1_500 }, () => client.open(REQUEST, true));
  deliver(client, server);
  for (const { stream } of cancelled) stream!.reset(8);
  carry([client, server], [10_000]);
  server.answer(server.streams.get(1)!.stream!);
  carry([client, server], [10_000]);
  assert.deepEqual([server.faults, client.faults], [[], []]);
  assert.deepEqual(other.ends, ['finished', 'over']);
});

test('the rate of malformed responses ends a connection, not their total number (GR-23)', () => {
  const server = serverEnd();
  const client = clientEnd({ invalid: { burst: 10, perSecond: 10 } });
  server.answer = (stream) => stream.respond([':status', 'none'], true);
  for (let second = 0; second < 5; second += 1) {
    for (let count = 0; count < 10; count += 1) client.open(REQUEST, true);
    carry([client, server], [1_000]);
    assert.deepEqual(
      client.faults,
      Array.from({ length: (second + 1) * 10 }, () => 'rejected'),
    );
    client.clock.now += 1_000;
  }
  for (let count = 0; count < 11; count += 1) client.open(REQUEST, true);
  carry([client, server], [1_000]);
  assert.equal(client.faults.at(-1), '11: too many malformed messages');
});

test('a header table that shrinks and grows within one SETTINGS frame is announced as both', () => {
  const server = serverEnd();
  server.answer = (stream) => stream.respond(RESPONSE, true);
  const sizes = settings([
    [1, 0],
    [1, 8_192],
  ]);
  server.receives(Buffer.from(PREFACE), sizes, headers(1, pseudo()));
  const sent = new FrameReader().read(server.wire.take(server.wire.written.length));
  const block = sent.find(({ type }) => type === FRAME.headers)?.payload;
  // RFC 7541 section 6.3: an update to 0, then to 4,096, the maximum of podway.
  assert.equal(block?.subarray(0, 4).toString('hex'), '203fe11f');
});
