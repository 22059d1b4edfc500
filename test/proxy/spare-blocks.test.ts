import assert from 'node:assert/strict';
import test from 'node:test';
import { BufferBudget } from '../../src/proxy/bytes/buffer-budget.ts';

const LARGE = 60_000;

test('blocks that are given back are used again, and unused blocks are released in the end', () => {
  const budget = new BufferBudget(1_000_000);
  const first = Array.from({ length: 100 }, () => budget.allocate(LARGE));
  const memory = new Set(first.map(({ buffer }) => buffer));
  assert.equal(memory.size, 100, 'each block has its own memory');
  for (const block of first) budget.giveBack(block);
  const again = Array.from({ length: 40 }, () => budget.allocate(LARGE));
  assert.ok(again.every(({ buffer }) => memory.has(buffer)));
  for (const block of again) budget.giveBack(block);
  for (let calls = 0; calls < 20; calls += 1) budget.trim();
  assert.ok(!memory.has(budget.allocate(LARGE).buffer), 'no block is kept');
});

test('blocks in use between two calls are kept', () => {
  const budget = new BufferBudget(1_000_000);
  const block = budget.allocate(LARGE);
  budget.giveBack(block);
  for (let calls = 0; calls < 20; calls += 1) {
    const next = budget.allocate(LARGE);
    assert.equal(next.buffer, block.buffer);
    budget.trim();
    budget.giveBack(next);
  }
});
