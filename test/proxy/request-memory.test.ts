import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Holder } from '../../src/proxy/load/memory-victims.ts';
import { RequestMemory } from '../../src/proxy/load/request-memory.ts';

const LIMIT = 1_000_000;

function taken(network: string, count = (): void => undefined): Holder {
  return { network, bytes: 0, holderIndex: -1, takenAt: 0, holding: 'taken', count, shed: () => undefined };
}

test('bytes that left a socket without an event do not block other clients', () => {
  const memory = new RequestMemory(LIMIT, { now: 0 });
  const holder = taken('10.9.9.9', () => memory.count(holder, 10));
  memory.count(holder, LIMIT);
  assert.equal(memory.makeRoom('10.9.9.9'), true);
  assert.equal(memory.used, 10);
});

test("a client that aborts a request after it has sent the next one ends no other client's request", () => {
  const memory = new RequestMemory(LIMIT, { now: 0 });
  let deep = 0;
  let deepest = 0;
  const shed: string[] = [];
  for (let count = 0; count < 1_200; count += 1) {
    const holder: Holder = {
      network: `10.0.${count >> 2}.1`,
      bytes: 0,
      holderIndex: -1,
      takenAt: 0,
      holding: 'unsent',
      count: () => undefined,
      shed: () => {
        deep += 1;
        deepest = Math.max(deepest, deep);
        shed.push(`${count}`);
        memory.count(holder, 0);
        memory.makeRoom('10.1.0.1');
        deep -= 1;
      },
    };
    memory.count(holder, 1_000);
  }
  // Clients that hold little are spared only if all of them together hold little, which is not so here.
  const greedy = taken('10.9.9.9');
  memory.count(greedy, LIMIT);
  memory.makeRoom('10.1.0.1');
  assert.equal(deepest, 1, 'connections are shed one after the other');
  assert.equal(new Set(shed).size, shed.length, 'no client is shed twice');
  assert.equal(memory.used, LIMIT);
});
