import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { EndpointSets } from '../../src/inventory/endpoint-sets.ts';
import { OrderedRoutes } from '../../src/inventory/ordered-routes.ts';
import { compareRoutes } from '../../src/wiring/order.ts';
import { DeclaredRoute } from '../../src/inventory/declared-route.ts';

const { none } = new EndpointSets();
const ALL = Array.from({ length: 1_500 }, (_, at) => new DeclaredRoute(`h${at % 7}`, `/p${at}`, none));

test('thousands of routes that are added and removed in any order stay sorted', () => {
  fc.assert(
    fc.property(
      fc.shuffledSubarray(ALL, { minLength: 1_000 }),
      fc.shuffledSubarray(ALL),
      fc.nat(1_500),
      (added, removed, rank) => {
        const routes = new OrderedRoutes();
        for (const route of added) routes.add(route);
        for (const route of removed) routes.delete(route);
        const gone = new Set(removed);
        const left = added.filter((it) => !gone.has(it)).sort(compareRoutes);
        assert.equal(routes.size, left.length);
        assert.deepEqual([...routes.from()], left);
        assert.equal(routes.at(rank), left[rank]);
        const from = ALL[rank % ALL.length] ?? assert.fail();
        assert.deepEqual(
          [...routes.from(from)],
          left.filter((it) => compareRoutes(it, from) >= 0),
        );
      },
    ),
    { numRuns: 30 },
  );
});
