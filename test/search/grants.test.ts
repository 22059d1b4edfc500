/**
 * HOST_GRANTS=enforce: requests for hosts of one holder are answered as if other namespaces had no pods, regardless of
 * their declarations, and no pod gets requests for hosts without a holder.
 *
 * GRANT_TABLES=100000 makes a long run with a new seed; GRANT_SEED repeats a run.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { impliedGrants } from '../../src/grants/implied-grants.ts';
import type { InventoryOptions } from '../../src/inventory/inventory.ts';
import { readNamespace } from '../../src/wiring/namespace.ts';
import { judging, PEER, settled } from '../fixtures/decide-request.ts';
import { workerSettings } from '../fixtures/settings.ts';
import { randomFrom, type Random } from '../http1/random.ts';
import { readRequest } from '../http1/read-request.ts';
import { Cluster, contents, listed } from '../inventory/cluster.ts';
import { aPod } from '../wiring/objects.ts';
import {
  everyRequest,
  grantsOf,
  type ModelPod,
  type ModelRequest,
  NAMESPACES,
  ownersOf,
  type PathMatch,
  someAnnotation,
  somePod,
} from './grant-model.ts';
import { reducedCount } from '../fixtures/wide.ts';

const SHORT = reducedCount(80);
const count = Number(process.env['GRANT_TABLES'] ?? SHORT);
const seed = Number(process.env['GRANT_SEED'] ?? (count > SHORT ? Date.now() % 1_000_000_000 : 1));
const SETTINGS = workerSettings();
const REQUESTS = everyRequest();
const TEMPLATE = '{namespace}.example.com';

interface Scene {
  readonly match: PathMatch;
  readonly annotations: ReadonlyMap<string, string>;
  readonly pods: readonly ModelPod[];
}

function someScene(random: Random): Scene {
  return {
    match: random(3) === 0 ? 'prefix' : 'segment',
    annotations: new Map(NAMESPACES.map((it) => [it, someAnnotation(random)])),
    pods: Array.from({ length: 1 + random(8) }, (_, at) => somePod(`p${at}`, random)),
  };
}

function optionsOf(match: PathMatch, template: readonly string[]): Partial<InventoryOptions> {
  const grants = { pathMatch: match, template, list: [], followsNamespaces: true };
  return { grants, overlaps: 'shared', requireContainerPort: false };
}

function namespaceOf(name: string, grants: string) {
  const object = { metadata: { name, uid: `uid-${name}`, annotations: { routingHosts: grants } } };
  const read = readNamespace(object, 'routingHosts');
  if (read === undefined) throw new Error('no namespace');
  return read;
}

function podOf({ name, namespace, paths, ready }: ModelPod) {
  return aPod({ name, namespace, paths, ready, hosts: undefined });
}

function clusterOf(
  { match, annotations }: Scene,
  pods: readonly ModelPod[],
  template: readonly string[] = [TEMPLATE],
): Cluster {
  const cluster = new Cluster(match, optionsOf(match, template));
  const namespaces = [...annotations].map(([name, text]) => namespaceOf(name, text));
  for (const event of listed(namespaces)) cluster.inventory.namespaces(event);
  return cluster.list(pods.map(podOf));
}

/** The result of a request: the decision, and the pods that may get the request with their namespaces. */
function answerTo({ host, path, method, fields }: ModelRequest, cluster: Cluster): string {
  const read = readRequest(`${method} ${path} HTTP/1.1\r\nHost: ${host}\r\n${fields}\r\n`);
  if (read.kind !== 'head') return read.kind;
  const decision = settled(read.head, PEER, judging(cluster.table, SETTINGS));
  // Another namespace may hold other paths of the host, which makes the host known.
  const isNothing = decision.kind === 'hangup' || ('reason' in decision && decision.reason === 'no-route');
  if (isNothing) return 'nothing';
  if (decision.kind !== 'forward') return `${decision.kind} ${decision.reason}`;
  return `pods ${decision.grant.candidates.map((it) => `${it.namespace}/${it.pod}`).join(' ')}`;
}

function checkRequests(scene: Scene): number {
  const grants = grantsOf(scene.annotations, TEMPLATE);
  const together = clusterOf(scene, scene.pods);
  const alone = new Map(
    NAMESPACES.map((it) => [
      it,
      clusterOf(
        scene,
        scene.pods.filter(({ namespace }) => namespace === it),
      ),
    ]),
  );
  let answered = 0;
  for (const request of REQUESTS) {
    const owners = ownersOf(request, grants, scene.match);
    if (owners === 'unclear') continue;
    const answer = answerTo(request, together);
    const details = () => JSON.stringify({ request, owners, ...scene, annotations: [...scene.annotations] });
    if (answer.startsWith('pods')) {
      answered += 1;
      const whose = answer
        .slice('pods '.length)
        .split(' ')
        .map((it) => it.split('/')[0] ?? '');
      assert.ok(
        whose.every((it) => owners.includes(it)),
        `${answer} ${details()}`,
      );
    }
    const cluster = alone.get(owners[0] ?? '');
    if (owners.length === 1 && cluster !== undefined)
      assert.equal(answer, answerTo(request, cluster), details());
  }
  return answered;
}

