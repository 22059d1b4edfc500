import assert from 'node:assert/strict';
import { once } from 'node:events';
import { PassThrough } from 'node:stream';
import { test } from 'node:test';
import fc from 'fast-check';
import { readByData } from '../../src/bytes/read-by-data.ts';

test('every byte is delivered once and in order, in pieces that fit, and no byte while the stream is paused', async () => {
  const sizes = fc.array(fc.integer({ min: 1, max: 100 }), { minLength: 1, maxLength: 20 });
  const step = fc.record({
    room: fc.integer({ min: 1, max: 60 }),
    stop: fc.constantFrom('no', 'false', 'pause'),
  });
  await fc.assert(
    fc.asyncProperty(sizes, fc.array(step, { minLength: 1, maxLength: 20 }), async (chunks, steps) => {
      const stream = new PassThrough();
      const sent = Buffer.concat(chunks.map((size, at) => Buffer.alloc(size, at + 1)));
      const received: Buffer[] = [];
      let reads = 0;
      let stopped = false;
      const next = () => steps[reads % steps.length] ?? { room: 1, stop: 'no' };
      readByData(stream, {
        buffer: () => Buffer.alloc(next().room),
        callback: (size, buffer) => {
          assert.equal(stopped, false);
          received.push(Buffer.from(buffer.subarray(0, size)));
          const { stop } = next();
          reads += 1;
          if (stop === 'no') return true;
          stopped = true;
          setImmediate(() => {
            stopped = false;
            stream.resume();
          });
          if (stop === 'pause') stream.pause();
          return stop === 'pause';
        },
      });
      for (const [at, size] of chunks.entries()) stream.write(Buffer.alloc(size, at + 1));
      stream.end();
      await once(stream, 'end');
      assert.ok(Buffer.concat(received).equals(sent));
    }),
  );
});

test('a stream delivers no more bytes after its reader has destroyed it', async () => {
  const stream = new PassThrough();
  let reads = 0;
  readByData(stream, {
    buffer: () => Buffer.alloc(1),
    callback: () => {
      reads += 1;
      stream.destroy();
      return true;
    },
  });
  stream.write('many bytes');
  await once(stream, 'close');
  assert.equal(reads, 1);
});
