import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BufferBudget } from '../../src/proxy/bytes/buffer-budget.ts';
import { ReadBuffers } from '../../src/proxy/bytes/read-buffers.ts';
import { ClientBytes } from '../../src/proxy/downstream/client-bytes.ts';

test('a write that refers to kept bytes does not hold the buffer that clients share', () => {
  const buffers = new ReadBuffers(new BufferBudget(1_000_000));
  const bytes = new ClientBytes(buffers, { received: () => undefined });
  const { shared } = buffers;
  // Bytes kept from earlier reads are sent to the pod while nothing is read.
  bytes.passedOn(Buffer.alloc(20_000), 'kept');
  bytes.came(shared, shared.write('G'));
  bytes.dealtWith('other', 100);
  assert.equal(bytes.readBuffer, shared);
  bytes.came(shared, shared.write('ET'));
  bytes.passedOn(shared, 'kept');
  assert.throws(() => bytes.dealtWith('other', 100), /shared read buffer/);
});
