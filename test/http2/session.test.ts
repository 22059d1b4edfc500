/** Two sessions without sockets: each reads what the other writes, in pieces of any size and with any flow-control windows. */
import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { reducedCount } from '../fixtures/wide.ts';
import { patternOf } from '../fixtures/pattern.ts';
import { carry, End } from './two-ends.ts';

const REQUEST = [':method', 'POST', ':scheme', 'http', ':path', '/', ':authority', 't.local'];
const RESPONSE = [':status', '200', 'content-type', 'text/plain'];
const TRAILERS = ['x-sum', '1'];

interface Exchange {
  readonly up: number;
  readonly down: number;
  readonly trailers: boolean;
  /** The side that accepts no bytes until no more bytes move. */
  readonly waits: 'none' | 'server' | 'client' | 'both';
}

/** Settings whose bodies have at most this many bytes, and whose pieces have sizes from `smallest` to `largest`. */
const settingOf = (body: number, smallest: number, largest: number) =>
  fc.record({
    exchanges: fc.array(
      fc.record<Exchange>({
        up: fc.integer({ min: 0, max: body }),
        down: fc.integer({ min: 0, max: body }),
        trailers: fc.boolean(),
        waits: fc.constantFrom('none', 'server', 'client', 'both'),
      }),
      { minLength: 1, maxLength: 8 },
    ),
    pieces: fc.array(fc.integer({ min: smallest, max: largest }), { minLength: 1, maxLength: 5 }),
    serverWindow: fc.integer({ min: 1_000, max: 100_000 }),
    clientWindow: fc.integer({ min: 1_000, max: 100_000 }),
    room: fc.integer({ min: 100, max: 100_000 }),
  });
/** Pieces of single bytes carry small bodies only: millions of pieces would take minutes and prove nothing more. */
const setting = fc.oneof(settingOf(150_000, 1_000, 30_000), settingOf(3_000, 1, 200));

const bodyOf = (size: number, mark: string): Buffer => patternOf(mark, size);

test('every body arrives complete, in order and once, with any windows, pieces and readers', () => {
  fc.assert(
    fc.property(setting, ({ exchanges, pieces, serverWindow, clientWindow, room }) => {
      const server = new End({ streamWindow: serverWindow }, room);
      const client = new End({ role: 'client', streams: 0, streamWindow: clientWindow }, room);
      server.answer = (stream) => {
        const { down, trailers } = exchanges[(stream.id - 1) / 2] as Exchange;
        stream.respond(RESPONSE, false);
        const body = bodyOf(down, `down${stream.id}`);
        stream.write(body, 0, body.length, !trailers);
        if (trailers) stream.end(TRAILERS);
      };
      for (const { up, waits } of exchanges) {
        const received = client.open(REQUEST, false);
        received.open = waits === 'none' || waits === 'server';
        const stream = received.stream!;
        const body = bodyOf(up, `up${stream.id}`);
        stream.write(body, 0, body.length, true);
      }
      carry([client, server], pieces);
      for (const [id, received] of server.streams) {
        const { waits } = exchanges[(id - 1) / 2] as Exchange;
        received.open = waits === 'none' || waits === 'client';
      }
      carry([client, server], pieces);
      for (const end of [server, client]) {
        for (const received of end.streams.values()) {
          received.open = true;
          received.stream?.resume();
        }
        carry([client, server], pieces);
      }
      for (const [at, { up, down, trailers }] of exchanges.entries()) {
        const id = at * 2 + 1;
        const [request, response] = [server.streams.get(id)!, client.streams.get(id)!];
        assert.equal(request.content, bodyOf(up, `up${id}`).toString('latin1'));
        assert.equal(response.content, bodyOf(down, `down${id}`).toString('latin1'));
        assert.deepEqual(response.heads, [RESPONSE]);
        assert.deepEqual(response.trailers, trailers ? TRAILERS : []);
        for (const received of [request, response]) {
          assert.deepEqual(received.ends, ['finished', 'over']);
          assert.equal(received.stream!.held + received.stream!.queued, 0);
        }
      }
      assert.deepEqual([server.faults, client.faults], [[], []]);
      assert.equal(server.session.streams + client.session.streams, 0);
    }),
    { numRuns: reducedCount(500) },
  );
});

