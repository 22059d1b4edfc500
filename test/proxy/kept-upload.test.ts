import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BufferBudget } from '../../src/proxy/bytes/buffer-budget.ts';
import { ReadBuffers } from '../../src/proxy/bytes/read-buffers.ts';
import { ClientBytes } from '../../src/proxy/downstream/client-bytes.ts';

test('a write that refers to kept bytes does not hold the shared read buffer of clients', () => {
  const buffers = new ReadBuffers(new BufferBudget(1_000_000));
  const bytes = new ClientBytes(buffers, { received: () => undefined });
  const { shared } = buffers;
  // podway sends bytes of earlier reads to the pod while it reads nothing.
  bytes.recordHold(Buffer.alloc(20_000), 'kept');
  bytes.bytesReceived(shared, shared.write('G'));
  bytes.processed('other', 100);
  assert.equal(bytes.readBuffer, shared);
  bytes.bytesReceived(shared, shared.write('ET'));
  bytes.recordHold(shared, 'kept');
  assert.throws(() => bytes.processed('other', 100), /shared read buffer/);
});
