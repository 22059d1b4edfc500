import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { EndpointReport } from '../../../src/boundary/figures.ts';
import { aPod, secretWith } from '../../wiring/objects.ts';
import { Scene } from './scene.ts';

const pod = (name: string, more: Parameters<typeof aPod>[0] = {}) => aPod({ name, ...more });

test('routes without a ready pod, and routes with conflicts between namespaces or options', () => {
  const scene = new Scene();
  scene.cluster.list([
    pod('well', { hosts: 'a.local' }),
    pod('ill', { hosts: 'b.local', ready: false }),
    pod('gone', { hosts: 'b.local', terminating: true, namespace: 'other' }),
    pod('mine', { hosts: 'c.local' }),
    pod('yours', { hosts: 'c.local', namespace: 'other' }),
    pod('slow', { hosts: 'd.local', paths: '3000:/ timeout=5s' }),
    pod('fast', { hosts: 'd.local', paths: '3000:/ timeout=1s' }),
  ]);
  const { router, unready, conflicts } = scene.view().state(scene.moment);
  assert.equal(router.routes, 4);
  assert.deepEqual(unready, {
    total: 1,
    rows: [
      {
        host: 'b.local',
        path: '/',
        namespaces: ['other', 'test'],
        conditions: { unready: 1, terminating: 1 },
        lastResort: false,
      },
    ],
  });
  assert.deepEqual(
    conflicts.rows.map(({ host, conflict, between }) => [host, conflict, ...between]),
    [
      ['b.local', 'shared', 'other', 'test'],
      ['c.local', 'shared', 'other', 'test'],
      ['d.local', 'options', 'timeout'],
    ],
  );
});

test('namespaces with different keys do not count as sharing a route', () => {
  const scene = new Scene();
  const pods = ['a', 'b'].map((namespace) => pod('web', { namespace, hosts: 'c.local' }));
  scene.cluster.list(pods, [secretWith('a', { 'api-key': 'b25l' }), secretWith('b', { 'api-key': 'dHdv' })]);
  const state = scene.view().state(scene.moment);
  assert.deepEqual(state.conflicts.rows, []);
  assert.deepEqual(state.keys.rows, []);
});

const report = (more: Partial<EndpointReport>): EndpointReport => {
  return {
    id: 'uid|10.0.0.1|80',
    namespace: 'n',
    pod: 'p',
    inFlight: 0,
    failures: 3,
    ejectedFor: 0,
    ...more,
  };
};

test('ejected pods are reported for all workers together', () => {
  const scene = new Scene();
  scene.step();
  scene.recent.reported();
  const { time, now } = scene.moment;
  scene.reports = [
    report({ ejectedFor: 4_000 }),
    report({ ejectedFor: 9_000 }),
    report({ pod: 'well', inFlight: 4 }),
    report({ id: 'uid|fd00::1|80|words', pod: 'q', ejectedFor: 1_000 }),
  ];
  const at = time - now + scene.recent.reportedAt;
  assert.deepEqual(scene.view().state({ time, now }).ejected, {
    total: 2,
    rows: [
      {
        namespace: 'n',
        pod: 'p',
        address: '10.0.0.1:80',
        workers: 2,
        failures: 6,
        until: Math.round((at + 9_000) / 1_000) * 1_000,
      },
      {
        namespace: 'n',
        pod: 'q',
        address: '[fd00::1]:80',
        workers: 1,
        failures: 3,
        until: Math.round((at + 1_000) / 1_000) * 1_000,
      },
    ],
  });
});

test('routes that answered 5xx, and routes with the most requests', () => {
  const scene = new Scene();
  scene.cluster.list([pod('a', { hosts: 'a.local' }), pod('b', { hosts: 'b.local' })]);
  scene.count('a.local', '/', { 200: 5, 404: 1, 503: 2 });
  scene.count('b.local', '/', { 200: 50 });
  const { failing, busiest } = scene.view().state(scene.moment);
  const recent = { requests: 8, serverErrors: 2 };
  assert.deepEqual(failing.rows, [{ host: 'a.local', path: '/', ...recent, recent }]);
  assert.deepEqual(
    busiest.rows.map(({ host, requests, clientErrors, serverErrors, problems, ready }) => {
      return [host, requests, clientErrors, serverErrors, problems, ready];
    }),
    [
      ['b.local', 50, 0, 0, [], 1],
      ['a.local', 8, 1, 2, ['failing'], 1],
    ],
  );
});

test('rates and percentiles are those of the last steps, whenever they are read', () => {
  const scene = new Scene();
  const view = scene.view();
  scene.step();
  assert.equal(view.state(scene.moment).now.requests, 0);
  scene.step({ totals: { answers: [0, 0, 8, 0, 1, 1], durations: [10] } });
  scene.now += 3_000;
  const { now, points } = view.state(scene.moment);
  assert.deepEqual([now.requests, now.clientErrors, now.serverErrors], [2, 0.1, 0.1]);
  assert.deepEqual(points.slice(1), [[scene.time / 1_000, 2, 0.1, 0.1, now.p50, now.p95, now.p99, 0, 0, 0]]);
});

test('a limit is reported when it is reached, and no longer a quarter of an hour later', () => {
  const scene = new Scene();
  const limits = () => scene.view().state(scene.moment).limits.rows;
  scene.step();
  assert.deepEqual(limits(), []);
  scene.shortages = 3;
  scene.step({ refusals: [{ reason: 'overload-in-flight', count: 7 }] });
  assert.deepEqual(
    limits().map(({ limit, refused }) => [limit, refused]),
    [
      ['descriptors', 3],
      ['in-flight', 7],
    ],
  );
  scene.step({ refusals: [{ reason: 'overload-client-connections', count: 2 }] });
  assert.deepEqual(limits()[1], {
    limit: 'connections',
    used: 0,
    most: limits()[1]?.most,
    setting: 'MAX_CONNECTIONS',
    refused: 2,
  });
  for (let step = 0; step < 181; step += 1) scene.step();
  assert.deepEqual(limits(), []);
});

test('ten thousand problems with long names are shown in a few rows (EX-07)', () => {
  const scene = new Scene();
  const long = 'x'.repeat(60);
  const pods = Array.from({ length: 10_000 }, (_, at) =>
    pod(`web-${at}`, {
      namespace: `n${at % 40}`,
      hosts: `h${at}.${long}.${long}.${long}.local <img/src=x/onerror=${at}>${long.repeat(20)}`,
      ready: at % 2 === 0,
    }),
  );
  scene.cluster.list(pods);
  scene.reports = pods.map(({ name, namespace }) =>
    report({ id: `${name}|10.0.0.1|80`, pod: name, namespace, ejectedFor: 1_000 }),
  );
  for (const { host, path } of scene.cluster.inventory.published())
    scene.count(host, path, { 200: 1, 500: 1 });
  for (let step = 0; step < 200; step += 1)
    scene.step({ totals: { answers: [0, 0, 123_456, 0, 234, 345], durations: [1, 2, 3, 4, 5, 6, 7] } });
  const state = scene.view().state(scene.moment);
  const { unready, ejected, failing, rejections, busiest, points } = state;
  assert.deepEqual(
    [unready, ejected, failing, rejections, busiest].map(({ total, rows }) => [total, rows.length]),
    [
      [5_000, 50],
      [10_000, 50],
      [10_000, 50],
      [10_000, 50],
      [10_000, 20],
    ],
  );
  assert.equal(points.length, 180);
  assert.ok(JSON.stringify(state).length < 128 * 1024, `${JSON.stringify(state).length} characters`);
});
