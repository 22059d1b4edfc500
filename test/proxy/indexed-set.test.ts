import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { IndexedSet } from '../../src/proxy/load/indexed-set.ts';

interface Member {
  readonly name: number;
  seat: number;
}

test('a roster has the same members as a Set, and each member knows whether it belongs to it', () => {
  const step = fc.tuple(fc.boolean(), fc.integer({ min: 0, max: 11 }));
  const property = fc.property(fc.array(step), (steps) => {
    const members = Array.from({ length: 12 }, (_, name): Member => ({ name, seat: -1 }));
    const [roster, model] = [new IndexedSet<'seat', Member>('seat'), new Set<Member>()];
    for (const [isAdded, name] of steps) {
      const member = members[name] as Member;
      if (isAdded) {
        roster.add(member);
        model.add(member);
      } else assert.equal(roster.delete(member), model.delete(member));
      assert.equal(roster.size, model.size);
      for (const it of members) assert.equal(it.seat >= 0, model.has(it));
      const seen: Member[] = [];
      roster.each((it) => seen.push(it));
      assert.deepEqual(new Set(seen), model);
      assert.equal(seen.length, model.size);
    }
  });
  fc.assert(property);
});

test('members may be removed during a visit, and added ones are not visited', () => {
  const roster = new IndexedSet<'seat', Member>('seat');
  const members = Array.from({ length: 6 }, (_, name): Member => ({ name, seat: -1 }));
  for (const member of members) roster.add(member);
  const seen: number[] = [];
  roster.each((member) => {
    seen.push(member.name);
    roster.delete(member);
    roster.add({ name: member.name + 100, seat: -1 });
  });
  assert.deepEqual(seen, [5, 4, 3, 2, 1, 0]);
  assert.equal(roster.size, 6);
});
