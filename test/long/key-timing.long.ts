/** The time of a refusal must not reveal how many characters of a key were correct. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { authorise, COUNTED } from '../../src/routing/authorise.ts';
import { type Pod, readPod } from '../../src/wiring/pod.ts';
import { type NamespaceSecret, readSecret } from '../../src/wiring/secret.ts';
import { base64, podManifest, secretManifest } from '../fixtures/manifest.ts';
import { Cluster } from '../inventory/cluster.ts';

const SAMPLES = 200_000;
const PER_SAMPLE = 10;
/** Two means whose Welch t is above this limit differ with a certainty of more than 99.999 %. */
const LIMIT = 4.5;

const KEY = 'k'.repeat(24);
const RIGHT = base64(KEY);
const ALMOST = `${RIGHT.slice(0, -1)}${RIGHT.endsWith('A') ? 'B' : 'A'}`;
const WRONG = `${RIGHT.startsWith('A') ? 'B' : 'A'}${RIGHT.slice(1)}`;

test(`${SAMPLES} samples each: a key that is correct up to its last character takes as long as a key that is wrong from its first (AU-30)`, (t) => {
  const manifest = podManifest({ name: 'p', namespace: 'a', hosts: 't.local', paths: '/', port: 80 });
  const pod = readPod(manifest, {
    hosts: 'routingHosts',
    paths: 'routingPaths',
    options: 'routingOptions',
  }) as Pod;
  const secret = readSecret(secretManifest('a', { 'api-key': KEY }), 'api-key') as NamespaceSecret;
  const { table } = new Cluster().list([pod], [secret]);
  const route = table.host('t.local')?.get('/');
  assert.ok(route);
  const once = (value: string): number => {
    const before = process.hrtime.bigint();
    for (let left = PER_SAMPLE; left > 0; left -= 1)
      authorise(route, table.keys, { keyLines: 1, key: value }, COUNTED);
    return Number(process.hrtime.bigint() - before) / PER_SAMPLE;
  };
  for (let warm = 0; warm < SAMPLES / 10; warm += 1) once(warm % 2 === 0 ? ALMOST : WRONG);
  const times = { almost: [] as number[], wrong: [] as number[] };
  // In turns, so that other work of the machine slows both kinds equally.
  for (let taken = 0; taken < SAMPLES; taken += 1) {
    times.almost.push(once(ALMOST));
    times.wrong.push(once(WRONG));
  }
  const [a, b] = [typical(times.almost), typical(times.wrong)];
  const welch = (a.mean - b.mean) / Math.sqrt(a.variance / a.count + b.variance / b.count);
  t.diagnostic(`${a.mean.toFixed(1)} ns and ${b.mean.toFixed(1)} ns, Welch t ${welch.toFixed(2)}`);
  assert.ok(Math.abs(welch) < LIMIT);
});

/** Mean and variance without the slowest tenth: there the machine interrupted the measurement. */
function typical(times: readonly number[]): { mean: number; variance: number; count: number } {
  const kept = [...times].sort((a, b) => a - b).slice(0, Math.floor(times.length * 0.9));
  const mean = kept.reduce((sum, it) => sum + it, 0) / kept.length;
  const variance = kept.reduce((sum, it) => sum + (it - mean) ** 2, 0) / (kept.length - 1);
  return { mean, variance, count: kept.length };
}
