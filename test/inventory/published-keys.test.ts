import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type KeyState, PublishedKeys } from '../../src/inventory/published-keys.ts';

const NAMESPACES = ['a', 'b', 'c'];

/** The keys that the workers have, from the deltas alone. */
class Workers {
  readonly states = new Map<string, string>();

  follow({ keys, keysUnknown, keysRemoved }: ReturnType<PublishedKeys['take']>): void {
    for (const { namespace, digests } of keys) this.states.set(namespace, digests.join());
    for (const namespace of keysUnknown) this.states.set(namespace, 'unknown');
    for (const namespace of keysRemoved) assert.ok(this.states.delete(namespace), `${namespace} was open`);
  }

  get sorted(): string[] {
    return Array.from(this.states, (entry) => entry.join(' ')).sort();
  }
}

const state = (namespace: string, value: string): KeyState =>
  value === 'open' || value === 'unknown' ? value : { namespace, digests: [value], fields: ['api-key'] };

test('deltas, the whole table, the listing and the counts agree', () => {
  const step = fc.record({
    namespace: fc.constantFrom(...NAMESPACES),
    value: fc.constantFrom('open', 'unknown', 'digest', 'another'),
    take: fc.boolean(),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
      const now = new Map<string, KeyState>();
      const published = new PublishedKeys((namespace) => now.get(namespace) ?? 'open');
      const workers = new Workers();
      for (const { namespace, value, take } of steps) {
        now.set(namespace, state(namespace, value));
        published.changed(namespace);
        if (!take) continue;
        workers.follow(published.take());
        const late = new Workers();
        late.follow(published.whole());
        assert.deepEqual(late.sorted, workers.sorted);
        const known = [...now].filter(([, it]) => it !== 'open').map(([name]) => name);
        assert.deepEqual([...workers.states.keys()].sort(), known.sort());
        const { keyed, unknown } = published.listing(new Map());
        assert.deepEqual([...keyed.map((it) => it.namespace), ...unknown].sort(), known);
        assert.deepEqual([...published.unknown].sort(), unknown);
      }
    }),
  );
});

test('the cost of a delta depends on its changes, not on the number of namespaces with keys', () => {
  const asked: string[] = [];
  const published = new PublishedKeys((namespace) => {
    asked.push(namespace);
    return state(namespace, 'digest');
  });
  for (let at = 0; at < 1_000; at += 1) published.changed(`n${at}`);
  assert.equal(published.take().keys.length, 1_000);
  asked.length = 0;
  published.changed('n7');
  published.changed('n7');
  assert.deepEqual(published.take(), { keys: [], keysUnknown: [], keysRemoved: [] });
  assert.deepEqual(asked, ['n7']);
});
