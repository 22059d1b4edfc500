import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import fc from 'fast-check';
import type { EndpointOptions, RouteOptions } from '../../src/boundary/route-options.ts';
import { Interned } from '../../src/routing/interned.ts';
import { liveEndpointOptions } from '../../src/routing/live-endpoint-options.ts';
import { defaultOptions, Options } from '../../src/routing/options.ts';
import { routeTable } from '../fixtures/route-table.ts';
import { workerSettings } from '../fixtures/settings.ts';
import { delta, recordsOf } from '../fixtures/table-delta.ts';

const DEFAULTS = defaultOptions(workerSettings());

/** A record with the same fields and other numbers. */
function like<T extends EndpointOptions | RouteOptions>(record: T): fc.Arbitrary<T> {
  const fields = Object.entries(record).map(([name, value]) =>
    fc.tuple(fc.constant(name), typeof value === 'number' ? fc.constantFrom(0, 1, 5000) : fc.constant(value)),
  );
  return fc.tuple(...fields).map((it) => Object.fromEntries(it) as unknown as T);
}

test('options are one object exactly when they are equal, and have the values of their record', () => {
  const options = new Options();
  fc.assert(
    fc.property(like(DEFAULTS.endpoint), like(DEFAULTS.endpoint), (a, b) => {
      const [one, other] = [options.endpoint(a), options.endpoint(structuredClone(b))];
      assert.equal(one === other, JSON.stringify(a) === JSON.stringify(b));
      assert.deepEqual([one, other], [liveEndpointOptions(a), liveEndpointOptions(b)]);
    }),
  );
  fc.assert(
    fc.property(like(DEFAULTS.route), like(DEFAULTS.route), (a, b) => {
      const [one, other] = [options.route(a), options.route(structuredClone(b))];
      assert.equal(one === other, JSON.stringify(a) === JSON.stringify(b));
      assert.deepEqual({ ...one, balance: a.balance }, a);
    }),
  );
});

test('all endpoints and routes of a worker share the defaults, also after a new whole table', () => {
  const table = routeTable();
  const pods = (path: string) =>
    ['a', 'b'].map((pod, at) => ({
      uid: path + pod,
      namespace: 'test',
      pod,
      address: `10.0.0.${at + 1}`,
      port: 80,
      condition: 'ready' as const,
    }));
  const routes = ['/x', '/y'].map((path) => ({ host: 't.local', path, endpoints: pods(path) }));
  const optionsInUse = () => ({
    endpoint: [...new Set([...table.endpoints()].map((it) => it.options))],
    route: [...new Set([...table.routes()].map((it) => it.options))],
  });
  table.apply(delta({ reset: true, ...recordsOf(routes) }));
  const first = optionsInUse();
  assert.deepEqual(first.endpoint, [liveEndpointOptions(DEFAULTS.endpoint)]);
  assert.deepEqual(
    first.route.map(({ collectRequest }) => collectRequest),
    [DEFAULTS.route.collectRequest],
  );
  table.apply(delta({ reset: true, ...recordsOf(routes.concat({ ...routes[0]!, path: '/z' })) }));
  const second = optionsInUse();
  assert.equal(second.endpoint.length + second.route.length, 2);
  assert.equal(second.endpoint[0], first.endpoint[0]);
  assert.equal(second.route[0], first.route[0]);
});

test('unreferenced options take no memory', async () => {
  const interned = new Interned((record: { readonly value: number }) => ({ ...record }));
  const kept = interned.of({ value: -1 });
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  for (let value = 0; value < 10_000; value += 1) {
    interned.of({ value });
    // A weak reference keeps its target until the turn of the event loop ends.
    if (value % 50 === 0) await new Promise(setImmediate).then(collect);
  }
  assert.ok(interned.size < 1_000, `${interned.size} entries`);
  assert.equal(interned.of({ value: -1 }), kept);
});
