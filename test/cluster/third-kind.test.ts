import assert from 'node:assert/strict';
import { rm } from 'node:fs/promises';
import { test } from 'node:test';
import { pino } from 'pino';
import { notReadyReasons } from '../../src/admin/readiness.ts';
import type { Kind, KindTable } from '../../src/cluster/kind.ts';
import { deliveryOrder, KINDS, type SourceEvent } from '../../src/cluster/kinds.ts';
import { openSourceOf, type SourceOptions } from '../../src/cluster/open-source.ts';
import type { ClusterSource, SourceProblem } from '../../src/cluster/source.ts';
import { SourceHealth } from '../../src/control/source-health.ts';
import { Metrics } from '../../src/telemetry/metrics.ts';
import { own, ownString, readIdentity } from '../../src/wiring/json.ts';
import type { ObjectId } from '../../src/wiring/object-id.ts';
import { NOTHING_YET } from '../fixtures/control-plane-state.ts';
import { withTimeout } from '../fixtures/with-timeout.ts';
import { KubernetesApi } from '../fixtures/kubernetes-api.ts';
import { TemporaryFolder } from './temporary-folder.ts';
import { apiOptions, SCOPE } from './recorded-source.ts';
import { pod, secret } from './objects.ts';

// A kind is a row of a table: with one more row, both sources follow that kind, and all reports on a source include it.

interface Team extends ObjectId {
  readonly team: string;
}

function readTeam(object: unknown): Team | undefined {
  const identity = readIdentity(object);
  const team = ownString(own(own(object, 'metadata'), 'labels'), 'team') ?? '';
  return identity && { ...identity, team };
}

const NAMESPACES: Kind<Team> = {
  kind: 'Namespace',
  clusterScoped: true,
  select: () => ({ labelSelector: 'team' }),
  read: readTeam,
  readManifest: (object) => ({ object: readTeam(object) }),
  same: (a, b) => a.uid === b.uid && a.team === b.team,
  listAfter: 'secrets',
  goneFromFile: 'after-pause',
};

const THREE = { ...KINDS, namespaces: NAMESPACES };

function namespace(name: string, team: string) {
  return { apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels: { team } } };
}

/** A source of three kinds, and the events of each as texts. */
class FollowedTeams {
  readonly events: string[] = [];
  readonly problems: SourceProblem[] = [];
  readonly health = new SourceHealth(pino({ level: 'silent' }), Object.keys(THREE));
  readonly source: ClusterSource<typeof THREE>;
  readonly #stop = new AbortController();
  readonly #ended: Promise<void>;
  #wake: () => void = () => undefined;

  constructor(source: ClusterSource<typeof THREE>) {
    this.source = source;
    this.#ended = source.run(
      {
        changed: (event) => this.#record(eventText(event)),
        state: (kind, state) => {
          this.health.state(kind, state);
          this.#wake();
        },
        problem: (problem) => {
          this.problems.push(problem);
          this.#wake();
        },
      },
      this.#stop.signal,
    );
  }

  static async open(options: SourceOptions): Promise<FollowedTeams> {
    return new FollowedTeams(await openSourceOf(THREE, options));
  }

  /** The events of a kind, when `count` events have arrived. */
  async of(kind: keyof typeof THREE, count: number): Promise<string[]> {
    const found = () => this.events.filter((it) => it.startsWith(kind));
    await this.until(() => found().length >= count);
    return found().map((it) => it.slice(kind.length + 1));
  }

  until(condition: () => boolean): Promise<void> {
    return withTimeout(this.#until(condition), () =>
      JSON.stringify([this.events, this.problems, this.source.states()]),
    );
  }

  /** The samples of the source's metrics that name the third kind. */
  async samples(): Promise<string[]> {
    const metrics = new Metrics('0', { max: 0, podExists: () => false });
    const resources = this.health.resources(this.source.states(), 0);
    let text = '';
    for await (const slice of metrics.render({ ...NOTHING_YET, resources })) text += slice;
    return text.split('\n').filter((it) => it.includes('resource="namespaces"') && !it.includes('_age_'));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    await withTimeout(this.#ended, 'the source does not end');
  }

  #record(words: string): void {
    this.events.push(words);
    this.#wake();
  }

  async #until(condition: () => boolean): Promise<void> {
    while (!condition()) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }
}

/** Only a namespace has a team: the event is typed by its kind. */
function eventText({ kind, event, receivedAt }: SourceEvent<typeof THREE>): string {
  assert.ok(Number.isFinite(receivedAt));
  if (!('object' in event)) return `${kind} ${event.type}`;
  const { name } = event.object;
  if (kind === 'namespaces' && event.type === 'apply') return `${kind} apply ${name} of ${event.object.team}`;
  return `${kind} ${event.type} ${name}`;
}

const LISTED = ['init', 'init-apply shop', 'init-done'];

