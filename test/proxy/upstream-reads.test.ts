import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BufferBudget } from '../../src/proxy/bytes/buffer-budget.ts';
import { type Hold, ReadBuffers } from '../../src/proxy/bytes/read-buffers.ts';
import { UpstreamReads } from '../../src/proxy/bytes/upstream-reads.ts';

const SMALL = 2_048;
const MEDIUM = 16_384;
const LARGE = 65_536;
const WIDE = 131_072;

/** Lengths of the buffers of the reads of one answer, of which this many bytes come at once. */
function readAnswer(reads: UpstreamReads, size: number, hold: Hold = 'sent'): number[] {
  const lengths: number[] = [];
  for (let left = size; left > 0; ) {
    const { buffer } = reads;
    const read = Math.min(left, buffer.length);
    lengths.push(buffer.length);
    left -= read;
    reads.recordHold(buffer, read > SMALL ? hold : 'free');
    reads.processed(read, left === 0);
  }
  return lengths;
}

function newReads(buffers = new ReadBuffers(new BufferBudget(1_000))): UpstreamReads {
  return new UpstreamReads(buffers);
}

test('the buffers grow during the first large answer, and at once for the next ones', () => {
  const reads = newReads();
  assert.deepEqual(readAnswer(reads, 100_000), [SMALL, MEDIUM, LARGE, LARGE]);
  assert.deepEqual(readAnswer(reads, 100_000), [SMALL, LARGE, LARGE]);
  assert.deepEqual(readAnswer(reads, 100), [SMALL]);
  assert.deepEqual(readAnswer(reads, 100_000), [SMALL, MEDIUM, LARGE, LARGE], 'the answer before was small');
});

test('after large reads that were sent, answers are read in wide pieces, until a client does not keep up', () => {
  const reads = newReads();
  readAnswer(reads, 2_000_000);
  assert.deepEqual(readAnswer(reads, 100_000), [SMALL, WIDE]);
  assert.deepEqual(readAnswer(reads, 100_000, 'kept'), [SMALL, WIDE]);
  assert.deepEqual(readAnswer(reads, 100_000), [SMALL, LARGE, LARGE]);
});

test('a large answer on another connection is read into the same memory', () => {
  const buffers = new ReadBuffers(new BufferBudget(1_000));
  const [first, second] = [newReads(buffers), newReads(buffers)];
  const used = [first, second].map((reads) => {
    readAnswer(reads, 100_000);
    reads.processed(SMALL, false);
    const { buffer } = reads;
    reads.recordHold(buffer, 'sent');
    reads.processed(10, true);
    return buffer;
  });
  assert.equal(used[0]?.length, LARGE);
  assert.equal(used[0], used[1]);
});

test('memory to which a write refers is not used for another answer', () => {
  const buffers = new ReadBuffers(new BufferBudget(1_000));
  const [first, second] = [newReads(buffers), newReads(buffers)];
  for (const reads of [first, second]) readAnswer(reads, 100_000, 'kept');
  first.processed(SMALL, false);
  const pending = first.buffer;
  first.recordHold(pending, 'kept');
  first.recordHold(pending, 'sent');
  first.processed(LARGE, true);
  assert.equal(first.buffer.length, SMALL);
  second.processed(SMALL, false);
  assert.equal(second.buffer.length, LARGE);
  assert.notEqual(second.buffer, pending);
});

test('a closed connection has no buffer that another connection reads into', () => {
  const buffers = new ReadBuffers(new BufferBudget(1_000));
  const [first, second] = [newReads(buffers), newReads(buffers)];
  for (const reads of [first, second]) readAnswer(reads, 100_000);
  first.processed(SMALL, false);
  const { buffer } = first;
  first.giveBack();
  second.processed(SMALL, false);
  assert.equal(second.buffer, buffer, 'the memory is used again');
  assert.notEqual(first.buffer, buffer);
  first.giveBack();
  assert.equal(buffers.inUse, 1, 'a second close changes nothing');
});
