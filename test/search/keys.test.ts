/**
 * AU-31: a request passes exactly when the model says so, whatever surrounds the key and whenever keys are rotated; and no
 * key is to be found in anything that leaves the router.
 *
 * KEY_SETS=1000000 makes a long run with a seed of its own; KEY_SEED repeats one.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decide } from '../../src/proxy/decide.ts';
import { type Pod, readPod } from '../../src/wiring/pod.ts';
import { type NamespaceSecret, readSecret } from '../../src/wiring/secret.ts';
import { type Random, pick, randomFrom } from '../http1/random.ts';
import { readRequest } from '../http1/read-request.ts';
import { get } from '../rig/check.ts';
import { base64, podManifest, secretManifest } from '../rig/manifest.ts';
import { startScene, type Scene } from '../rig/scene.ts';
import { Cluster } from '../routing/cluster.ts';
import { keyLines, type SecretFields, secretFields } from './generate-key-lines.ts';
import { expected, type Secrets, SITES } from './key-model.ts';

const SHORT = 20_000;
const count = Number(process.env['KEY_SETS'] ?? SHORT);
const seed = Number(process.env['KEY_SEED'] ?? (count > SHORT ? Date.now() % 1_000_000_000 : 1));
/** How many requests go over sockets, where each costs a millisecond. */
const SENT = count / 20;
const ROTATION = 50;
const KEYED = ['a', 'b'];
const KEYS = [
  'first secret key',
  'second\x00\xff\x0a key',
  'third?>key~~~?',
  'f',
  'a key of forty bytes, to have more of them',
];

function manifestOf(namespace: string, fields: NonNullable<SecretFields>) {
  const octets = Object.entries(fields).map(([name, value]) => [name, Buffer.from(value, 'latin1')] as const);
  return secretManifest(namespace, Object.fromEntries(octets));
}

function secretOf(namespace: string, fields: NonNullable<SecretFields>): NamespaceSecret {
  return readSecret(manifestOf(namespace, fields), 'api-key') as NamespaceSecret;
}

/** Gives every keyed namespace another Secret, or none; returns what the cluster then holds. */
function rotated(
  secrets: Secrets,
  random: Random,
  apply: (it: string, fields: SecretFields) => void,
): Secrets {
  const namespace = pick(KEYED, random);
  const fields = secretFields(KEYS, random);
  if (fields === undefined && secrets[namespace] === undefined) return secrets;
  apply(namespace, fields);
  return { ...secrets, [namespace]: fields };
}

/** The namespaces whose pods would be asked, or the status of the answer. */
function decided(cluster: Cluster, request: string): number | readonly string[] {
  const read = readRequest(request);
  if (read.kind !== 'head') return read.kind === 'refused' ? read.status : 0;
  const decision = decide(read.head, cluster.table, { unknownHost: 'close', requestBody: 0 });
  if (decision.kind === 'answer') return decision.status;
  return decision.kind === 'forward' ? decision.grant.candidates.map((it) => it.namespace).sort() : 0;
}

test(`AU-31 ${count} header sets with keys that change, seed ${seed}`, () => {
  const random = randomFrom(seed);
  const cluster = new Cluster().list(
    Object.entries(SITES).flatMap(([paths, namespaces], index) =>
      namespaces.map((namespace) => {
        const manifest = podManifest({ name: `p${index}`, namespace, hosts: 't.local', paths, port: 80 });
        return readPod(manifest, { hosts: 'routingHosts', paths: 'routingPaths' }) as Pod;
      }),
    ),
  );
  let secrets: Secrets = {};
  let passed = 0;
  for (let done = 0; done < count; done += 1) {
    if (done % 20 === 0) {
      const before = secrets;
      secrets = rotated(secrets, random, (namespace, fields) => {
        if (fields !== undefined) cluster.applySecret(secretOf(namespace, fields));
        else cluster.deleteSecret(secretOf(namespace, before[namespace] ?? {}));
      });
    }
    const path = pick(Object.keys(SITES), random);
    const lines = keyLines(KEYS, random);
    const outcome = decided(cluster, get(path, ...lines));
    assert.deepEqual(outcome, expected(path, secrets, lines), JSON.stringify({ path, lines, secrets }));
    if (typeof outcome !== 'number') passed += 1;
  }
  assert.ok(passed > count / 6, `${passed} passed: the generator has gone stale`);
});

/** Everything that leaves the router but what it sends to pods. */
function outsideOf(scene: Scene, answers: string): string {
  return JSON.stringify([scene.router.log, scene.router.snapshot()]) + answers;
}

test(`AU-29, AU-31 ${SENT} requests while keys change every ${ROTATION} ms, seed ${seed}`, async () => {
  const random = randomFrom(seed);
  const pods = Object.entries(SITES).flatMap(([paths, namespaces]) =>
    namespaces.map((namespace) => ({ name: `${namespace}${paths.replace('/', '-')}`, namespace, paths })),
  );
  await using scene = await startScene({ pods });
  // What the cluster has held, oldest first: a request may be judged by any that was there while it was on its way.
  const history: Secrets[] = [{}];
  const rotate = setInterval(() => {
    const next = rotated(history.at(-1) ?? {}, random, (namespace, fields) => {
      if (fields === undefined) scene.router.removeSecret(namespace);
      else scene.router.applySecret(manifestOf(namespace, fields));
    });
    history.push(next);
  }, ROTATION);
  let answers = '';
  try {
    for (let done = 0; done < SENT; done += 1) {
      const path = pick(Object.keys(SITES), random);
      const lines = keyLines(KEYS, random);
      const from = history.length - 1;
      const response = await scene.exchange(get(path, ...lines));
      answers += response.head.lines.join('\n') + response.text;
      const allowed = history
        .slice(from)
        .flatMap<number | string>((secrets) => expected(path, secrets, lines));
      const outcome = response.value('x-origin')?.split('-', 1)[0] ?? response.status;
      assert.ok(allowed.includes(outcome), `${outcome}, not ${allowed.join()}: ${JSON.stringify(lines)}`);
    }
  } finally {
    clearInterval(rotate);
  }
  const outside = outsideOf(scene, answers);
  for (const key of KEYS.filter((it) => it.length > 8)) {
    for (const spelling of [JSON.stringify(key).slice(1, -1), base64(Buffer.from(key, 'latin1'))]) {
      assert.ok(!outside.includes(spelling), `${spelling} has come out`);
    }
  }
  for (const { name } of pods) {
    const { received } = scene.origin(name);
    assert.doesNotMatch(
      received,
      /^x[-_]routing[-_]api[-_]key[ \t]*:/im,
      `${name} got a line of the key's name`,
    );
  }
});
