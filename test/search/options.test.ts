/**
 * Options of paths: for any declarations and requests, the same pods may get the request, or it is refused for the same reason, as in
 * a model without tables, flavours and masks.
 *
 * OPTION_PAIRS=1000000 makes a long run with a new seed; OPTION_SEED repeats a run.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ForwardedLines } from '../../src/http1/forwarded-lines.ts';
import type { RequestHead } from '../../src/http1/request-head.ts';
import { writeRequestHead } from '../../src/http1/request-writer.ts';
import type { Forward } from '../../src/routing/decision.ts';
import type { Endpoint } from '../../src/routing/endpoint.ts';
import { judging, PEER, settled } from '../fixtures/decide-request.ts';
import { workerSettings } from '../fixtures/settings.ts';
import { randomFrom } from '../http1/random.ts';
import { readRequest } from '../http1/read-request.ts';
import { Cluster } from '../inventory/cluster.ts';
import { aPod, aSecret } from '../wiring/objects.ts';
import {
  expected,
  type Expected,
  type ModelPod,
  type ModelRequest,
  somePods,
  someRequest,
} from './option-model.ts';
import { reducedCount } from '../fixtures/wide.ts';

const SHORT = reducedCount(10_000);
const count = Number(process.env['OPTION_PAIRS'] ?? SHORT);
const seed = Number(process.env['OPTION_SEED'] ?? (count > SHORT ? Date.now() % 1_000_000_000 : 1));
const SETTINGS = workerSettings();
const REQUESTS = 40;

function clusterOf(pods: readonly ModelPod[]): Cluster {
  const listed = pods.map(({ name, namespace, ready, options, items }, at) =>
    aPod({
      name,
      namespace,
      ready,
      hosts: 't.local',
      paths: items.map(({ port, path, words }) => `${port}:${path} ${words}`).join('\n'),
      options,
      ports: [80, 81],
      ip: `10.0.0.${at + 1}`,
    }),
  );
  return new Cluster().list(listed, [aSecret('keyed', 'secret')]);
}

function decided(cluster: Cluster, { method, path, length, hasKey, client, fields }: ModelRequest): Expected {
  const lines = ['Host: t.local', `Content-Length: ${length}`, ...fields];
  if (hasKey) lines.push(`X-Routing-Api-Key: ${Buffer.from('secret').toString('base64')}`);
  const read = readRequest(`${method} ${path}?q=/a HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n`);
  assert.equal(read.kind, 'head');
  const decision = settled(read.head, { ...PEER, address: client }, judging(cluster.table, SETTINGS));
  if (decision.kind !== 'forward') return decision.reason;
  return decision.grant.candidates
    .map((it) => `${it.pod}:${it.port} ${received(read.head, decision, it)}`)
    .sort();
}

/** Target, Host and X-Forwarded-Prefix of the request that the pod gets. */
function received(head: RequestHead, { route, hop }: Forward, { options }: Endpoint): string {
  const forwarded = new ForwardedLines(PEER);
  const outgoing = {
    forwarded,
    requestId: 'id',
    hop,
    forwardKey: false,
    upgrade: '',
    route: route.path,
    auth: undefined,
    trace: undefined,
  };
  const text = writeRequestHead(head, outgoing, 'keep-alive', options.requestEdits);
  const field = (name: string) => new RegExp(`^${name}: (.*)\r$`, 'm').exec(text)?.[1] ?? '-';
  return `${text.split(' ')[1]} ${field('Host')} ${field('X-Forwarded-Prefix')}`;
}

test(`${count} requests for pods with options (seed ${seed})`, () => {
  const random = randomFrom(seed);
  const seen = new Map<string, number>();
  for (let pairs = 0; pairs < count; ) {
    const pods = somePods(random);
    const cluster = clusterOf(pods);
    for (let at = 0; at < REQUESTS && pairs < count; at++, pairs++) {
      const request = someRequest(random);
      const outcome = expected(pods, request);
      assert.deepEqual(decided(cluster, request), outcome, JSON.stringify({ pods, request }));
      const kind = typeof outcome === 'string' ? outcome : 'forward';
      seen.set(kind, (seen.get(kind) ?? 0) + 1);
    }
  }
  // Fails if a kind of case does not occur: it would not be tested.
  for (const kind of [
    'forward',
    'no-route',
    'key-refused',
    'no-ready-pod',
    'method-not-allowed',
    'body-too-large',
    'address-refused',
    'route-redirect',
  ])
    assert.ok((seen.get(kind) ?? 0) > count / 1_000, `${kind}: ${seen.get(kind)}`);
});