test('a stream whose reader accepts no bytes holds at most its window, and other streams continue', () => {
  const server = new End({ streamWindow: 10_000 }, 1_000_000);
  const client = new End({ role: 'client', streams: 0 }, 1_000_000);
  server.answer = (stream) => {
    server.streams.get(stream.id)!.open = stream.id !== 1;
  };
  const body = bodyOf(100_000, 'body');
  for (let id = 1; id < 9; id += 2) client.open(REQUEST, false).stream!.write(body, 0, body.length, true);
  carry([client, server], [16_384]);
  assert.equal(
    server.streams.get(1)!.stream!.held,
    65_535,
    "the initial window applies to bytes that were sent before this side's SETTINGS were known",
  );
  for (let id = 3; id < 9; id += 2) assert.equal(server.streams.get(id)!.content, body.toString('latin1'));
});

test('a reset is reported once, and no event is reported after it', () => {
  const server = new End({}, 1_000_000);
  const client = new End({ role: 'client', streams: 0 }, 1_000_000);
  const body = bodyOf(200_000, 'body');
  server.answer = (stream) => {
    stream.respond(RESPONSE, false);
    stream.write(body, 0, body.length, false);
  };
  const [first, second] = [client.open(REQUEST, true), client.open(REQUEST, true)];
  carry([client, server], [5_000]);
  first.stream!.reset(8);
  server.streams.get(3)!.stream!.reset(2);
  carry([client, server], [5_000]);
  assert.deepEqual(first.ends, ['over']);
  assert.deepEqual(server.streams.get(1)!.ends, ['broken 8', 'over']);
  assert.deepEqual(second.ends, ['broken 2', 'over']);
  assert.deepEqual(server.streams.get(3)!.ends, ['over']);
  assert.equal(server.session.streams + client.session.streams, 0);
  assert.deepEqual([server.faults, client.faults], [[], []]);
});

test('GOAWAY: streams opened before it complete, and later ones are refused', () => {
  const server = new End({}, 1_000_000);
  const client = new End({ role: 'client', streams: 0 }, 1_000_000);
  const first = client.open(REQUEST, true);
  carry([client, server], [100]);
  server.session.goAway();
  const second = client.open(REQUEST, true);
  carry([client, server], [100]);
  assert.deepEqual(second.ends, ['broken 7', 'over']);
  assert.equal(server.streams.has(3), false);
  const { stream } = server.streams.get(1)!;
  stream!.respond(RESPONSE, false);
  stream!.end();
  carry([client, server], [100]);
  assert.deepEqual(first.ends, ['finished', 'over']);
  assert.deepEqual(client.faults, ['went away']);
});

test('a lost connection is reported to every stream once, except to those with a complete response', () => {
  const server = new End({}, 1_000_000);
  const client = new End({ role: 'client', streams: 0 }, 1_000_000);
  server.answer = (stream) => {
    stream.respond(RESPONSE, false);
    const body = bodyOf(1_000, 'body');
    stream.write(body, 0, body.length, stream.id === 3);
  };
  const [cut, whole] = [client.open(REQUEST, true), client.open(REQUEST, true)];
  whole.open = false;
  carry([client, server], [777]);
  client.session.lost();
  server.session.lost();
  assert.deepEqual(cut.ends, ['broken undefined', 'over']);
  assert.deepEqual(server.streams.get(1)!.ends, ['broken undefined', 'over']);
  assert.deepEqual(whole.ends, []);
  whole.open = true;
  whole.stream!.resume();
  assert.deepEqual(whole.ends, ['finished', 'over']);
  assert.equal(whole.content, bodyOf(1_000, 'body').toString('latin1'));
});