test(`${count} tables: the names of a namespace do not change with the declarations of others, seed ${seed} (HG-02, HG-03)`, () => {
  const random = randomFrom(seed);
  let answered = 0;
  for (let table = 0; table < count; table++) answered += checkRequests(someScene(random));
  assert.ok(answered > count * 5, `${answered} requests reached a pod`);
});

test(`${count} tables: changed grants give the same result as grants from the start, seed ${seed} (HG-01, HG-05)`, () => {
  const random = randomFrom(seed);
  for (let table = 0; table < count; table++) {
    const first = someScene(random);
    const scene = { ...someScene(random), match: first.match };
    const cluster = clusterOf(first, first.pods);
    const steps = [
      ...[...scene.annotations].map(([name, text]) => () => {
        const object = namespaceOf(name, text);
        if (random(3) === 0) cluster.inventory.namespaces({ type: 'delete', object });
        cluster.inventory.namespaces({ type: 'apply', object });
      }),
      ...first.pods.map((it) => () => cluster.inventory.pods({ type: 'delete', object: podOf(it) })),
      ...scene.pods.map((it) => () => {
        // The scene already has a pod of this name.
        const gone = first.pods.find(({ name, namespace }) => name === it.name && namespace === it.namespace);
        if (gone === undefined) cluster.inventory.pods({ type: 'apply', object: podOf(it) });
      }),
    ].sort(() => random(3) - 1);
    for (const step of steps) {
      step();
      if (random(2) === 0) cluster.publish();
    }
    for (const event of listed(scene.pods.map(podOf))) cluster.inventory.pods(event);
    cluster.publish();
    const fresh = clusterOf(scene, scene.pods);
    const details = JSON.stringify({ first, scene });
    assert.deepEqual(contents(cluster.table), contents(fresh.table), details);
    assert.deepEqual(fencesOf(cluster), fencesOf(fresh), details);
    assert.deepEqual(cluster.inventory.listing().rejections, fresh.inventory.listing().rejections, details);
  }
});

test(`${count} tables without conditions do not change with the grants that they imply, seed ${seed}`, () => {
  const random = randomFrom(seed);
  let same = 0;
  for (let table = 0; table < count; table++) {
    const scene = someScene(random);
    const { match } = scene;
    const pods = scene.pods.map((it) => ({ ...it, paths: plain(it.paths, match) }));
    const open = new Cluster(match, { requireContainerPort: false }).list(pods.map(podOf));
    const routes = open.inventory.listing().routes.map(({ host, path, endpoints }) => {
      return { host, path, namespaces: [...new Set(endpoints.map(({ namespace }) => namespace))].sort() };
    });
    const implied = impliedGrants(routes, {
      pathMatch: match,
      written: new Map(NAMESPACES.map((it) => [it, []])),
      byDefault: () => [],
    });
    const annotations = new Map(NAMESPACES.map((it) => [it, implied.missing.get(it)?.join(' ') ?? '']));
    const cluster = clusterOf({ match, annotations, pods }, pods, []);
    const details = () => JSON.stringify({ ...scene, annotations: [...annotations] });
    const refused = cluster.inventory
      .listing()
      .rejections.filter(({ reason }) => reason === 'host-not-granted');
    assert.equal(refused.length > 0, implied.refused.length > 0, details());
    if (refused.length > 0) continue;
    for (const request of REQUESTS) {
      const before = answerTo(request, open);
      const after = answerTo(request, cluster);
      // One of two readings of a path may now end at a fence.
      if (before !== 'nothing' || after !== 'answer ambiguous-path') assert.equal(after, before, details());
    }
    same += 1;
  }
  assert.ok(same > count / 4, `${same} tables`);
});

/** The paths without conditions. With PATH_MATCH=prefix a grant of `/a` includes `/ab`, which a route of `/a/` does not serve. */
function plain(paths: string, match: PathMatch): string {
  const all = paths.replaceAll(/ if-\S+/g, '');
  return match === 'prefix' ? all.replaceAll(/(?<=\/\w+)\/(?= |$)/g, '') : all;
}

function fencesOf({ table }: Cluster): string[] {
  return [...table.routes()]
    .filter(({ isFence }) => isFence)
    .map(({ host, path }) => `${host} ${path}`)
    .sort();
}