test('a third kind is followed from an API server, listed after the kind that its row names', async () => {
  await using api = await KubernetesApi.start();
  for (const object of [pod('a'), secret('shop'), namespace('shop', 'red')]) api.apply(object);
  await using followed = await FollowedTeams.open(await apiOptions(api, { namespace: 'shop' }));
  assert.deepEqual(await followed.of('namespaces', 3), LISTED);
  const ends = followed.events.filter((it) => it.endsWith('init-done'));
  assert.deepEqual(ends, ['pods init-done', 'secrets init-done', 'namespaces init-done']);
  const asked = api.requests.find(({ path }) => path.endsWith('/namespaces'));
  assert.equal(
    asked?.path,
    '/api/v1/namespaces',
    'the request is for the whole cluster, not for the namespace that is watched',
  );
  assert.equal(asked?.query.get('labelSelector'), 'team');

  await api.untilWatching('namespaces');
  api.apply(namespace('shop', 'blue'));
  api.delete(namespace('shop', 'blue'));
  assert.deepEqual((await followed.of('namespaces', 5)).slice(3), ['apply shop of blue', 'delete shop']);
  assert.equal(followed.source.states().namespaces.synced, true);
  assert.equal(
    followed.source.describe(),
    `pods with routable=true, secrets named routing and namespaces with team in namespace shop of ${api.url}`,
  );
});

test('a failure of a third kind does not affect other kinds, and readiness and metrics name the kind', async () => {
  const rules = [{ verbs: ['get', 'list', 'watch'], resources: ['pods', 'secrets'] }] as const;
  await using api = await KubernetesApi.start({ rules });
  await using followed = await FollowedTeams.open(await apiOptions(api));
  await followed.until(() => followed.problems.length > 0 && followed.source.states().pods.synced);
  const [problem] = followed.problems;
  assert.equal(problem?.where, 'namespaces');
  assert.match(problem?.detail ?? '', /^grant apiGroups \[""\], resources \["namespaces"\]/);
  await followed.until(() => followed.source.states().namespaces.phase === 'backing-off');
  const kinds = Object.keys(followed.source.states());
  const workers = [] as const;
  assert.deepEqual(notReadyReasons({ draining: false, syncedRevision: undefined, kinds, workers }), [
    'pods, secrets and namespaces have not all been listed yet',
  ]);
  assert.match(followed.health.notes(followed.source.states()).join(), /^namespaces are not followed since /);
  assert.deepEqual((await followed.samples())[0], 'podway_source_up{resource="namespaces"} 0');

  api.rules = undefined;
  await followed.until(() => followed.source.states().namespaces.phase === 'watching');
  assert.deepEqual((await followed.samples())[0], 'podway_source_up{resource="namespaces"} 1');
});

test('a third kind is followed from a folder of manifests', async () => {
  await using folder = await TemporaryFolder.create({
    'a.yaml': [pod('a'), namespace('shop', 'red')],
    'b.yaml': [secret('shop')],
  });
  await using followed = await FollowedTeams.open({ ...SCOPE, from: { manifests: folder.path } });
  assert.deepEqual(await followed.of('namespaces', 3), LISTED);
  assert.deepEqual(
    followed.events.filter((it) => it.endsWith('init-done')),
    ['secrets init-done', 'pods init-done', 'namespaces init-done'],
  );
  await folder.write('c.yaml', namespace('shop', 'blue'));
  await followed.of('namespaces', 4);
  await rm(folder.file('c.yaml'));
  await followed.of('namespaces', 5);
  await folder.write('a.yaml', pod('a'));
  assert.deepEqual((await followed.of('namespaces', 6)).slice(3), [
    'apply shop of blue',
    'apply shop of red',
    'delete shop',
  ]);
  assert.deepEqual(
    followed.problems.filter((it) => it.reason !== 'duplicate'),
    [],
  );
  assert.equal(followed.source.states().namespaces.synced, true);
});

const row = (deliverAfter?: string) => ({
  ...NAMESPACES,
  ...(deliverAfter !== undefined && { deliverAfter }),
});

const ORDERS = [
  { name: 'of podway', kinds: KINDS, order: 'secrets pods' },
  { name: 'a chain', kinds: { a: row('b'), b: row('c'), c: row() }, order: 'c b a' },
  { name: 'after a kind that is not in the table', kinds: { a: row('x'), b: row() }, order: 'a b' },
  { name: 'a circle of kinds', kinds: { a: row('b'), b: row('a') }, order: 'b a' },
] as const;

for (const { name, kinds, order } of ORDERS) {
  test(`order of delivery: ${name}`, () => {
    assert.equal(deliveryOrder(kinds).join(' '), order);
  });
}

test('the rows of podway name only kinds that are in the table', () => {
  const named = Object.values<KindTable[string]>(KINDS).flatMap((it) => [it.listAfter, it.deliverAfter]);
  const unknown = named.filter((name) => name !== undefined && !(name in KINDS));
  assert.deepEqual(unknown, []);
});
