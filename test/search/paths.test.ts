/**
 * PC-22: either podway refuses a target, or every later reader of its path reads the route that podway chose, and so requires the same key.
 *
 * PATH_TARGETS=1000000 makes a long run with a new seed; PATH_SEED repeats a run.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Pod, readPod } from '../../src/wiring/pod.ts';
import { type NamespaceSecret, readSecret } from '../../src/wiring/secret.ts';
import { type Random, pick, randomFrom } from '../http1/random.ts';
import { readRequest } from '../http1/read-request.ts';
import { podManifest, secretManifest } from '../fixtures/manifest.ts';
import { judging, PEER, settled } from '../fixtures/decide-request.ts';
import { workerSettings } from '../fixtures/settings.ts';
import { Cluster } from '../inventory/cluster.ts';
import { NORMALISERS } from './normalisers.ts';
import { READERS } from './path-readers.ts';
import { reducedCount } from '../fixtures/wide.ts';

const SHORT = reducedCount(20_000);
const count = Number(process.env['PATH_TARGETS'] ?? SHORT);
const seed = Number(process.env['PATH_SEED'] ?? (count > SHORT ? Date.now() % 1_000_000_000 : 1));

const SETTINGS = workerSettings();

/** The namespace of each path. Keyed namespaces answer 403 here, since no request has a key. */
const ROUTES: Readonly<Record<string, string>> = {
  '/': 'open',
  '/a': 'keyed',
  '/a/b': 'open',
  '/a/b/c': 'keyed2',
  '/b': 'open',
  '/c/': 'keyed',
};
const KEYED = ['keyed', 'keyed2'];

const { table } = new Cluster().list(
  Object.entries(ROUTES).map(([paths, namespace], index) => {
    const manifest = podManifest({ name: `p${index}`, namespace, hosts: 't.local', paths, port: 80 });
    return readPod(manifest, {
      hosts: 'routingHosts',
      paths: 'routingPaths',
      options: 'routingOptions',
    }) as Pod;
  }),
  KEYED.map((it) => readSecret(secretManifest(it, { 'api-key': it }), 'api-key') as NamespaceSecret),
);

interface Chosen {
  /** The path of the target's route, with `!` if it requires a key; or the status of a refusal. */
  readonly route: string;
  /** The path that the pod gets. */
  readonly path: string;
}

function chosen(target: string): Chosen {
  const read = readRequest(`GET ${target} HTTP/1.1\r\nHost: t.local\r\n\r\n`);
  if (read.kind !== 'head') return refusal(read.kind === 'refused' ? read.status : 'more');
  const { path } = read.head;
  const decision = settled(read.head, PEER, judging(table, SETTINGS));
  if (decision.kind === 'forward') return { route: decision.route.path, path };
  if (decision.kind === 'answer' && decision.status === 403)
    return { route: `${decision.route?.path}!`, path };
  return refusal(decision.kind === 'answer' ? decision.status : decision.kind);
}

function refusal(status: number | string): Chosen {
  return { route: String(status), path: '' };
}

/** The route to which a final path leads: the longest prefix of whole segments. */
function oracle(path: string): string {
  let best = '/';
  for (const prefix of Object.keys(ROUTES)) {
    const bare = prefix.replace(/(.)\/$/, '$1');
    if (path !== bare && !path.startsWith(`${bare}/`)) continue;
    if (bare.length > best.length) best = prefix;
  }
  return KEYED.includes(ROUTES[best] ?? '') ? `${best}!` : best;
}

const PARTS = [
  '/',
  '/',
  '/',
  '//',
  'a',
  'b',
  'c',
  'a/b',
  '%61',
  '%62',
  '%2f',
  '%2F',
  '%5c',
  '%5C',
  '\\',
  ';',
  ';x',
  ';x=/y',
  '%3b',

  '.',
  '..',
  '%2e',
  '%2E',
  '.%2e',
  '%252e',
  '%25',
  '%252f',
  '%c0%ae',
  '%c0%af',
  '%e0%80%ae',
  '%e9',
  '%00',
  '%0d%0a',
  '%09',
  '.%0a.',

  '%20',
  '%3f',
  '%23',
  '%0b',
  '%2f%2f',
  '%2f.%2f',
  ';u=http%3A%2F%2Fa%2Fb',
  ';u=%2F..%2Fb',
  '\xe9',
  '\xc3\xa9',
  '\xc0\xae',
  '{',
  '%7B',
  '?',
  '?/../a',
  '#',
  '%',
  '%u002e',
  'A',
  '%41',
  '~',
  '%7e',
  '@',
  ':',
  '%2e%2e%2f',
  '..;/',
  '/./',
  '/../',
];

function randomTarget(random: Random): string {
  let target = pick(['/', '/', '//', '/.//', '/%2f', '/a', '/a/b', '/b', '/c', '/c/'], random);
  for (let left = random(8); left > 0; left -= 1) target += pick(PARTS, random);
  if (random(6) > 0) return target;
  const at = 1 + random(target.length);
  return target.slice(0, at) + String.fromCharCode(random(256)) + target.slice(at + random(2));
}

/** A target with its route, and the target that the pod gets. */
interface Accepted extends Chosen {
  readonly target: string;
}

function accept(target: string): Accepted | undefined {
  const { route, path } = chosen(target);
  return /^\d|^more/.test(route) ? undefined : { target, route, path };
}

function checkReading({ target, route }: Accepted, name: string, read: string): void {
  assert.equal(oracle(read), route, `${name} reads ${JSON.stringify(target)} as ${JSON.stringify(read)}`);
}

function checkTarget(one: Accepted): void {
  const { target, route, path } = one;
  for (const [name, normalise] of Object.entries(NORMALISERS)) {
    const read = normalise(path);
    checkReading(one, name, read);
    const escapes = read.replace(
      /[^!-~]|[%?#;]/g,
      (it) => `%${it.charCodeAt(0).toString(16).padStart(2, '0')}`,
    );
    const again = chosen(escapes).route;
    assert.ok(
      again === route || again === '400',
      `${JSON.stringify(target)}: ${route}, asked as ${escapes}: ${again}`,
    );
  }
}

const random = randomFrom(seed);
const targets = Array.from({ length: count }, () => randomTarget(random));
const accepted = targets.map(accept).filter((it) => it !== undefined);

test(`${count} targets, read by ${Object.keys(NORMALISERS).length} normalisers, seed ${seed} (PC-22)`, (t) => {
  t.diagnostic(`${accepted.length} accepted`);
  for (const one of accepted) checkTarget(one);
  assert.ok(
    accepted.length > count / 8,
    `only ${accepted.length} of ${count} were accepted: the generator is out of date`,
  );
});

for (const reader of READERS) {
  test(`the targets at pods, read by ${reader.name} (PC-22)`, {
    skip: reader.missing ?? false,
  }, async () => {
    const readings = await reader.read(accepted.map(({ path }) => path));
    assert.equal(readings.length, accepted.length);
    for (const [at, one] of accepted.entries()) {
      for (const [how, read] of readings[at] ?? []) {
        if (read !== undefined) checkReading(one, how, read.replace(/^\/*|\/{2,}/g, '/'));
      }
    }
  });
}
