import assert from 'node:assert/strict';
import { test } from 'node:test';
import { aPod } from '../wiring/objects.ts';
import { Cluster } from './cluster.ts';

const RULES = { cluster: true, hostNetwork: true, own: { addresses: ['10.0.0.7'], ports: [8080] } };
const at = (ip: string | undefined, more: { ready?: boolean } = {}) =>
  aPod({ ip, paths: '80:/ 8080:/own', ports: [80, 8080], ...more });

const rejected = (cluster: Cluster) =>
  cluster.inventory.listing().rejections.map(({ reason, detail }) => `${reason} ${detail}`);

test('a pod at a refused address keeps its routes, gets no requests, and has a rejection, until its address changes', () => {
  const cluster = new Cluster('segment', { addressRules: RULES }).list([at(undefined)]);
  const routes = ['test.github.com /', 'test.github.com /own'];
  assert.deepEqual([cluster.routes(), rejected(cluster)], [routes, []]);
  const metadata = '169.254.169.254';
  const reasons = [80, 8080].map((port) => `address-of-no-pod ${metadata} port ${port}`);
  for (const ready of [false, true]) {
    cluster.apply(at(metadata, { ready }));
    assert.deepEqual([cluster.routes(), rejected(cluster)], [routes, reasons]);
  }
  assert.deepEqual([...cluster.table.endpoints()], []);
  const conditions = cluster.inventory
    .listing()
    .routes.flatMap(({ endpoints }) => endpoints.map((it) => `${it.address}${it.condition}`));
  assert.deepEqual(conditions, ['unready', 'unready']);
  cluster.apply(at('10.0.0.8'));
  assert.deepEqual(rejected(cluster), []);
  assert.equal([...cluster.table.endpoints()].length, 2);
});

test("podway's own address is rejected only with a port on which podway listens", () => {
  const cluster = new Cluster('segment', { addressRules: RULES }).list([at('10.0.0.7')]);
  assert.deepEqual(cluster.routes(), ['test.github.com / web-0@10.0.0.7:80', 'test.github.com /own']);
  assert.deepEqual(rejected(cluster), ['address-of-podway 10.0.0.7 port 8080']);
  cluster.delete(at('10.0.0.7'));
  assert.deepEqual(rejected(cluster), []);
});
