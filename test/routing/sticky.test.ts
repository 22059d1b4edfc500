import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decide } from '../../src/routing/decide.ts';
import { recordFailure, isMostlyEjected } from '../../src/routing/ejection.ts';
import { explain } from '../../src/routing/explain.ts';
import { firstPick, stickyValue } from '../../src/routing/sticky.ts';
import { judging, PEER } from '../fixtures/decide-request.ts';
import { workerSettings } from '../fixtures/settings.ts';
import { readRequest } from '../http1/read-request.ts';
import type { Cluster } from '../inventory/cluster.ts';
import { clusterOf, endpoint, podOf, routeOf, several, workerOf } from './balance-scene.ts';

const TIMES = { ejectionTime: 10_000, ejectionMaxTime: 60_000 };
const STICKY = several('pod', 6, 'sticky lb=least');

/** The pod that gets a request with the cookie of a pod, and the pod that explain names, at `now`. */
function asked(cluster: Cluster, pod: string, now = 1): readonly [string | undefined, readonly string[]] {
  const { stickyName } = routeOf(cluster);
  const cookie = `${stickyName}=${stickyValue(endpoint(cluster, pod))}`;
  const read = readRequest(`GET / HTTP/1.1\r\nHost: t.local\r\nCookie: ${cookie}\r\n\r\n`);
  assert.ok('head' in read);
  const judge = { ...judging(cluster.table, workerSettings()), clock: { now } };
  const next = explain(read.head, PEER, judge).endpoints.filter(({ isNext }) => isNext);
  const decision = decide(read.head, PEER, judge);
  assert.ok(decision.kind === 'forward');
  const picked = firstPick(decision.route, decision.grant, read.head, now);
  return [picked?.pod, next.map((it) => it.pod)];
}

test('explain names the pod that a cookie selects', () => {
  const cluster = clusterOf(STICKY);
  for (const pod of Object.keys(STICKY)) assert.deepEqual(asked(cluster, pod), [pod, [pod]]);
});

test('a cookie does not select an ejected pod, but selects a pod whose ejection has ended (LB-02)', () => {
  const cluster = clusterOf(STICKY);
  recordFailure(endpoint(cluster, 'pod-3').health, 0, TIMES);
  const [other, next] = asked(cluster, 'pod-3', 9_999);
  assert.notEqual(other, 'pod-3');
  assert.deepEqual(next, [other]);
  assert.deepEqual(asked(cluster, 'pod-3', 10_000), ['pod-3', ['pod-3']]);
  // This request was the probe: until it reports, other requests do not follow the cookie.
  assert.notEqual(asked(cluster, 'pod-3', 10_001)[0], 'pod-3');
});

test('a cookie selects its pod also when so many pods are ejected that no pod counts as ejected', () => {
  const cluster = clusterOf(STICKY);
  for (const at of [0, 1, 2, 3]) recordFailure(endpoint(cluster, `pod-${at}`).health, 0, TIMES);
  assert.ok(isMostlyEjected(routeOf(cluster).candidates, 1));
  assert.deepEqual(asked(cluster, 'pod-5'), ['pod-5', ['pod-5']]);
});

test('names and values of cookies are the same at all replicas, with another name for every route', () => {
  const [one, other] = [clusterOf(STICKY, { seed: 1 }), clusterOf(STICKY, { seed: 2 })];
  assert.equal(routeOf(one).stickyName, routeOf(other).stickyName);
  for (const pod of Object.keys(STICKY))
    assert.equal(stickyValue(endpoint(one, pod)), stickyValue(endpoint(other, pod)));
  const paths = Array.from({ length: 50 }, (_, at) => `/${at}`);
  const many = workerOf().list([podOf('a', '', { paths: paths.map((it) => `80:${it} sticky`).join(' ') })]);
  assert.equal(new Set(paths.map((it) => routeOf(many, it).stickyName)).size, 50);
});

test('the newest ready pod determines whether the route is sticky', () => {
  const cluster = workerOf().list([
    podOf('old', '', { created: '2026-01-01T00:00:00Z' }),
    podOf('new', 'sticky=1h', { created: '2026-02-01T00:00:00Z' }),
  ]);
  assert.equal(routeOf(cluster).options.sticky, 3_600);
  cluster.apply(podOf('new', 'sticky=1h', { created: '2026-02-01T00:00:00Z', ready: false }));
  assert.equal(routeOf(cluster).options.sticky, undefined);
});
