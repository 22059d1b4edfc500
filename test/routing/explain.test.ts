import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { verdictsOf } from '../../src/routing/decision-steps.ts';
import { recordFailure } from '../../src/routing/ejection.ts';
import { explain, outcomeOf } from '../../src/routing/explain.ts';
import type { Explanation } from '../../src/boundary/explanation.ts';
import { pick } from '../../src/routing/pick.ts';
import type { EndpointCondition } from '../../src/boundary/delta.ts';
import type { RouteTable } from '../../src/routing/table.ts';
import { judging, PEER, settled } from '../fixtures/decide-request.ts';
import { base64 } from '../fixtures/manifest.ts';
import { delta, recordsOf } from '../fixtures/table-delta.ts';
import { Cluster } from '../inventory/cluster.ts';
import { aPod } from '../wiring/objects.ts';
import { headOf, KEY, PLAIN, type Question, QUESTIONS, questionedTable, SETTINGS } from './questions.ts';

/** A time at which pods that were ejected at 0 are still ejected. */
const NOW = 1;

function ejectedIn(table: RouteTable, pods: readonly string[]): RouteTable {
  for (const it of table.endpoints()) if (pods.includes(it.pod)) recordFailure(it.health, 0, it.options);
  return table;
}

function explained(asks: Partial<Question>, table = questionedTable(true)): Explanation {
  return explain(headOf({ ...PLAIN, ...asks }), PEER, judging(table, SETTINGS));
}

/** All state that a decision and a pick may change. */
function stateOf(table: RouteTable): unknown {
  const routes = [...table.routes()].map((it) => [it.path, it.next, it.turn?.id]);
  const endpoints = [...table.endpoints()].map((it) => ({ ...it.health, id: it.id }));
  return { routes, endpoints, keys: table.takeKeyCounts(100) };
}

test('explain reports the result of decide, and changes no state', () => {
  const scene = fc.record({
    isSynced: fc.constantFrom(true, true, true, false),
    questions: fc.array(QUESTIONS, { minLength: 1, maxLength: 8 }),
    ejected: fc.subarray(['a', 'b', 'k']),
  });
  fc.assert(
    fc.property(scene, ({ isSynced, questions, ejected }) => {
      const [table, twin] = [questionedTable(isSynced), questionedTable(isSynced)].map((it) =>
        ejectedIn(it, ejected),
      ) as [RouteTable, RouteTable];
      for (const question of questions) {
        const head = headOf(question);
        const explanation = explain(head, PEER, judging(table, SETTINGS));
        assert.deepEqual(explain(head, PEER, judging(table, SETTINGS)), explanation);
        const decision = settled(head, PEER, judging(table, SETTINGS));
        assert.deepEqual(explanation.outcome, outcomeOf(decision));
        assert.deepEqual(explanation.steps, verdictsOf(decision));
        assert.deepEqual(outcomeOf(settled(head, PEER, judging(twin, SETTINGS))), explanation.outcome);
        if (decision.kind !== 'forward') continue;
        const next = explanation.endpoints.filter((it) => it.isNext).map((it) => it.pod);
        assert.deepEqual([pick(decision.grant, NOW, [])?.pod], next);
        const other = settled(head, PEER, judging(twin, SETTINGS));
        assert.ok(other.kind === 'forward');
        assert.equal(pick(other.grant, NOW, [])?.pod, next[0]);
        settled(head, PEER, judging(table, SETTINGS));
      }
      assert.deepEqual(stateOf(table), stateOf(twin));
    }),
  );
});

test('an explanation is plain data that names no key', () => {
  fc.assert(
    fc.property(QUESTIONS, (question) => {
      const explanation = explain(headOf(question), PEER, judging(questionedTable(true), SETTINGS));
      assert.deepEqual(structuredClone(explanation), explanation);
      const text = JSON.stringify(explanation);
      for (const key of [KEY, base64(KEY), base64('other')]) assert.ok(!text.includes(key));
    }),
    { numRuns: 50 },
  );
});

test('hosts: all that match the name, and no host for an unknown or malformed name', () => {
  const hosts = (host: Question['host']) => explained({ host }).hosts;
  assert.deepEqual(hosts('t.local'), ['t.local']);
  assert.deepEqual(hosts('deep.wild.local'), ['*.wild.local']);
  assert.deepEqual(hosts('unknown.local'), []);
  assert.deepEqual(hosts('bad..host'), []);
});

test('prefixes: the longest one first, followed by the shorter ones', () => {
  assert.deepEqual(explained({ path: 'deep' }).prefixes, [
    { path: '/app/deep', kind: 'route', namespaces: ['test'], lost: '' },
    { path: '/app', kind: 'route', namespaces: ['test'], lost: 'shorter' },
  ]);
  assert.deepEqual(explained({ path: 'moved' }).prefixes, [
    { path: '/moved/', kind: 'redirect', namespaces: ['test'], lost: '' },
  ]);
  assert.deepEqual(
    explained({ path: 'ambiguous' }).prefixes.map(({ path, lost }) => [path, lost]),
    [['/app', 'reading']],
  );
  assert.deepEqual(explained({ path: 'nowhere' }).prefixes, []);
  assert.deepEqual(explained({ form: 'asterisk' }).prefixes, []);
});

