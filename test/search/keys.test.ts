/**
 * AU-31: a request passes if and only if the model accepts it, with any fields around the key and any rotation; and no output of
 * the router contains a key.
 *
 * KEY_SETS=1000000 makes a long run with a new seed; KEY_SENT is the number of requests over sockets; KEY_SEED repeats a run.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Pod, readPod } from '../../src/wiring/pod.ts';
import { type NamespaceSecret, readSecret } from '../../src/wiring/secret.ts';
import { randomFrom } from '../http1/random.ts';
import { readRequest } from '../http1/read-request.ts';
import { podManifest } from '../fixtures/manifest.ts';
import { judging, PEER, settled } from '../fixtures/decide-request.ts';
import { workerSettings } from '../fixtures/settings.ts';
import { Cluster } from '../inventory/cluster.ts';
import type { SecretFields } from './generate-key-lines.ts';
import { expected, type Secrets, SITES } from './key-model.ts';
import { keyRequest, manifestOf, rotated, searchKeys } from './key-requests.ts';
import { reducedCount } from '../fixtures/wide.ts';

const SHORT = reducedCount(20_000);
const count = Number(process.env['KEY_SETS'] ?? SHORT);
const seed = Number(process.env['KEY_SEED'] ?? (count > SHORT ? Date.now() % 1_000_000_000 : 1));
/** The number of requests over sockets. Each takes some tenths of a millisecond. */
const sent = Number(process.env['KEY_SENT'] ?? count / 20);
const ROTATION = 50;
const SETTINGS = workerSettings();
/** Maximum number of requests to one router: the router and its pods remember every byte. */
const A_SCENE = 10_000;

function secretOf(namespace: string, fields: NonNullable<SecretFields>): NamespaceSecret {
  return readSecret(manifestOf(namespace, fields), 'api-key') as NamespaceSecret;
}

/** The namespaces whose pods may get the request, or the status of the answer. */
function decided(cluster: Cluster, request: string): number | readonly string[] {
  const read = readRequest(request);
  if (read.kind !== 'head') return read.kind === 'refused' ? read.status : 0;
  const decision = settled(read.head, PEER, judging(cluster.table, SETTINGS));
  if (decision.kind === 'answer') return decision.status;
  return decision.kind === 'forward' ? decision.grant.candidates.map((it) => it.namespace).sort() : 0;
}

test(`${count} sets of headers with keys that change, seed ${seed} (AU-31)`, () => {
  const random = randomFrom(seed);
  const cluster = new Cluster().list(
    Object.entries(SITES).flatMap(([paths, namespaces], index) =>
      namespaces.map((namespace) => {
        const manifest = podManifest({ name: `p${index}`, namespace, hosts: 't.local', paths, port: 80 });
        return readPod(manifest, {
          hosts: 'routingHosts',
          paths: 'routingPaths',
          options: 'routingOptions',
        }) as Pod;
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
    const { path, lines, bytes } = keyRequest(random);
    const outcome = decided(cluster, bytes);
    assert.deepEqual(outcome, expected(path, secrets, lines), JSON.stringify({ path, lines, secrets }));
    if (typeof outcome !== 'number') passed += 1;
  }
  assert.ok(passed > count / 6, `${passed} passed: the generator is out of date`);
});

test(`${sent} requests while keys change every ${ROTATION} ms, seed ${seed} (AU-29, AU-31)`, async () => {
  const random = randomFrom(seed);
  for (let left = sent; left > 0; left -= A_SCENE)
    await searchKeys(Math.min(left, A_SCENE), ROTATION, random);
});
