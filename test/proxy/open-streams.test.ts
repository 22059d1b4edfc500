import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, performServerHandshake } from 'node:http2';
import { createServer, type AddressInfo } from 'node:net';
import test from 'node:test';
import fc from 'fast-check';
import { listStreamsApart, NumberedStreams, PendingStreams } from '../../src/proxy/bytes/open-streams.ts';

const ID = fc.integer({ min: 1, max: 40 });

test('streams by number are found like in a Map, after any additions and removals', () => {
  const step = fc.tuple(fc.constantFrom('set', 'set', 'delete'), ID);
  const property = fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
    const [streams, model] = [new NumberedStreams(), new Map<number, object>()];
    for (const [kind, id] of steps) {
      const stream = { id };
      if (kind === 'set') {
        streams.set(id, stream);
        model.set(id, stream);
      } else assert.equal(streams.delete(id), model.delete(id));
      assert.equal(streams.size, model.size);
      for (let each = 1; each <= 40; each += 1) assert.equal(streams.get(each), model.get(each));
    }
    const seen = new Map<number, unknown>();
    streams.forEach((stream, id) => seen.set(id, stream));
    assert.deepEqual(seen, new Map(model));
  });
  fc.assert(property);
});

test('all streams may be removed during a visit, and removed ones are not visited', () => {
  const streams = new NumberedStreams();
  for (let id = 1; id < 20; id += 2) streams.set(id, id);
  const seen: number[] = [];
  streams.forEach((_, id) => {
    seen.push(id);
    streams.delete(id);
    streams.delete(id + 2);
  });
  assert.equal(streams.size, 0);
  assert.equal(seen.length, 5);
});

test('each stream without a number is visited once', () => {
  const pending = new PendingStreams();
  for (const stream of ['a', 'b', 'a', 'c']) pending.add(stream);
  assert.equal(pending.size, 3);
  assert.equal(pending.delete('a'), true);
  assert.equal(pending.delete('a'), false);
  const seen = new Set<unknown>();
  pending.forEach((stream) => seen.add(stream));
  assert.deepEqual(seen, new Set(['b', 'c']));
});

test('node:http2 keeps its streams in these lists, on both sides, and ends them with the session', async () => {
  const server = createServer((socket) => {
    const session = performServerHandshake(socket);
    listStreamsApart(session);
    session.on('error', () => undefined);
    session.on('stream', (stream) => {
      stream.on('error', () => undefined);
      stream.respond({ ':status': 200 });
      stream.write('begun');
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const client = connect(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  listStreamsApart(client);
  const requests = Array.from({ length: 20 }, () => client.request({ ':path': '/' }));
  await Promise.all(requests.map((it) => once(it, 'response')));
  assert.equal(listedBy(client), 20);
  const [first, ...others] = requests;
  first?.close();
  await once(first as object as NodeJS.EventEmitter, 'close');
  assert.equal(listedBy(client), 19);
  const closes = others.map((it) => once(it, 'close'));
  client.destroy();
  await Promise.all(closes);
  server.close();
});

/** Streams in the list that replaced Node's; undefined when Node's own is still there, or has another name. */
function listedBy(session: object): number | undefined {
  for (const symbol of Object.getOwnPropertySymbols(session)) {
    const state = (session as Record<symbol, { streams?: unknown } | undefined>)[symbol];
    if (state?.streams instanceof NumberedStreams) return state.streams.size;
  }
  return undefined;
}
