import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BufferBudget } from '../../src/proxy/bytes/buffer-budget.ts';
import { type Passed, ReadBuffers, type ReadOutcome } from '../../src/proxy/bytes/read-buffers.ts';

const SMALL = 2_048;
const MEDIUM = 16_384;
const LARGE = 65_536;
const WIDE = 131_072;
const MAX_LARGE = 256;

interface Case extends Partial<ReadOutcome> {
  readonly name: string;
  readonly length: number;
  readonly size: number;
  readonly scarce?: boolean;
  readonly expected: number | 'same';
}

/** The outcome of reads that filled a large buffer and were passed on at once. */
function sent(sentInRow: number): Pick<ReadOutcome, 'size' | 'sentInRow' | 'hold'> {
  return { size: LARGE, sentInRow, hold: 'sent' };
}

const CASES: readonly Case[] = [
  { name: 'not filled', length: SMALL, size: SMALL - 1, expected: 'same' },
  { name: 'filled', length: SMALL, size: SMALL, expected: MEDIUM },
  { name: 'filled after a large answer', length: SMALL, size: SMALL, previous: LARGE, expected: LARGE },
  {
    name: 'filled after large answers that were sent',
    length: SMALL,
    ...sent(16),
    size: SMALL,
    previous: LARGE,
    expected: WIDE,
  },
  { name: 'filled again', length: MEDIUM, size: MEDIUM, expected: LARGE },
  { name: 'filled at its largest', length: LARGE, size: LARGE, expected: 'same' },
  { name: 'large, sent 15 times in a row', length: LARGE, ...sent(15), expected: 'same' },
  { name: 'large, sent 16 times in a row', length: LARGE, ...sent(16), expected: WIDE },
  {
    name: 'large, bytes wait for the client',
    length: LARGE,
    ...sent(16),
    hold: 'free',
    expected: 'same',
  },
  { name: 'large, referred to', length: LARGE, ...sent(16), hold: 'kept', expected: LARGE },
  { name: 'large, idle', length: LARGE, ...sent(16), largest: LARGE, idle: true, expected: SMALL },
  { name: 'large, memory is scarce', length: LARGE, ...sent(16), scarce: true, expected: MEDIUM },
  { name: 'wide, sent', length: WIDE, size: WIDE, hold: 'sent', expected: 'same' },
  { name: 'wide, not filled', length: WIDE, size: 10, hold: 'sent', expected: 'same' },
  { name: 'wide, bytes wait for the client', length: WIDE, size: WIDE, expected: LARGE },
  { name: 'wide, referred to', length: WIDE, size: WIDE, hold: 'kept', expected: LARGE },
  { name: 'wide, idle', length: WIDE, size: 10, largest: WIDE, idle: true, hold: 'sent', expected: SMALL },
  { name: 'a write still refers to the buffer', length: MEDIUM, size: 10, hold: 'kept', expected: MEDIUM },
  { name: 'referred to and filled', length: MEDIUM, size: MEDIUM, hold: 'kept', expected: LARGE },
  { name: 'idle after few bytes', length: LARGE, size: 10, largest: 10, idle: true, expected: SMALL },
  { name: 'idle after more bytes', length: LARGE, size: 10, largest: 5_000, idle: true, expected: MEDIUM },
  { name: 'idle after many bytes', length: LARGE, size: 10, largest: LARGE, idle: true, expected: SMALL },
  { name: 'idle and small', length: SMALL, size: 10, largest: SMALL, idle: true, expected: 'same' },
  { name: 'idle, referred to', length: MEDIUM, size: 10, idle: true, hold: 'kept', expected: SMALL },
  {
    name: 'idle after more bytes, memory is scarce',
    length: MEDIUM,
    size: 5_000,
    idle: true,
    scarce: true,
    expected: SMALL,
  },
  {
    name: 'idle after many bytes, memory is scarce',
    length: LARGE,
    size: LARGE,
    idle: true,
    scarce: true,
    expected: SMALL,
  },
  { name: 'memory is scarce', length: LARGE, size: LARGE, scarce: true, expected: MEDIUM },
  {
    name: 'scarce, filled after a large answer',
    length: SMALL,
    size: SMALL,
    previous: LARGE,
    scarce: true,
    expected: MEDIUM,
  },
  { name: 'scarce and small', length: SMALL, size: SMALL, scarce: true, expected: 'same' },
];

/** What happened with the bytes of a read of an upload. */
function passed(hold: Passed['hold'], sentInRow = 0): Passed {
  return { hold, sentInRow };
}

for (const { name, length, scarce = false, expected, ...outcome } of CASES) {
  test(`the buffer for the next read: ${name}`, () => {
    const budget = new BufferBudget(1_000);
    const buffers = new ReadBuffers(budget);
    const buffer = grown(buffers, length);
    if (scarce) budget.used = 1_000;
    const next = buffers.next(buffer, {
      largest: outcome.size,
      previous: 0,
      sentInRow: 0,
      hold: 'free',
      idle: false,
      ...outcome,
    });
    if (expected === 'same') {
      assert.equal(next, buffer);
    } else {
      assert.equal(next.length, expected);
      assert.notEqual(next.buffer, buffer.buffer);
    }
  });
}

test('large buffers are reused, but not while a write refers to them, and there are at most 256', () => {
  const buffers = new ReadBuffers(new BufferBudget(1_000));
  const first = grown(buffers, LARGE);
  buffers.giveBack(first);
  assert.equal(grown(buffers, LARGE), first);
  const filled = { size: LARGE, largest: LARGE, previous: 0, sentInRow: 0, idle: false };
  const kept = buffers.next(first, { ...filled, hold: 'kept' });
  assert.notEqual(kept, first);
  const held = new Set([first, kept]);
  for (let count = 0; count < 255; count += 1) {
    const buffer = grown(buffers, LARGE);
    assert.ok(!held.has(buffer));
    held.add(buffer);
  }
  assert.equal(grown(buffers, MEDIUM).length, MEDIUM);
  assert.equal(fill(buffers, grown(buffers, MEDIUM)).length, MEDIUM);
});