test('readings: the result of each reading, so that an ambiguous path shows which readings differ', () => {
  assert.deepEqual(explained({}).readings, [
    { view: 'a', path: '/app/x', finds: '/app' },
    { view: 'b', path: '/app/x', finds: '/app' },
  ]);
  const { readings, namespaces } = explained({ path: 'ambiguous' });
  assert.deepEqual(readings.slice(0, 2), [
    { view: 'a', path: '/app%2Fdeep', finds: '/app' },
    { view: 'b', path: '/app/deep', finds: '/app/deep' },
  ]);
  assert.deepEqual(namespaces, []);
});

test('namespaces: the result of the key check of each, and which namespaces are reached', () => {
  const namespaces = (asks: Partial<Question>) =>
    explained(asks).namespaces.map((it) => [it.namespace, it.verdict, it.isReached]);
  assert.deepEqual(namespaces({ path: 'mixed', key: 'right' }), [
    ['keyed', 'accept', true],
    ['test', 'none', false],
  ]);
  assert.deepEqual(namespaces({ path: 'mixed', key: 'none' }), [
    ['keyed', 'refuse', false],
    ['test', 'none', true],
  ]);
  assert.deepEqual(namespaces({ path: 'mixed', key: 'twice' }), [
    ['keyed', 'refuse', false],
    ['test', 'none', false],
  ]);
  assert.deepEqual(namespaces({ path: 'lost' }), [['lost', 'unknown', false]]);
});

test('guards: the guards of pods, and the guards that the request does not meet', () => {
  const guards = (path: Question['path'], method: Question['method'] = 'GET') =>
    explained({ path, method }).guards.map(({ options, pods, refusal }) => [options, pods, refusal]);
  assert.deepEqual(guards('app'), []);
  assert.deepEqual(guards('readonly'), [['methods=GET', 1, '']]);
  assert.deepEqual(guards('readonly', 'POST'), [['methods=GET', 1, 'method-not-allowed']]);
  assert.deepEqual(
    guards('foreign').map(([, , refusal]) => refusal),
    ['address-refused'],
  );
});

function endpoints(asks: Partial<Question>, table = questionedTable(true)) {
  return explained(asks, table).endpoints.map((it) => [it.pod, it.excluded, it.ejectedFor, it.isNext]);
}

test('endpoints: why an endpoint is not a candidate, and which endpoint is next', () => {
  assert.deepEqual(endpoints({}), [
    ['a', '', 0, true],
    ['b', '', 0, false],
    ['c', 'condition', 0, false],
  ]);
  assert.deepEqual(endpoints({ path: 'mixed', key: 'none' }), [
    ['a', '', 0, true],
    ['k', 'key', 0, false],
  ]);
  assert.deepEqual(endpoints({ path: 'keyed', key: 'none' }), []);
  assert.deepEqual(endpoints({ path: 'idle' }), [['i', 'condition', 0, false]]);
});

test('endpoints: a pod whose guard refuses the request is left out for its options', () => {
  const pods = ['/app', '/app methods=GET'].map((path, at) =>
    aPod({
      name: at === 0 ? 'open' : 'reads',
      paths: `80:${path}`,
      hosts: 't.local',
      ip: `10.0.0.${at + 1}`,
    }),
  );
  const { table } = new Cluster('prefix').list(pods, []);
  table.apply(delta({ synced: true }));
  assert.deepEqual(endpoints({ method: 'POST' }, table), [
    ['open', '', 0, true],
    ['reads', 'options', 0, false],
  ]);
});

test('endpoints: an ejected endpoint is left out unless all are ejected', () => {
  const out = SETTINGS.ejectionTime - NOW;
  assert.deepEqual(endpoints({}, ejectedIn(questionedTable(true), ['a'])), [
    ['a', 'ejected', out, false],
    ['b', '', 0, true],
    ['c', 'condition', 0, false],
  ]);
  assert.deepEqual(endpoints({}, ejectedIn(questionedTable(true), ['a', 'b'])), [
    ['a', '', out, true],
    ['b', '', out, false],
    ['c', 'condition', 0, false],
  ]);
});

test('endpoints: their conditions, as they change, and their current exchanges', () => {
  const pods = (conditions: readonly EndpointCondition[]) =>
    conditions.map((condition, at) => {
      const pod = `p${at}`;
      const uid = condition === 'ready' ? 'one' : pod;
      return { uid, namespace: 'test', pod, address: '10.0.0.1', port: 80, condition };
    });
  const table = questionedTable(true);
  const conditions: readonly EndpointCondition[] = [
    'node-silent',
    'ready',
    'ready',
    'terminating',
    'pending',
  ];
  const whole = recordsOf([{ host: 't.local', path: '/app', endpoints: pods(conditions) }]);
  table.apply(delta({ reset: true, ...whole }));
  const [, ready] = [...table.endpoints()];
  assert.ok(ready);
  ready.health.inFlight = 3;
  const seen = () =>
    explained({}, table).endpoints.map((it) => [it.condition, it.excluded, it.inFlight, it.isNext]);
  assert.deepEqual(seen(), [
    ['node-silent', 'node-silent', 0, false],
    ['ready', '', 3, true],
    ['ready', 'uid-repeated', 0, false],
    ['terminating', 'condition', 0, false],
    ['pending', 'condition', 0, false],
  ]);
  const unready = whole.endpoints.map((it) => ({ ...it, condition: 'unready' as const }));
  table.apply(delta({ endpoints: unready.slice(1) }));
  assert.deepEqual(seen(), [
    ['node-silent', '', 0, true],
    ...unready.slice(1).map(() => ['unready', 'condition', 0, false]),
  ]);
});
