import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { NumberedStreams } from '../../src/http2/session/numbered-streams.ts';

const ID = fc.integer({ min: 1, max: 40 });

test('streams are found by number as in a Map, after any insertions and deletions', () => {
  const step = fc.tuple(fc.constantFrom('set', 'set', 'delete'), ID);
  const property = fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
    const [streams, model] = [new NumberedStreams<object>(), new Map<number, object>()];
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

test('a visit may delete any stream, and deleted streams are not visited', () => {
  const streams = new NumberedStreams<number>();
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