test('upstream sockets share a buffer while they read few bytes, and no write may refer to it', () => {
  const buffers = new ReadBuffers(new BufferBudget(1_000));
  const shared = buffers.first();
  assert.equal(buffers.first(), shared);
  const own = grown(buffers, MEDIUM);
  assert.notEqual(own, shared);
  const outcome = { size: 10, largest: 10, previous: 0, sentInRow: 0, hold: 'free', idle: true } as const;
  assert.equal(buffers.next(own, outcome), shared);
  assert.throws(() => buffers.next(shared, { ...outcome, hold: 'kept' }), /refers to a shared read buffer/);
});

test('a client reads into the shared buffer until it uploads, then into its own', () => {
  const buffers = new ReadBuffers(new BufferBudget(1_000));
  const { shared } = buffers;
  assert.equal(buffers.nextOfUpload(shared, passed('free')), shared, 'small pieces are copied');
  shared.write('bytes');
  const own = buffers.own(5);
  assert.equal(own.toString('latin1', 0, 5), 'bytes');
  assert.equal(buffers.nextOfUpload(own, passed('free')), own);
  const other = buffers.nextOfUpload(own, passed('kept'));
  assert.ok(other !== own && other !== shared, 'a write still refers to the first buffer');
  assert.equal(buffers.nextOfClient(other, 'free'), shared);
  assert.equal(buffers.own(1), other, 'used again');
  buffers.giveBack(shared);
  assert.notEqual(buffers.own(1), shared);
});

test('an upload that the pod takes at once is read in wide pieces, until bytes wait for the pod', () => {
  const buffers = new ReadBuffers(new BufferBudget(1_000));
  const large = buffers.own(1);
  assert.equal(buffers.nextOfUpload(large, passed('sent', 15)), large);
  assert.equal(buffers.nextOfUpload(large, passed('free', 16)), large);
  const wide = buffers.nextOfUpload(large, passed('sent', 16));
  assert.equal(wide.length, WIDE);
  assert.equal(buffers.nextOfUpload(wide, passed('sent', 17)), wide);
  const other = buffers.nextOfUpload(wide, passed('kept'));
  assert.equal(other, large, 'a write still refers to the wide buffer');
  const again = buffers.nextOfUpload(other, passed('sent', 16));
  assert.notEqual(again, wide);
  assert.equal(buffers.nextOfUpload(again, passed('free')).length, LARGE);
});

test('when many clients upload, some keep the shared buffer', () => {
  const buffers = new ReadBuffers(new BufferBudget(1_000));
  const owned = Array.from({ length: 257 }, () => buffers.own(1));
  assert.equal(buffers.nextOfUpload(owned[256] as Buffer, passed('free')), buffers.shared);
  assert.equal(buffers.nextOfUpload(owned[255] as Buffer, passed('free')), owned[255]);
});

test('a wide buffer is reused, and takes the places of two large buffers', () => {
  const buffers = new ReadBuffers(new BufferBudget(1_000));
  const first = grown(buffers, WIDE);
  buffers.giveBack(first);
  assert.equal(grown(buffers, WIDE), first);
  const held = Array.from({ length: 127 }, () => grown(buffers, WIDE));
  assert.ok(held.every(({ length }) => length === WIDE));
  assert.equal(fill(buffers, grown(buffers, MEDIUM)).length, MEDIUM);
  buffers.giveBack(first);
  const large = grown(buffers, LARGE);
  assert.equal(fill(buffers, large).length, WIDE);
});

test('spare buffers of one size are dropped when buffers of the other size need their memory', () => {
  for (const [before, after] of [
    [LARGE, WIDE],
    [WIDE, LARGE],
  ] as const) {
    const buffers = new ReadBuffers(new BufferBudget(1_000));
    for (const length of [before, after]) {
      const held = Array.from({ length: (MAX_LARGE * LARGE) / length }, () => another(buffers, length));
      assert.deepEqual([buffers.inUse, buffers.total], [MAX_LARGE, MAX_LARGE], `${length} bytes each`);
      for (const buffer of held) buffers.giveBack(buffer);
      assert.deepEqual([buffers.inUse, buffers.total], [0, MAX_LARGE], 'all are spares');
    }
  }
});

test('a wide buffer is not taken when only one large one is free', () => {
  const buffers = new ReadBuffers(new BufferBudget(1_000));
  for (let count = 0; count < 255; count += 1) another(buffers, LARGE);
  assert.equal(another(buffers, WIDE).length, LARGE);
  assert.equal(buffers.total, MAX_LARGE);
});

function grown(buffers: ReadBuffers, length: number): Buffer {
  let buffer = buffers.first();
  while (buffer.length < length) buffer = fill(buffers, buffer);
  return buffer;
}

function fill(buffers: ReadBuffers, buffer: Buffer): Buffer {
  const { length } = buffer;
  const sentInRow = length < LARGE ? 0 : 16;
  return buffers.next(buffer, {
    ...sent(sentInRow),
    size: length,
    largest: length,
    previous: 0,
    idle: false,
  });
}

/** The buffer after the first read of an answer on a connection whose answers are large. */
function another(buffers: ReadBuffers, length: number): Buffer {
  const outcome = {
    ...sent(length === WIDE ? 16 : 0),
    size: SMALL,
    largest: SMALL,
    previous: LARGE,
    idle: false,
  };
  return buffers.next(buffers.first(), outcome);
}
